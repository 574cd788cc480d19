/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What runs later or beside: sleeping, and the states of timers, work and threads that a registration goes
 * through: made, live, ended.
 *
 * Part of helpers.h.
 */
#ifndef KMI_LINUX_DEFERRED_H
#define KMI_LINUX_DEFERRED_H

#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/timer.h>
#include <linux/version.h>
#include <linux/workqueue.h>

/* The names of 6.2 and later, and of late 6.1.y: 9b13df3fb64e, bb663f0f3c39, "timers: Rename del_timer_sync() …". */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define timer_delete(timer) del_timer(timer)
#define timer_delete_sync(timer) del_timer_sync(timer)
#endif

/* Milliseconds, at most 2**50, in ticks: rounded up, and one more, for the tick that is running now. */
static inline long kmi_linux_ticks(s64 milliseconds)
{
	u64 seconds, rest;

	if (milliseconds <= 0)
		return 0;
	seconds = div64_u64(milliseconds, MSEC_PER_SEC);
	rest = milliseconds - seconds * MSEC_PER_SEC;
	return seconds * HZ + DIV_ROUND_UP(rest * HZ, MSEC_PER_SEC) + 1;
}

/* Whether the task is a thread of the module's own that was asked to end. Only such threads have the question. */
static inline bool kmi_linux_stopping(void)
{
	return (current->flags & PF_KTHREAD) && kthread_should_stop();
}

/* Sleeps for so many ticks or less; the ticks that are left. What ended it is for the caller to find out. */
static inline long kmi_linux_pause(long ticks, bool deaf)
{
	set_current_state(deaf ? TASK_UNINTERRUPTIBLE : TASK_INTERRUPTIBLE);
	if (!deaf && kmi_linux_stopping()) { /* whoever stops it sets this first, and wakes it then */
		__set_current_state(TASK_RUNNING);
		return ticks;
	}
	return schedule_timeout(ticks);
}

/* --- timers --------------------------------------------------------------------------------------------------- */

/* The timer is the first member, so that its address is the record's. Times are in ticks. */
struct kmi_linux_timer {
	struct timer_list timer;
	raw_spinlock_t lock; /* of all that follows, in any context */
	u64 due;	     /* when it is to be called; before it is live, how long after that */
	u64 period;	     /* 0: once */
	bool armed;
	bool live;
	bool ended;
};

/* Each place is a class of its own to lockdep: static storage, so a macro, so declared for bindgen. */
#ifdef KMI_BINDGEN
void kmi_linux_timer_init(struct kmi_linux_timer *record, void (*function)(struct timer_list *));
#else
#define kmi_linux_timer_init(record, function)             \
	do {                                               \
		raw_spin_lock_init(&(record)->lock);       \
		timer_setup(&(record)->timer, function, 0); \
	} while (0)
#endif

/* Linux lets very long times expire early, at most some days from now; what is called too early looks again. */
static inline void kmi_linux_timer_set(struct kmi_linux_timer *record)
{
	u64 now = get_jiffies_64();
	u64 left = record->due > now ? record->due - now : 0;

	mod_timer(&record->timer, jiffies + (unsigned long)min_t(u64, left, MAX_JIFFY_OFFSET / 2));
}

static __maybe_unused void kmi_linux_timer_start(struct kmi_linux_timer *record, u64 ticks, u64 period)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&record->lock, flags);
	if (!record->ended) {
		record->period = period;
		record->armed = true;
		record->due = ticks;
		if (record->live) {
			record->due += get_jiffies_64();
			kmi_linux_timer_set(record);
		}
	}
	raw_spin_unlock_irqrestore(&record->lock, flags);
}

static __maybe_unused bool kmi_linux_timer_cancel(struct kmi_linux_timer *record)
{
	unsigned long flags;
	bool armed;

	raw_spin_lock_irqsave(&record->lock, flags);
	armed = record->armed;
	record->armed = false;
	if (record->live)
		timer_delete(&record->timer); /* waits for nobody */
	raw_spin_unlock_irqrestore(&record->lock, flags);
	return armed;
}

static __maybe_unused void kmi_linux_timer_publish(struct kmi_linux_timer *record)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&record->lock, flags);
	record->live = true;
	if (record->armed) {
		record->due += get_jiffies_64();
		kmi_linux_timer_set(record);
	}
	raw_spin_unlock_irqrestore(&record->lock, flags);
}

/* Nobody arms it from here on; returns when the callback has ended, on every processor. */
static __maybe_unused void kmi_linux_timer_end(struct kmi_linux_timer *record)
{
	raw_spin_lock_irq(&record->lock);
	record->ended = true;
	record->live = false;
	record->armed = false;
	raw_spin_unlock_irq(&record->lock);
	timer_delete_sync(&record->timer);
}

/* Whether the callback has something to call. It arms a periodic timer anew first: what is called may cancel that. */
static __maybe_unused bool kmi_linux_timer_due(struct kmi_linux_timer *record)
{
	u64 now = get_jiffies_64();
	unsigned long flags;
	bool due;

#ifndef KMI_BINDGEN
	this_cpu_write(kmi_linux_softirq_frame, (unsigned long)__builtin_frame_address(0));
#endif
	raw_spin_lock_irqsave(&record->lock, flags);
	due = record->armed && record->due <= now;
	if (due && record->period)
		record->due += record->period * (div64_u64(now - record->due, record->period) + 1);
	else if (due)
		record->armed = false;
	if (record->armed)
		kmi_linux_timer_set(record);
	raw_spin_unlock_irqrestore(&record->lock, flags);
	return due;
}

/* --- work ----------------------------------------------------------------------------------------------------- */

/* The work is the first member, so that its address is the record's. */
struct kmi_linux_work {
	struct delayed_work work;
	raw_spinlock_t lock; /* of all that follows, in any context */
	unsigned long delay; /* what was asked for before it was live, in ticks */
	bool wanted;
	bool live;
	bool ended;
};

#ifdef KMI_BINDGEN
void kmi_linux_work_init(struct kmi_linux_work *record, void (*function)(struct work_struct *));
#else
#define kmi_linux_work_init(record, function)                \
	do {                                                 \
		raw_spin_lock_init(&(record)->lock);         \
		INIT_DELAYED_WORK(&(record)->work, function); \
	} while (0)
#endif

static inline bool kmi_linux_work_submit(struct kmi_linux_work *record, unsigned long delay)
{
	return queue_delayed_work(system_unbound_wq, &record->work, min(delay, MAX_JIFFY_OFFSET / 2));
}

static __maybe_unused bool kmi_linux_work_queue(struct kmi_linux_work *record, unsigned long delay)
{
	unsigned long flags;
	bool queued = false;

	raw_spin_lock_irqsave(&record->lock, flags);
	if (record->live) {
		queued = kmi_linux_work_submit(record, delay);
	} else if (!record->ended && !record->wanted) {
		queued = record->wanted = true;
		record->delay = delay;
	}
	raw_spin_unlock_irqrestore(&record->lock, flags);
	return queued;
}

static __maybe_unused bool kmi_linux_work_cancel(struct kmi_linux_work *record)
{
	unsigned long flags;
	bool queued;

	raw_spin_lock_irqsave(&record->lock, flags);
	queued = record->live ? cancel_delayed_work(&record->work) : record->wanted;
	record->wanted = false;
	raw_spin_unlock_irqrestore(&record->lock, flags);
	return queued;
}

static __maybe_unused void kmi_linux_work_flush(struct kmi_linux_work *record)
{
	flush_delayed_work(&record->work);
}

static __maybe_unused void kmi_linux_work_publish(struct kmi_linux_work *record)
{
	raw_spin_lock_irq(&record->lock);
	record->live = true;
	if (record->wanted)
		kmi_linux_work_submit(record, record->delay);
	record->wanted = false;
	raw_spin_unlock_irq(&record->lock);
}

/* Nobody queues it from here on; what has not begun is dropped, what has is waited for. */
static __maybe_unused void kmi_linux_work_end(struct kmi_linux_work *record)
{
	raw_spin_lock_irq(&record->lock);
	record->ended = true;
	record->live = false;
	raw_spin_unlock_irq(&record->lock);
	cancel_delayed_work_sync(&record->work);
}

/* --- threads -------------------------------------------------------------------------------------------------- */

struct kmi_linux_thread {
	struct task_struct *task;
	bool stopping;
};

/* 0 or a negative errno. */
static __maybe_unused int kmi_linux_thread_start(struct kmi_linux_thread *record, int (*function)(void *),
						 const u8 *name)
{
	struct task_struct *task = kthread_create(function, record, "%s", (const char *)name);

	if (IS_ERR(task))
		return PTR_ERR(task);
	record->task = get_task_struct(task); /* it may have ended before somebody stops it */
	wake_up_process(task);
	return 0;
}

static __maybe_unused bool kmi_linux_thread_stopping(struct kmi_linux_thread *record)
{
	return READ_ONCE(record->stopping);
}

static __maybe_unused void kmi_linux_thread_end(struct kmi_linux_thread *record)
{
	WRITE_ONCE(record->stopping, true);
	kthread_stop(record->task);
	put_task_struct(record->task);
}

#endif
