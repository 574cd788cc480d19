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

#endif
