/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Locks, and waiting: queues of threads, of which a notify takes off exactly one.
 *
 * Who notifies marks a waiter and takes it off the queue under the queue's lock, and the waiter looks under the same
 * lock when it wakes: so a notify and a signal that come at once are both seen. (A wakeup_one(9) alone may pick a
 * thread that already goes, for a signal.) The lock is a spin mutex, since completions are made anywhere; a thread
 * sleeps by sleepqueue(9), whose own lock closes the gap between looking and sleeping.
 *
 * Part of helpers.h.
 */
#ifndef KMI_FREEBSD_WAITING_H
#define KMI_FREEBSD_WAITING_H

/* --- locks ---------------------------------------------------------------------------------------------------- */

/*
 * kmi_place is the name of the field, as "Echo.kept": the compiler gives it to each init of a place. WITNESS takes
 * locks of one name for one class; two of a class at once are taken by address (lock_all), so duplicates are fine.
 */
#ifdef KMI_BINDGEN
void kmi_freebsd_sx_init(struct sx *lock);
void kmi_freebsd_mtx_init(struct mtx *lock);
void kmi_freebsd_spin_init(struct mtx *lock);
#else
#define kmi_freebsd_sx_init(lock) sx_init_flags(lock, kmi_place, SX_DUPOK)
#define kmi_freebsd_mtx_init(lock) mtx_init(lock, kmi_place, NULL, MTX_DEF | MTX_DUPOK)
#define kmi_freebsd_spin_init(lock) mtx_init(lock, kmi_place, NULL, MTX_SPIN | MTX_DUPOK)
#endif

/* Of one that was not initialised they do nothing: its memory is zero. */
static __maybe_unused void kmi_freebsd_sx_destroy(struct sx *lock)
{
	if (lock->lock_object.lo_flags & LO_INITIALIZED)
		sx_destroy(lock);
}

static __maybe_unused void kmi_freebsd_mtx_destroy(struct mtx *lock)
{
	if (lock->lock_object.lo_flags & LO_INITIALIZED)
		mtx_destroy(lock);
}

static inline void kmi_freebsd_sx_lock(struct sx *lock)
{
	sx_xlock(lock);
}

static inline void kmi_freebsd_sx_unlock(struct sx *lock)
{
	sx_xunlock(lock);
}

static inline void kmi_freebsd_sx_read(struct sx *lock)
{
	sx_slock(lock);
}

static inline void kmi_freebsd_sx_unread(struct sx *lock)
{
	sx_sunlock(lock);
}

static inline void kmi_freebsd_mtx_lock(struct mtx *lock)
{
	mtx_lock(lock);
}

static inline void kmi_freebsd_mtx_unlock(struct mtx *lock)
{
	mtx_unlock(lock);
}

static inline void kmi_freebsd_spin_lock(struct mtx *lock)
{
	mtx_lock_spin(lock);
}

static inline void kmi_freebsd_spin_unlock(struct mtx *lock)
{
	mtx_unlock_spin(lock);
}

/* Two locks of one class, by address. False, and none is taken, if they are one. */
static __maybe_unused noinline bool kmi_freebsd_sx_lock_both(struct sx *first, struct sx *second)
{
	if (first == second)
		return false;
	sx_xlock(first < second ? first : second);
	sx_xlock(first < second ? second : first);
	return true;
}

static __maybe_unused noinline bool kmi_freebsd_mtx_lock_both(struct mtx *first, struct mtx *second)
{
	if (first == second)
		return false;
	mtx_lock(first < second ? first : second);
	mtx_lock(first < second ? second : first);
	return true;
}

/* --- threads that are not like others ------------------------------------------------------------------------- */

/* One thread that waits, on its stack. */
struct kmi_freebsd_waiter {
	TAILQ_ENTRY(kmi_freebsd_waiter) link;
	bool notified;
};

/* A thread of the module's own, or one that is closing a file or tearing the module down: there no signal ends a wait. */
struct kmi_freebsd_role {
	TAILQ_ENTRY(kmi_freebsd_role) link;
	struct thread *thread;
	struct kmi_freebsd_waiter *waiter; /* of a thread of the module's own: what it waits by now */
	bool own;
	bool stopping;
};

static TAILQ_HEAD(, kmi_freebsd_role) kmi_freebsd_roles = TAILQ_HEAD_INITIALIZER(kmi_freebsd_roles);
static struct mtx kmi_freebsd_roles_lock;
MTX_SYSINIT(kmi_freebsd_roles, &kmi_freebsd_roles_lock, "kmi roles", MTX_SPIN);

static __maybe_unused noinline void kmi_freebsd_role_begin(struct kmi_freebsd_role *role, bool own)
{
	role->thread = curthread;
	role->waiter = NULL;
	role->own = own;
	mtx_lock_spin(&kmi_freebsd_roles_lock);
	TAILQ_INSERT_HEAD(&kmi_freebsd_roles, role, link);
	mtx_unlock_spin(&kmi_freebsd_roles_lock);
}

static __maybe_unused noinline void kmi_freebsd_role_end(struct kmi_freebsd_role *role)
{
	mtx_lock_spin(&kmi_freebsd_roles_lock);
	TAILQ_REMOVE(&kmi_freebsd_roles, role, link);
	mtx_unlock_spin(&kmi_freebsd_roles_lock);
}

/* The current thread's, the newest if it has several, or NULL. Nobody but the thread itself takes it away. */
static __maybe_unused noinline struct kmi_freebsd_role *kmi_freebsd_role_of_this(void)
{
	struct kmi_freebsd_role *each;

	if (TAILQ_EMPTY(&kmi_freebsd_roles))
		return NULL;
	mtx_lock_spin(&kmi_freebsd_roles_lock);
	TAILQ_FOREACH(each, &kmi_freebsd_roles, link)
		if (each->thread == curthread)
			break;
	mtx_unlock_spin(&kmi_freebsd_roles_lock);
	return each;
}

/* Asks a thread of the module's own to end, and wakes it. */
static __maybe_unused noinline void kmi_freebsd_role_stop(struct kmi_freebsd_role *role)
{
	mtx_lock_spin(&kmi_freebsd_roles_lock);
	__atomic_store_n(&role->stopping, true, __ATOMIC_SEQ_CST);
	if (role->waiter)
		wakeup(role->waiter);
	mtx_unlock_spin(&kmi_freebsd_roles_lock);
}

/* --- waiting -------------------------------------------------------------------------------------------------- */

#define KMI_FREEBSD_STOPPED 511	 /* beyond every errno */
#define KMI_FREEBSD_FOREVER 0

static __maybe_unused i64 kmi_freebsd_nanoseconds(void)
{
	struct bintime now;

	binuptime(&now);
	return (i64)now.sec * 1000000000 + (i64)(((u64)1000000000 * (u32)(now.frac >> 32)) >> 32);
}

/* The time so many milliseconds from now, at most 2**40 of them. Rounded up, and never KMI_FREEBSD_FOREVER. */
static __maybe_unused sbintime_t kmi_freebsd_after(i64 milliseconds)
{
	return sbinuptime() + mstosbt(milliseconds) + 1;
}

/*
 * Sleeps until the waiter is notified: 0; until that time, if it is not KMI_FREEBSD_FOREVER: EWOULDBLOCK; until a
 * signal comes: EINTR or ERESTART; until the thread, one of the module's own, is to end: KMI_FREEBSD_STOPPED.
 */
static __maybe_unused noinline int kmi_freebsd_sleep(struct kmi_freebsd_waiter *waiter, sbintime_t until)
{
	struct kmi_freebsd_role *role = kmi_freebsd_role_of_this();
	bool own = role && role->own, deaf = role && !role->own;
	int status = 0;

	if (own) {
		mtx_lock_spin(&kmi_freebsd_roles_lock);
		role->waiter = waiter;
		mtx_unlock_spin(&kmi_freebsd_roles_lock);
	}
	for (;;) {
		sleepq_lock(waiter);
		if (__atomic_load_n(&waiter->notified, __ATOMIC_SEQ_CST))
			status = 0;
		else if (own && __atomic_load_n(&role->stopping, __ATOMIC_SEQ_CST))
			status = KMI_FREEBSD_STOPPED;
		else if (until && sbinuptime() >= until)
			status = EWOULDBLOCK;
		else
			status = -1;
		if (status >= 0) {
			sleepq_release(waiter);
			break;
		}
		sleepq_add(waiter, NULL, "kmi", SLEEPQ_SLEEP | (deaf ? 0 : SLEEPQ_INTERRUPTIBLE), 0);
		status = 0;
		if (until) {
			sleepq_set_timeout_sbt(waiter, until, 0, C_ABSOLUTE);
			status = deaf ? sleepq_timedwait(waiter, 0) : sleepq_timedwait_sig(waiter, 0);
		} else if (deaf) {
			sleepq_wait(waiter, 0);
		} else {
			status = sleepq_wait_sig(waiter, 0);
		}
		if (status == EINTR || status == ERESTART)
			break;
	}
	if (own) {
		mtx_lock_spin(&kmi_freebsd_roles_lock);
		role->waiter = NULL;
		mtx_unlock_spin(&kmi_freebsd_roles_lock);
	}
	return status;
}

/* Those who wait for one thing. */
struct kmi_freebsd_queue {
	struct mtx lock; /* spin */
	TAILQ_HEAD(, kmi_freebsd_waiter) waiters;
	u32 done; /* of a completion: how many waits may end, UINT32_MAX for all */
};

#ifdef KMI_BINDGEN
void kmi_freebsd_queue_init(struct kmi_freebsd_queue *queue);
#else
#define kmi_freebsd_queue_init(queue)                                             \
	do {                                                                      \
		mtx_init(&(queue)->lock, kmi_place, "kmi queue", MTX_SPIN | MTX_DUPOK); \
		TAILQ_INIT(&(queue)->waiters);                                    \
	} while (0)
#endif

/* Takes the first waiter off and wakes it, under the lock: its stack stays until it has looked there. */
static __maybe_unused bool kmi_freebsd_queue_wake(struct kmi_freebsd_queue *queue)
{
	struct kmi_freebsd_waiter *first = TAILQ_FIRST(&queue->waiters);

	if (!first)
		return false;
	TAILQ_REMOVE(&queue->waiters, first, link);
	__atomic_store_n(&first->notified, true, __ATOMIC_SEQ_CST);
	wakeup(first);
	return true;
}

/* --- conditions ----------------------------------------------------------------------------------------------- */

struct kmi_freebsd_condition {
	struct kmi_freebsd_queue queue;
	struct selinfo pollers;
};

#ifdef KMI_BINDGEN
void kmi_freebsd_condition_init(struct kmi_freebsd_condition *condition);
#else
#define kmi_freebsd_condition_init(condition) kmi_freebsd_queue_init(&(condition)->queue)
#endif

static __maybe_unused void kmi_freebsd_condition_destroy(struct kmi_freebsd_condition *condition)
{
	if (!(condition->queue.lock.lock_object.lo_flags & LO_INITIALIZED))
		return;
	seldrain(&condition->pollers);
	mtx_destroy(&condition->queue.lock);
}

/* Gives the lock up, sleeps, and takes it again; the results are those of kmi_freebsd_sleep. */
static __maybe_unused noinline int kmi_freebsd_condition_wait(struct kmi_freebsd_condition *condition, struct sx *lock,
							      sbintime_t until)
{
	struct kmi_freebsd_queue *queue = &condition->queue;
	struct kmi_freebsd_waiter waiter = { .notified = false };
	int status;

	mtx_lock_spin(&queue->lock);
	TAILQ_INSERT_TAIL(&queue->waiters, &waiter, link);
	mtx_unlock_spin(&queue->lock);
	sx_xunlock(lock);
	status = kmi_freebsd_sleep(&waiter, until);
	mtx_lock_spin(&queue->lock);
	if (waiter.notified)
		status = 0;
	else
		TAILQ_REMOVE(&queue->waiters, &waiter, link);
	mtx_unlock_spin(&queue->lock);
	sx_xlock(lock);
	return status;
}

/* selwakeup takes sleep mutexes, so not under the queue's lock. */
static __maybe_unused noinline void kmi_freebsd_condition_notify(struct kmi_freebsd_condition *condition, bool all)
{
	mtx_lock_spin(&condition->queue.lock);
	while (kmi_freebsd_queue_wake(&condition->queue) && all)
		;
	mtx_unlock_spin(&condition->queue.lock);
	selwakeup(&condition->pollers);
}

/* --- completions ---------------------------------------------------------------------------------------------- */

static __maybe_unused void kmi_freebsd_queue_destroy(struct kmi_freebsd_queue *queue)
{
	kmi_freebsd_mtx_destroy(&queue->lock);
}

static __maybe_unused noinline void kmi_freebsd_complete(struct kmi_freebsd_queue *queue, bool all)
{
	mtx_lock_spin(&queue->lock);
	if (all) {
		queue->done = UINT32_MAX;
		while (kmi_freebsd_queue_wake(queue))
			;
	} else if (!kmi_freebsd_queue_wake(queue) && queue->done < UINT32_MAX - 1) {
		queue->done++;
	}
	mtx_unlock_spin(&queue->lock);
}

static __maybe_unused noinline void kmi_freebsd_completion_reinit(struct kmi_freebsd_queue *queue)
{
	mtx_lock_spin(&queue->lock);
	queue->done = 0;
	mtx_unlock_spin(&queue->lock);
}

static __maybe_unused noinline int kmi_freebsd_completion_wait(struct kmi_freebsd_queue *queue, sbintime_t until)
{
	struct kmi_freebsd_waiter waiter = { .notified = false };
	int status = 0;
	bool done;

	mtx_lock_spin(&queue->lock);
	done = queue->done != 0;
	if (!done)
		TAILQ_INSERT_TAIL(&queue->waiters, &waiter, link);
	else if (queue->done != UINT32_MAX)
		queue->done--;
	mtx_unlock_spin(&queue->lock);
	if (done)
		return 0;
	status = kmi_freebsd_sleep(&waiter, until);
	mtx_lock_spin(&queue->lock);
	if (waiter.notified)
		status = 0;
	else
		TAILQ_REMOVE(&queue->waiters, &waiter, link);
	mtx_unlock_spin(&queue->lock);
	return status;
}

#endif
