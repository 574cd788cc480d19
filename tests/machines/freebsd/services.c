/*
 * What tests ask of the modelled kernel, a function each, by their names: they are called by the test.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/conf.h>
#include <sys/unistd.h>
#include <sys/module.h>
#include <sys/lock.h>
#include <sys/malloc.h>
#include <sys/mutex.h>
#include <sys/sx.h>
#include <sys/rwlock.h>
#include <sys/rmlock.h>
#include <sys/condvar.h>
#include <sys/sema.h>
#include <sys/callout.h>
#include <sys/taskqueue.h>
#include <sys/kthread.h>
#include <sys/counter.h>
#include <sys/proc.h>
#include <sys/smp.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <machine/atomic.h>

MALLOC_DEFINE(M_SERVICES, "services", "what the tests of the modelled kernel allocate");

static struct mtx mutex, other, spin, again;
static struct sx shared, more;
static struct rwlock rw;
static struct rmlock rm;
static struct cv cv;
static struct sema sema;
static struct callout plain, locked;
static struct taskqueue *queue;
static struct task task, sleeper;
static struct timeout_task later;
static counter_u64_t counter;

volatile long shared_count;
volatile int flag, fired, seen_pending;

static int event(module_t module, int what, void *arg)
{
	switch (what) {
	case MOD_LOAD:
		mtx_init(&mutex, "first", NULL, MTX_DEF);
		mtx_init(&other, "second", NULL, MTX_DEF);
		mtx_init(&spin, "spinning", NULL, MTX_SPIN);
		mtx_init(&again, "again", NULL, MTX_DEF | MTX_RECURSE);
		sx_init(&shared, "shared");
		sx_init(&more, "more");
		rw_init(&rw, "rw");
		rm_init(&rm, "rm");
		cv_init(&cv, "condition");
		sema_init(&sema, 0, "semaphore");
		callout_init(&plain, 1);
		callout_init_mtx(&locked, &mutex, 0);
		counter = counter_u64_alloc(M_WAITOK);
		queue = taskqueue_create("services", M_WAITOK, taskqueue_thread_enqueue, &queue);
		return (taskqueue_start_threads(&queue, 1, PWAIT, "services taskq"));
	case MOD_UNLOAD:
		taskqueue_free(queue);
		counter_u64_free(counter);
		callout_drain(&plain);
		callout_drain(&locked);
		sema_destroy(&sema);
		cv_destroy(&cv);
		rm_destroy(&rm);
		rw_destroy(&rw);
		sx_destroy(&more);
		sx_destroy(&shared);
		mtx_destroy(&again);
		mtx_destroy(&spin);
		mtx_destroy(&other);
		mtx_destroy(&mutex);
		return (0);
	default:
		return (EOPNOTSUPP);
	}
}
DEV_MODULE(services, event, NULL);
MODULE_VERSION(services, 1);

/* memory */

void *t_malloc(size_t size, int flags) { return ((malloc)(size, M_SERVICES, flags)); }
void *t_temp(size_t size, int flags) { return ((malloc)(size, M_TEMP, flags)); }
void t_free(void *p) { free(p, M_SERVICES); }
void t_zfree(void *p) { zfree(p, M_SERVICES); }
void *t_realloc(void *p, size_t size, int flags) { return (realloc(p, size, M_SERVICES, flags)); }
void *t_reallocf(void *p, size_t size, int flags) { return (reallocf(p, size, M_SERVICES, flags)); }
void *t_array(size_t n, size_t size, int flags) { return (mallocarray(n, size, M_SERVICES, flags)); }
size_t t_usable(void *p) { return (malloc_usable_size(p)); }
int t_read(volatile char *p) { return (*p); }
void t_write(volatile char *p, int value) { *p = value; }
vm_paddr_t t_physical(void *p) { return (vtophys(p)); }
void *t_contiguous(u_long size, vm_paddr_t low, vm_paddr_t high, u_long alignment, vm_paddr_t boundary)
{
	return (contigmalloc(size, M_SERVICES, M_NOWAIT | M_ZERO, low, high, alignment, boundary));
}

/* locks */

void t_lock_twice(void) { mtx_lock(&mutex); mtx_lock(&mutex); }
int t_recurse(void)
{
	int depth;

	mtx_lock(&again);
	mtx_lock(&again);
	depth = again.mtx_recurse;
	mtx_unlock(&again);
	depth += 10 * mtx_owned(&again);
	mtx_unlock(&again);
	return (depth + 100 * mtx_owned(&again));
}
void t_unlock_free(void) { mtx_unlock(&mutex); }
void t_first_second(void) { mtx_lock(&mutex); mtx_lock(&other); mtx_unlock(&other); mtx_unlock(&mutex); }
void t_second_first(void) { mtx_lock(&other); mtx_lock(&mutex); mtx_unlock(&mutex); mtx_unlock(&other); }
void t_sx_under_mutex(void) { mtx_lock(&mutex); sx_xlock(&shared); sx_xunlock(&shared); mtx_unlock(&mutex); }
void t_malloc_under_mutex(void) { mtx_lock(&mutex); free((malloc)(10, M_SERVICES, M_WAITOK), M_SERVICES); mtx_unlock(&mutex); }
void t_malloc_under_spin(void) { mtx_lock_spin(&spin); (void)!(malloc)(10, M_SERVICES, M_NOWAIT); mtx_unlock_spin(&spin); }
void t_mutex_under_spin(void) { mtx_lock_spin(&spin); mtx_lock(&mutex); }
void t_sleep_under_mutex(void) { mtx_lock(&mutex); tsleep(__DEVOLATILE(int *, &flag), 0, "nap", 1); mtx_unlock(&mutex); }
void t_sleep_critical(void) { critical_enter(); pause("nap", 1); critical_exit(); }
void t_spin_as_mutex(void) { mtx_lock(&spin); }
void t_keep(void) { mtx_lock(&mutex); }
void t_destroyed(void)
{
	struct mtx gone;

	memset(&gone, 0, sizeof(gone));
	mtx_init(&gone, "gone", NULL, MTX_DEF);
	mtx_destroy(&gone);
	mtx_lock(&gone);
}
int t_try(void)
{
	int got = mtx_trylock(&mutex);

	if (got)
		mtx_unlock(&mutex);
	return (got);
}
int t_upgrade(void)
{
	int got;

	sx_slock(&shared);
	got = sx_try_upgrade(&shared);
	got += 2 * (sx_xlocked(&shared) != 0);
	sx_downgrade(&shared);
	got += 4 * !sx_xlocked(&shared);
	sx_sunlock(&shared);
	rw_rlock(&rw);
	got += 8 * rw_try_upgrade(&rw);
	got += 16 * rw_wowned(&rw);
	rw_unlock(&rw);
	return (got);
}
int t_rm(void)
{
	struct rm_priotracker tracker;
	int value;

	rm_rlock(&rm, &tracker);
	value = shared_count;
	rm_runlock(&rm, &tracker);
	rm_wlock(&rm);
	shared_count++;
	value += 10 * rm_wowned(&rm);
	rm_wunlock(&rm);
	return (value);
}

/* Read, wait a little, write: a lock is what makes it right. */
static void add(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		long before = shared_count;

		for (volatile int wait = 0; wait < 20; wait++)
			;
		shared_count = before + 1;
	}
}
void t_count_bare(int rounds) { add(rounds); }
void t_count_mutex(int rounds) { for (int i = 0; i < rounds; i++) { mtx_lock(&mutex); add(1); mtx_unlock(&mutex); } }
void t_count_spin(int rounds) { for (int i = 0; i < rounds; i++) { mtx_lock_spin(&spin); add(1); mtx_unlock_spin(&spin); } }
void t_count_sx(int rounds) { for (int i = 0; i < rounds; i++) { sx_xlock(&shared); add(1); sx_xunlock(&shared); } }
void t_count_rw(int rounds) { for (int i = 0; i < rounds; i++) { rw_wlock(&rw); add(1); rw_wunlock(&rw); } }
void t_count_atomic(int rounds) { for (int i = 0; i < rounds; i++) atomic_add_long(&shared_count, 1); }
void t_count_counter(int rounds) { for (int i = 0; i < rounds; i++) counter_u64_add(counter, 1); }
uint64_t t_counted(void) { return (counter_u64_fetch(counter)); }

/* waiting */

int t_wait_mutex(int catch, int ticks)
{
	int error = 0;

	mtx_lock(&mutex);
	while (!flag && !error)
		error = msleep(__DEVOLATILE(int *, &flag), &mutex, catch ? PCATCH : 0, "event", ticks);
	mtx_unlock(&mutex);
	return (error);
}
int t_wait_cv(int catch, int ticks)
{
	int error = 0;

	sx_xlock(&shared);
	while (!flag && !error) {
		if (ticks)
			error = catch ? cv_timedwait_sig(&cv, &shared, ticks) : cv_timedwait(&cv, &shared, ticks);
		else if (catch)
			error = cv_wait_sig(&cv, &shared);
		else
			cv_wait(&cv, &shared);
	}
	sx_xunlock(&shared);
	return (error);
}
void t_set(void)
{
	mtx_lock(&mutex);
	flag = 1;
	wakeup(__DEVOLATILE(int *, &flag));
	mtx_unlock(&mutex);
	sx_xlock(&shared);
	cv_broadcast(&cv);
	sx_xunlock(&shared);
}
void t_post(void) { sema_post(&sema); }
int t_take(int ticks) { return (ticks ? sema_timedwait(&sema, ticks) : (sema_wait(&sema), 0)); }
int t_pause(int ticks) { return (pause("pausing", ticks)); }
sbintime_t t_uptime(void) { return (sbinuptime()); }
int t_ticks(void) { return (ticks); }

/* epochs, whose header needs others that are not there */

struct epoch;
struct tracker { void *room[8]; };
struct context { void *data[2]; };
struct epoch *epoch_alloc(const char *name, int flags);
void epoch_free(struct epoch *);
void epoch_wait_preempt(struct epoch *);
void epoch_call(struct epoch *, void (*)(struct context *), struct context *);
void epoch_drain_callbacks(struct epoch *);
void _epoch_enter_preempt(struct epoch *, struct tracker *);
void _epoch_exit_preempt(struct epoch *, struct tracker *);
int in_epoch(struct epoch *);

static struct epoch *epoch;
static struct context context;
static volatile int begun, ended, expected;

static void is_over(struct context *given) { fired += ended < expected ? 1000 : 1; }
void t_epoch_begin(void) { epoch = epoch_alloc("services", 1); }
void t_epoch_section(int rounds)
{
	struct tracker tracker;

	_epoch_enter_preempt(epoch, &tracker);
	begun += in_epoch(epoch);
	for (volatile int wait = 0; wait < rounds; wait++)
		;
	ended++;
	_epoch_exit_preempt(epoch, &tracker);
}
int t_epoch_wait(void)
{
	int before = begun;

	epoch_wait_preempt(epoch);
	return (ended < before);
}
void t_epoch_later(void)
{
	expected = begun;
	epoch_call(epoch, is_over, &context);
	epoch_drain_callbacks(epoch);
}
void t_epoch_end(void) { epoch_free(epoch); }
void t_epoch_sleeps(void)
{
	struct tracker tracker;

	_epoch_enter_preempt(epoch, &tracker);
	pause("in a section", 1);
}

/* callouts */

static void rings(void *arg) { fired += (int)(intptr_t)arg; }
static void rings_and_sleeps(void *arg) { pause("in a callout", 1); }
static void rings_again(void *arg)
{
	if (++fired < 3)
		callout_schedule(&plain, 5);
}
int t_callout(int ticks, int value) { return (callout_reset(&plain, ticks, rings, (void *)(intptr_t)value)); }
int t_callout_again(void) { return (callout_reset(&plain, 5, rings_again, NULL)); }
void t_callout_sleeps(void) { callout_reset(&plain, 1, rings_and_sleeps, NULL); }
int t_callout_stop(void) { return (callout_stop(&plain)); }
int t_callout_drain(void) { return (callout_drain(&plain)); }
int t_callout_state(void) { return (callout_pending(&plain) + callout_active(&plain)); }
/* Waits with the lock until the callout is due and waits for the lock: stopping it now is certain. */
int t_callout_beaten(void)
{
	int result;

	mtx_lock(&mutex);
	callout_reset(&locked, 1, rings, (void *)100);
	DELAY(5000);
	result = callout_stop(&locked);
	mtx_unlock(&mutex);
	return (result);
}

/* tasks and threads */

static void works(void *context, int pending) { fired++; seen_pending = pending; }
static void naps(void *context, int pending) { pause("in a task", 10); fired++; }
int t_task(int times)
{
	int error = 0;

	TASK_INIT(&task, 0, works, NULL);
	taskqueue_block(queue);
	for (int i = 0; i < times; i++)
		error |= taskqueue_enqueue(queue, &task);
	taskqueue_unblock(queue);
	taskqueue_drain(queue, &task);
	return (error);
}
int t_task_cancel(void)
{
	u_int pending = 0;
	int error;

	TASK_INIT(&task, 0, works, NULL);
	taskqueue_block(queue);
	taskqueue_enqueue(queue, &task);
	taskqueue_enqueue(queue, &task);
	error = taskqueue_cancel(queue, &task, &pending);
	taskqueue_unblock(queue);
	return (error * 10 + pending);
}
int t_task_sleeps(void)
{
	TASK_INIT(&sleeper, 0, naps, NULL);
	taskqueue_enqueue(taskqueue_thread, &sleeper);
	taskqueue_drain(taskqueue_thread, &sleeper);
	return (fired);
}
int t_task_swi(void)
{
	TASK_INIT(&sleeper, 0, naps, NULL);
	taskqueue_enqueue(taskqueue_swi, &sleeper);
	taskqueue_drain(taskqueue_swi, &sleeper);
	return (fired);
}
int t_task_later(int ticks, int cancel)
{
	u_int pending = 0;
	int error;

	TIMEOUT_TASK_INIT(queue, &later, 0, works, NULL);
	error = taskqueue_enqueue_timeout(queue, &later, ticks);
	error = error * 10 + taskqueue_enqueue_timeout(queue, &later, ticks);
	if (cancel)
		error = error * 10 + taskqueue_cancel_timeout(queue, &later, &pending) + (int)pending;
	else
		pause("until it is due", ticks + 5);
	taskqueue_drain_timeout(queue, &later);
	return (error);
}
static void thread_body(void *arg)
{
	fired += (int)(intptr_t)arg;
	kthread_exit();
}
static void thread_returns(void *arg) { fired++; }
int t_thread(int value)
{
	struct thread *td;
	int error;

	error = kthread_add(thread_body, (void *)(intptr_t)value, NULL, &td, RFSTOPPED, 0, "worker %d", value);
	if (error)
		return (error);
	kthread_resume(td);
	return (tsleep(td, 0, "its end", 10 * hz));
}
int t_thread_returns(void) { return (kthread_add(thread_returns, NULL, NULL, NULL, 0, 0, "returning")); }

/* faults */

struct list { struct list *next; long value; };
int t_null(struct list *list) { return (list->next->value); }
int t_call(int (*function)(void)) { return (function() + 1); }
int t_stack(int depth)
{
	volatile char room[512];

	room[0] = depth;
	__asm__ volatile("" :: "r"(room) : "memory");
	return (depth ? t_stack(depth - 1) + room[0] : room[0]);
}
void t_smash(int size)
{
	char room[16];

	memset(room, 'x', size);
	__asm__ volatile("" :: "r"(room) : "memory");
}
