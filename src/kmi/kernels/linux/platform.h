/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What kmi.h needs of Linux: memory, the log, a clock. */
#ifndef KMI_PLATFORM_H
#define KMI_PLATFORM_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/types.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

/* An OSError raised with this number is a wait that a signal ended: its errno is EINTR, its call may restart. */
#define KMI_PLATFORM_RESTART 512 /* ERESTARTSYS, which user space never sees */

/* The compiler knows who may sleep, so no module asks at run time; test builds see whether it was right. */
#if defined(KMI_TEST) && defined(CONFIG_PREEMPT_COUNT)
#define kmi_platform_sleeps() WARN_ON_ONCE(in_atomic() || irqs_disabled())
#else
#define kmi_platform_sleeps() ((void)0)
#endif

/*
 * Sizes may come from a user: large ones fall back to single pages, never warn, rather fail than kill a process,
 * and are accounted to the caller's control group. Contiguous memory is not worth much effort.
 */
#define KMI_PLATFORM_LIMIT ((size_t)256 << 20)

static __maybe_unused void *kmi_platform_alloc(size_t size, bool atomic)
{
	gfp_t flags = __GFP_NOWARN | __GFP_ACCOUNT;
	void *memory;

	if (size > KMI_PLATFORM_LIMIT)
		return NULL;
	if (atomic)
		return kmalloc(size, flags | GFP_ATOMIC);
	kmi_platform_sleeps();
	if (size <= PAGE_SIZE)
		return kmalloc(size, flags | GFP_KERNEL);
	memory = kmalloc(size, flags | GFP_KERNEL | __GFP_NORETRY);
	return memory ? memory : __vmalloc(size, flags | GFP_KERNEL | __GFP_RETRY_MAYFAIL);
}

/* Memory that waits to be freed: in itself, since nobody knows it any more, or beside what others may still see. */
struct kmi_platform_piece {
	struct list_head link;
	const void *memory;
};

#ifdef KMI_SLEEPS
static __maybe_unused void kmi_platform_free(const void *memory)
{
	kvfree(memory);
}

static __maybe_unused void kmi_platform_end(void)
{
}
#else
/*
 * A module with spin locks: vfree may sleep, and a release may happen under one, so a worker frees what is large.
 */
static LIST_HEAD(kmi_platform_garbage);
static DEFINE_RAW_SPINLOCK(kmi_platform_garbage_lock);

static void kmi_platform_collect(struct work_struct *work)
{
	struct kmi_platform_piece *piece, *next;
	unsigned long flags;
	LIST_HEAD(garbage);

	raw_spin_lock_irqsave(&kmi_platform_garbage_lock, flags);
	list_splice_init(&kmi_platform_garbage, &garbage);
	raw_spin_unlock_irqrestore(&kmi_platform_garbage_lock, flags);
	list_for_each_entry_safe(piece, next, &garbage, link) {
		const void *memory = piece->memory;

		kvfree(memory);
		if (piece != memory)
			kfree(piece);
	}
}

static DECLARE_WORK(kmi_platform_collector, kmi_platform_collect);

static __maybe_unused noinline __cold void kmi_platform_free_later(struct kmi_platform_piece *piece,
								   const void *memory)
{
	unsigned long flags;

	piece->memory = memory;
	raw_spin_lock_irqsave(&kmi_platform_garbage_lock, flags);
	list_add(&piece->link, &kmi_platform_garbage);
	raw_spin_unlock_irqrestore(&kmi_platform_garbage_lock, flags);
	schedule_work(&kmi_platform_collector);
}

static __maybe_unused void kmi_platform_free(const void *memory)
{
	if (unlikely(is_vmalloc_addr(memory)))
		kmi_platform_free_later((struct kmi_platform_piece *)memory, memory);
	else
		kfree(memory);
}

/* Before the module's code goes. */
static __maybe_unused void kmi_platform_end(void)
{
	flush_work(&kmi_platform_collector);
}
#endif

static __maybe_unused __cold __printf(2, 3) void kmi_platform_log(int level, const char *format, ...)
{
	struct va_format line;
	va_list arguments;

	va_start(arguments, format);
	line.fmt = format;
	line.va = &arguments;
	printk("%c%c%pV\n", KERN_SOH_ASCII, '0' + level, &line);
	va_end(arguments);
}

/*
 * Half of the stack is for what the innermost call still does: a fault in the user's memory goes through a file
 * system. Callbacks run on their task's stack, but those in softirqs mostly on one of the processor's, which is as
 * large: there it is counted from where the callback began.
 */
static DEFINE_PER_CPU(unsigned long, kmi_linux_softirq_frame) __maybe_unused;

static __maybe_unused noinline bool kmi_linux_stack_low(void)
{
	unsigned long here = (unsigned long)__builtin_frame_address(0);
	unsigned long left = here - (unsigned long)task_stack_page(current);

	if (left < THREAD_SIZE)
		return left < THREAD_SIZE / 2;
	return this_cpu_read(kmi_linux_softirq_frame) - here > THREAD_SIZE / 2;
}
#define kmi_platform_stack_low() kmi_linux_stack_low()

static __maybe_unused u64 kmi_platform_seconds(void)
{
	return ktime_get_seconds();
}

#endif
