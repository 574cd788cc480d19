/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Waiting until something is done; helpers.h includes it. */
#ifndef KMI_LINUX_COMPLETION_H
#define KMI_LINUX_COMPLETION_H

struct kmi_linux_completion {
	struct wait_queue_head queue;
	u32 done; /* how many waits may end, U32_MAX for all */
};

#ifdef KMI_BINDGEN
void kmi_linux_completion_init(struct kmi_linux_completion *completion);
#else
#define kmi_linux_completion_init(completion) kmi_linux_wait_init(&(completion)->queue)
#endif

static __maybe_unused noinline void kmi_linux_complete(struct kmi_linux_completion *completion)
{
	unsigned long flags;

	spin_lock_irqsave(&completion->queue.lock, flags);
	if (completion->done < U32_MAX - 1)
		completion->done++;
	wake_up_locked(&completion->queue);
	spin_unlock_irqrestore(&completion->queue.lock, flags);
}

static __maybe_unused noinline void kmi_linux_complete_all(struct kmi_linux_completion *completion)
{
	unsigned long flags;

	spin_lock_irqsave(&completion->queue.lock, flags);
	completion->done = U32_MAX;
	wake_up_all_locked(&completion->queue);
	spin_unlock_irqrestore(&completion->queue.lock, flags);
}

static __maybe_unused noinline void kmi_linux_completion_reinit(struct kmi_linux_completion *completion)
{
	unsigned long flags;

	spin_lock_irqsave(&completion->queue.lock, flags);
	completion->done = 0;
	spin_unlock_irqrestore(&completion->queue.lock, flags);
}

static __maybe_unused noinline bool kmi_linux_completion_take(struct kmi_linux_completion *completion)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&completion->queue.lock, flags);
	done = completion->done;
	if (done && completion->done != U32_MAX)
		completion->done--;
	spin_unlock_irqrestore(&completion->queue.lock, flags);
	return done;
}

#define KMI_LINUX_STOPPED (-125) /* -ECANCELED */

/*
 * Waits for so many ticks, less than 0 for ever. 1 if it was completed, 0 if not in time, -EINTR if a signal came
 * first, KMI_LINUX_STOPPED in a kernel thread that is asked to end. Whoever is woken off the queue looks once more, so that the wake is not lost if a signal came as well.
 */
static __maybe_unused noinline int kmi_linux_completion_wait(struct kmi_linux_completion *completion, long ticks)
{
	int state = kmi_linux_is_closing() ? TASK_UNINTERRUPTIBLE : TASK_INTERRUPTIBLE;
	long left = ticks < 0 ? MAX_SCHEDULE_TIMEOUT : ticks;
	DEFINE_WAIT(entry);
	int status;

	might_sleep();
	for (;;) {
		prepare_to_wait_exclusive(&completion->queue, &entry, state);
		status = 1;
		if (kmi_linux_completion_take(completion))
			break;
		status = 0;
		if (!left)
			break;
		status = -EINTR;
		if (state == TASK_INTERRUPTIBLE && signal_pending(current))
			break;
		status = KMI_LINUX_STOPPED;
		if (state == TASK_INTERRUPTIBLE && kmi_linux_stopping())
			break;
		left = schedule_timeout(left);
	}
	finish_wait(&completion->queue, &entry);
	if (status <= 0 && kmi_linux_completion_take(completion))
		status = 1;
	return status;
}

#endif
