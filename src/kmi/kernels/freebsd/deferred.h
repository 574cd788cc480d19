/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What runs later or beside: callouts, tasks and threads, and the states that a registration of them goes through:
 * made, live, ended.
 *
 * Work and threads of a module run in taskqueues of their own, one thread each. So what one work waits for another can
 * do; and a thread ends in the kernel's code, not in the module's: a thread that calls kthread_exit(9) itself has a few
 * instructions of the module before it when the module is told that it ends. Queues are of the fast kind, whose lock is
 * a spin mutex: work may be queued anywhere.
 *
 * Part of helpers.h.
 */
#ifndef KMI_FREEBSD_DEFERRED_H
#define KMI_FREEBSD_DEFERRED_H

#include <sys/callout.h>
#include <sys/priority.h>
#include <sys/taskqueue.h>

/* Milliseconds, at most 2**40. */
static inline sbintime_t kmi_freebsd_time(i64 milliseconds)
{
	return milliseconds <= 0 ? 0 : mstosbt(milliseconds) + 1;
}

/* --- timers --------------------------------------------------------------------------------------------------- */

/* The callout is the first member, so that its address is the record's. */
struct kmi_freebsd_timer {
	struct callout callout;
	struct mtx lock; /* spin; of all that follows, in any context */
	void (*function)(struct kmi_freebsd_timer *timer);
	sbintime_t due;	   /* when it is to be called; before it is live, how long after that */
	sbintime_t period; /* 0: once */
	bool armed;
	bool live;
	bool ended;
};

#ifdef KMI_BINDGEN
void kmi_freebsd_timer_init(struct kmi_freebsd_timer *record, void (*function)(struct kmi_freebsd_timer *));
#else
#define kmi_freebsd_timer_init(record, function_)                                       \
	do {                                                                            \
		mtx_init(&(record)->lock, kmi_place, "kmi timer", MTX_SPIN | MTX_DUPOK); \
		callout_init(&(record)->callout, 1);                                    \
		(record)->function = function_;                                         \
	} while (0)
#endif

static __maybe_unused void kmi_freebsd_timer_destroy(struct kmi_freebsd_timer *record)
{
	kmi_freebsd_mtx_destroy(&record->lock);
}

static void kmi_freebsd_timer_fire(void *argument)
{
	struct kmi_freebsd_timer *record = argument;

	record->function(record);
}

static inline void kmi_freebsd_timer_set(struct kmi_freebsd_timer *record)
{
	(void)callout_reset_sbt(&record->callout, record->due, 0, kmi_freebsd_timer_fire, record, C_ABSOLUTE);
}

static __maybe_unused void kmi_freebsd_timer_start(struct kmi_freebsd_timer *record, sbintime_t time, sbintime_t period)
{
	mtx_lock_spin(&record->lock);
	if (!record->ended) {
		record->period = period;
		record->armed = true;
		record->due = time;
		if (record->live) {
			record->due += sbinuptime();
			kmi_freebsd_timer_set(record);
		}
	}
	mtx_unlock_spin(&record->lock);
}

static __maybe_unused bool kmi_freebsd_timer_cancel(struct kmi_freebsd_timer *record)
{
	bool armed;

	mtx_lock_spin(&record->lock);
	armed = record->armed;
	record->armed = false;
	if (record->live)
		(void)callout_stop(&record->callout); /* waits for nobody */
	mtx_unlock_spin(&record->lock);
	return armed;
}

static __maybe_unused void kmi_freebsd_timer_publish(struct kmi_freebsd_timer *record)
{
	mtx_lock_spin(&record->lock);
	record->live = true;
	if (record->armed) {
		record->due += sbinuptime();
		kmi_freebsd_timer_set(record);
	}
	mtx_unlock_spin(&record->lock);
}

/* Nobody arms it from here on; returns when the callback has ended, on every processor. */
static __maybe_unused void kmi_freebsd_timer_end(struct kmi_freebsd_timer *record)
{
	mtx_lock_spin(&record->lock);
	record->ended = true;
	record->live = false;
	record->armed = false;
	mtx_unlock_spin(&record->lock);
	(void)callout_drain(&record->callout);
}

/* Whether the callback has something to call. It arms a periodic timer anew first: what is called may cancel that. */
static __maybe_unused bool kmi_freebsd_timer_due(struct kmi_freebsd_timer *record)
{
	sbintime_t now = sbinuptime();
	bool due;

	mtx_lock_spin(&record->lock);
	due = record->armed && record->due <= now;
	if (due && record->period)
		record->due += record->period * ((now - record->due) / record->period + 1);
	else if (due)
		record->armed = false;
	if (record->armed && record->live)
		kmi_freebsd_timer_set(record);
	mtx_unlock_spin(&record->lock);
	return due;
}

/* --- work ----------------------------------------------------------------------------------------------------- */

/* The task is the first member, so that its address is the record's. */
struct kmi_freebsd_work {
	struct task task;
	struct taskqueue *queue;
	struct callout timer;
	struct mtx lock; /* spin; of all that follows, in any context */
	void (*function)(struct kmi_freebsd_work *work);
	sbintime_t due;	/* while it waits for a time; before it is live, how long after that */
	bool wanted;	/* it is to be called, and has not begun */
	bool timed;	/* it waits for a time */
	bool live;
	bool ended;
};

#ifdef KMI_BINDGEN
void kmi_freebsd_work_init(struct kmi_freebsd_work *record, void (*function)(struct kmi_freebsd_work *));
#else
#define kmi_freebsd_work_init(record, function_)                                        \
	do {                                                                            \
		mtx_init(&(record)->lock, kmi_place, "kmi work", MTX_SPIN | MTX_DUPOK); \
		callout_init(&(record)->timer, 1);                                      \
		TASK_INIT(&(record)->task, 0, kmi_freebsd_work_run, record);            \
		(record)->function = function_;                                         \
	} while (0)
#endif

static __maybe_unused void kmi_freebsd_work_destroy(struct kmi_freebsd_work *record)
{
	kmi_freebsd_mtx_destroy(&record->lock);
}

/* One that was dropped when the thread was about to begin is not called; the next one that is queued is. */
static __maybe_unused void kmi_freebsd_work_run(void *argument, int pending)
{
	struct kmi_freebsd_work *record = argument;
	bool wanted;

	mtx_lock_spin(&record->lock);
	wanted = record->wanted && !record->timed;
	if (wanted)
		record->wanted = false;
	mtx_unlock_spin(&record->lock);
	if (wanted)
		record->function(record);
}

static __maybe_unused void kmi_freebsd_work_ripe(void *argument)
{
	struct kmi_freebsd_work *record = argument;

	mtx_lock_spin(&record->lock);
	if (record->wanted && record->timed && record->due <= sbinuptime()) {
		record->timed = false;
		(void)taskqueue_enqueue(record->queue, &record->task);
	}
	mtx_unlock_spin(&record->lock);
}

/* With the lock held, of a live one whose due is how long it is to wait. */
static __maybe_unused void kmi_freebsd_work_submit(struct kmi_freebsd_work *record)
{
	record->timed = record->due > 0;
	if (record->timed) {
		record->due += sbinuptime();
		(void)callout_reset_sbt(&record->timer, record->due, 0, kmi_freebsd_work_ripe, record, C_ABSOLUTE);
	} else {
		(void)taskqueue_enqueue(record->queue, &record->task);
	}
}

static __maybe_unused bool kmi_freebsd_work_queue(struct kmi_freebsd_work *record, sbintime_t delay)
{
	bool queued = false;

	mtx_lock_spin(&record->lock);
	if (!record->ended && !record->wanted) {
		queued = record->wanted = true;
		record->due = delay;
		if (record->live)
			kmi_freebsd_work_submit(record);
	}
	mtx_unlock_spin(&record->lock);
	return queued;
}

static __maybe_unused bool kmi_freebsd_work_cancel(struct kmi_freebsd_work *record)
{
	bool queued;

	mtx_lock_spin(&record->lock);
	queued = record->wanted;
	record->wanted = false;
	if (record->live) {
		(void)callout_stop(&record->timer);
		(void)taskqueue_cancel(record->queue, &record->task, NULL); /* waits for nobody */
	}
	mtx_unlock_spin(&record->lock);
	return queued;
}

static __maybe_unused void kmi_freebsd_work_flush(struct kmi_freebsd_work *record)
{
	bool live;

	mtx_lock_spin(&record->lock);
	live = record->live;
	if (live && record->wanted && record->timed) {
		record->timed = false;
		(void)callout_stop(&record->timer);
		(void)taskqueue_enqueue(record->queue, &record->task);
	}
	mtx_unlock_spin(&record->lock);
	if (live)
		taskqueue_drain(record->queue, &record->task);
}

/* A queue with a thread of that name, or NULL. */
static __maybe_unused noinline __cold struct taskqueue *kmi_freebsd_queue_start(struct taskqueue **queue,
										const char *name, bool work)
{
	if (kmi_test_fails())
		return NULL;
	*queue = taskqueue_create_fast("kmi " KMI_NAME, M_WAITOK, taskqueue_thread_enqueue, queue);
	if (*queue && taskqueue_start_threads(queue, 1, PWAIT, "%s%s", name, work ? " work" : "")) {
		taskqueue_free(*queue);
		*queue = NULL;
	}
	return *queue;
}

/* 0 or an errno. */
static __maybe_unused int kmi_freebsd_work_publish(struct kmi_freebsd_work *record)
{
	if (!kmi_freebsd_queue_start(&record->queue, KMI_NAME, true))
		return ENOMEM;
	mtx_lock_spin(&record->lock);
	record->live = true;
	if (record->wanted)
		kmi_freebsd_work_submit(record);
	mtx_unlock_spin(&record->lock);
	return 0;
}

/* Nobody queues it from here on; what has not begun is dropped, what has is waited for. */
static __maybe_unused void kmi_freebsd_work_end(struct kmi_freebsd_work *record)
{
	mtx_lock_spin(&record->lock);
	record->ended = true;
	record->live = false;
	record->wanted = false;
	mtx_unlock_spin(&record->lock);
	(void)callout_drain(&record->timer);
	taskqueue_drain(record->queue, &record->task);
	taskqueue_free(record->queue);
}

/* --- threads -------------------------------------------------------------------------------------------------- */

/* The task is the first member, so that its address is the record's. */
struct kmi_freebsd_thread {
	struct task task;
	struct taskqueue *queue;
	struct kmi_freebsd_role role;
	void (*function)(struct kmi_freebsd_thread *thread);
};

static __maybe_unused bool kmi_freebsd_thread_stopping(struct kmi_freebsd_thread *record)
{
	return __atomic_load_n(&record->role.stopping, __ATOMIC_SEQ_CST);
}

static __maybe_unused void kmi_freebsd_thread_run(void *argument, int pending)
{
	struct kmi_freebsd_thread *record = argument;

	if (kmi_freebsd_thread_stopping(record))
		return;
	kmi_freebsd_role_begin(&record->role, true);
	record->function(record);
	kmi_freebsd_role_end(&record->role);
}

/* 0 or an errno. */
static __maybe_unused int kmi_freebsd_thread_start(struct kmi_freebsd_thread *record,
						   void (*function)(struct kmi_freebsd_thread *), const u8 *name)
{
	if (!kmi_freebsd_queue_start(&record->queue, (const char *)name, false))
		return ENOMEM;
	record->function = function;
	TASK_INIT(&record->task, 0, kmi_freebsd_thread_run, record);
	return taskqueue_enqueue(record->queue, &record->task);
}

/* Returns when it has ended, which it is asked to. */
static __maybe_unused void kmi_freebsd_thread_end(struct kmi_freebsd_thread *record)
{
	kmi_freebsd_role_stop(&record->role);
	taskqueue_drain(record->queue, &record->task);
	taskqueue_free(record->queue);
}

#endif
