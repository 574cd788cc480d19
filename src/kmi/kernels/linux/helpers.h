/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The C of the Linux layer: the headers that it is bound to, and the few lines that kernel Python cannot say,
 * because in C they are macros, static storage, or calls through a pointer.
 *
 * bindgen reads this file (with KMI_BINDGEN) and so does every compiled module.
 */
#ifndef KMI_LINUX_HELPERS_H
#define KMI_LINUX_HELPERS_H

#include <linux/module.h>
#include <linux/compat.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/wait.h>

#ifdef KMI_BINDGEN
/* What kmi.h declares, as far as helpers take it. */
struct kmi_error;
int kmi_boundary(const struct kmi_error *error, bool ioctl);
#define KMI_PLATFORM_RESTART 512
#define kmi_test_call_fails(kind) false
#else
#include "kmi.h"
#endif

/* --- what a callback of Python gets, on the C stack of the call ----------------------------------------------- */

struct kmi_linux_file {
	struct file *file;
	void *opened; /* the object in file->private_data, NULL while the file is being opened */
	bool nowait;  /* this call may not block, whatever the file says */
};

struct kmi_linux_uio {
	struct iov_iter *memory;
	u64 end; /* the position where the call ends if all is transferred */
	bool to_user;
};

struct kmi_linux_request {
	u32 command;
	unsigned long argument;
};

struct kmi_linux_poll {
	struct file *file;
	poll_table *table;
};

/* --- the module ----------------------------------------------------------------------------------------------- */

/* A registration that was made and is to become live, or is. */
struct kmi_linux_registration {
	struct list_head link;
	int (*publish)(struct kmi_linux_registration *registration); /* 0 or a negative errno */
	void (*withdraw)(struct kmi_linux_registration *registration);
	bool live;
};

static LIST_HEAD(kmi_linux_registrations);
static void *kmi_linux_object;
static bool kmi_linux_all_live;

/* The module's object, from load to unload. */
static inline void kmi_linux_keep(void *object)
{
	kmi_linux_object = object;
}

static inline void *kmi_linux_kept(void)
{
	return kmi_linux_object;
}

/* Whether the last registration has succeeded: until then nothing of the module can be opened. */
static inline bool kmi_linux_whole(void)
{
	return smp_load_acquire(&kmi_linux_all_live);
}

static inline void kmi_linux_enlist(struct kmi_linux_registration *registration)
{
	list_add_tail(&registration->link, &kmi_linux_registrations);
}

/* Of one that was not enlisted it does nothing: its memory is zero. */
static inline void kmi_linux_delist(struct kmi_linux_registration *registration)
{
	if (registration->link.next)
		list_del(&registration->link);
}

/* Ends all that is live, in reverse order. */
static inline void kmi_linux_withdraw(void)
{
	struct kmi_linux_registration *each;

	WRITE_ONCE(kmi_linux_all_live, false);
	list_for_each_entry_reverse(each, &kmi_linux_registrations, link) {
		if (!each->live)
			continue;
		each->live = false;
		each->withdraw(each);
	}
}

/* Makes all live, in order; at the first that fails, none, and its negative errno. */
static inline int kmi_linux_publish(void)
{
	struct kmi_linux_registration *each;
	int status;

	list_for_each_entry(each, &kmi_linux_registrations, link) {
		status = kmi_test_call_fails(KMI_FAILS_REGISTERING) ? -ENOMEM : each->publish(each);
		if (status) {
			kmi_linux_withdraw();
			return status;
		}
		each->live = true;
	}
	smp_store_release(&kmi_linux_all_live, true);
	return 0;
}

/*
 * After a load that failed: somebody may have opened a device that was live for a moment. It gets ENXIO, and is
 * gone soon, but Linux frees the module without looking, so this waits until only the load itself holds it.
 */
static inline void kmi_linux_settle(void)
{
#ifdef CONFIG_MODULE_UNLOAD
	while (module_refcount(THIS_MODULE) > 1)
		schedule_timeout_uninterruptible(1);
#endif
}

/* --- files ---------------------------------------------------------------------------------------------------- */

#include "attributes.h"
#include "devices.h"
#include "pages.h"
#include "parameters.h"

/* For reading, or writing; fmode_t is no integer to sparse. */
static inline bool kmi_linux_readable(struct file *opened)
{
	return (opened->f_mode & FMODE_READ) != 0;
}

static inline bool kmi_linux_writable(struct file *opened)
{
	return (opened->f_mode & FMODE_WRITE) != 0;
}

/* The errno, negative, of an error that leaves a callback. A wait that was ended by a signal restarts the call. */
static __maybe_unused noinline __cold int kmi_linux_refuse(const struct kmi_error *error, bool ioctl)
{
#ifndef KMI_BINDGEN
	if (error->restart)
		return -ERESTARTSYS;
#endif
	return -kmi_boundary(error, ioctl);
}

/* The errno, negative, of an error that ends the load; the log says which, since insmod shows only the errno. */
static __maybe_unused noinline __cold int kmi_linux_not_loaded(const struct kmi_error *error)
{
#ifndef KMI_BINDGEN
	const char *message = kmi_error_message(error);

	pr_err("kmi: %s: not loaded: %s%s%s\n", KBUILD_MODNAME, error->kind->name, *message ? ": " : "", message);
#endif
	return -kmi_boundary(error, false);
}

/* Logs an error that nobody is left to be told of. */
static inline void kmi_linux_report(const struct kmi_error *error)
{
#ifndef KMI_BINDGEN
	kmi_error_log(error);
#endif
}

/* Whether the error gives way to the count of the bytes that were moved before it. */
static __maybe_unused noinline __cold bool kmi_linux_short(const struct kmi_error *error)
{
#ifdef KMI_BINDGEN
	return false;
#else
	return kmi_error_is(error, &kmi_InterruptedError) || kmi_error_is(error, &kmi_BlockingIOError) ||
	       error->number == EFAULT;
#endif
}

static inline u32 kmi_linux_ioctl_size(u32 command)
{
	return _IOC_SIZE(command);
}

/* From the caller's side, as in the names: the caller of _IOW writes, so the driver reads. */
static inline bool kmi_linux_ioctl_takes(u32 command)
{
	return _IOC_DIR(command) & _IOC_WRITE;
}

static inline bool kmi_linux_ioctl_gives(u32 command)
{
	return _IOC_DIR(command) & _IOC_READ;
}

static inline bool kmi_linux_copy_in(void *to, unsigned long from, size_t size)
{
	return !kmi_test_call_fails(KMI_FAILS_COPY_IN) && copy_from_user(to, (const void __user *)from, size) == 0;
}

static inline bool kmi_linux_copy_out(unsigned long to, const void *from, size_t size)
{
	return !kmi_test_call_fails(KMI_FAILS_COPY_OUT) && copy_to_user((void __user *)to, from, size) == 0;
}

/* The same of the memory of a read or write, which goes forward by what was copied. */
static inline size_t kmi_linux_copy_from(struct iov_iter *memory, void *to, size_t size)
{
	return size && kmi_test_call_fails(KMI_FAILS_COPY_IN) ? 0 : copy_from_iter(to, size, memory);
}

static inline size_t kmi_linux_copy_to(struct iov_iter *memory, const void *from, size_t size)
{
	return size && kmi_test_call_fails(KMI_FAILS_COPY_OUT) ? 0 : copy_to_iter(from, size, memory);
}

/* --- locks and waiting ---------------------------------------------------------------------------------------- */

/* Each use is a class of its own to lockdep: static storage, so a macro, so declared for bindgen. */
#ifdef KMI_BINDGEN
void kmi_linux_mutex_init(struct mutex *lock);
void kmi_linux_spin_lock_init(spinlock_t *lock);
void kmi_linux_raw_lock_init(raw_spinlock_t *lock);
void kmi_linux_rwsem_init(struct rw_semaphore *lock);
void kmi_linux_wait_init(struct wait_queue_head *queue);
#else
/* kmi_place is the name of the field, as "Echo.kept": the compiler gives it to each init of a place. */
#define kmi_linux_name_lock(lock)                                       \
	do {                                                            \
		static struct lock_class_key kmi_key __maybe_unused;    \
                                                                        \
		lockdep_set_class_and_name(lock, &kmi_key, kmi_place);  \
	} while (0)
#define kmi_linux_mutex_init(lock)         \
	do {                               \
		mutex_init(lock);          \
		kmi_linux_name_lock(lock); \
	} while (0)
#define kmi_linux_spin_lock_init(lock)     \
	do {                               \
		spin_lock_init(lock);      \
		kmi_linux_name_lock(lock); \
	} while (0)
#define kmi_linux_raw_lock_init(lock)      \
	do {                               \
		raw_spin_lock_init(lock);  \
		kmi_linux_name_lock(lock); \
	} while (0)
#define kmi_linux_rwsem_init(lock)         \
	do {                               \
		init_rwsem(lock);          \
		kmi_linux_name_lock(lock); \
	} while (0)
#define kmi_linux_wait_init(queue)                  \
	do {                                        \
		init_waitqueue_head(queue);         \
		kmi_linux_name_lock(&(queue)->lock); \
	} while (0)
#endif

/* With lockdep mutex_lock is a macro. */
static inline void kmi_linux_mutex_lock(struct mutex *lock)
{
	mutex_lock(lock);
}

/*
 * Two locks of one class, by address, so that no two tasks take them in opposite orders; lockdep is told which is
 * the second. False, and none is taken, if they are one.
 */
static __maybe_unused noinline bool kmi_linux_mutex_lock_both(struct mutex *first, struct mutex *second)
{
	if (first == second)
		return false;
	if (first > second)
		swap(first, second);
	mutex_lock(first);
	mutex_lock_nested(second, SINGLE_DEPTH_NESTING);
	return true;
}

static __maybe_unused noinline bool kmi_linux_spin_lock_both(spinlock_t *first, spinlock_t *second)
{
	if (first == second)
		return false;
	if (first > second)
		swap(first, second);
	spin_lock(first);
	spin_lock_nested(second, SINGLE_DEPTH_NESTING);
	/* To sparse, which cannot follow that a function takes locks or does not. */
	__release(second);
	__release(first);
	return true;
}

/* Softirqs are off once for each lock, as each is given back with spin_unlock_bh. */
static __maybe_unused noinline bool kmi_linux_spin_lock_both_bh(spinlock_t *first, spinlock_t *second)
{
	if (first == second)
		return false;
	local_bh_disable();
	local_bh_disable();
	return kmi_linux_spin_lock_both(first, second);
}

static inline unsigned long kmi_linux_raw_lock(raw_spinlock_t *lock)
{
	unsigned long flags;

	raw_spin_lock_irqsave(lock, flags);
	return flags;
}

static inline void kmi_linux_raw_unlock(raw_spinlock_t *lock, unsigned long flags)
{
	raw_spin_unlock_irqrestore(lock, flags);
}

static inline void kmi_linux_mutex_destroy(struct mutex *lock)
{
	mutex_destroy(lock);
}

/* The tasks that are closing a file or tearing the module down: there a wait is not ended by signals. */
struct kmi_linux_closing {
	struct list_head link;
	struct task_struct *task;
};

static LIST_HEAD(kmi_linux_closings);
static DEFINE_SPINLOCK(kmi_linux_closings_lock);

static __maybe_unused noinline void kmi_linux_begin_close(struct kmi_linux_closing *closing)
{
	closing->task = current;
	spin_lock(&kmi_linux_closings_lock);
	list_add(&closing->link, &kmi_linux_closings);
	spin_unlock(&kmi_linux_closings_lock);
}

static __maybe_unused noinline void kmi_linux_end_close(struct kmi_linux_closing *closing)
{
	spin_lock(&kmi_linux_closings_lock);
	list_del(&closing->link);
	spin_unlock(&kmi_linux_closings_lock);
}

static __maybe_unused noinline bool kmi_linux_is_closing(void)
{
	struct kmi_linux_closing *each;
	bool found = false;

	if (list_empty_careful(&kmi_linux_closings))
		return false;
	spin_lock(&kmi_linux_closings_lock);
	list_for_each_entry(each, &kmi_linux_closings, link)
		found |= each->task == current;
	spin_unlock(&kmi_linux_closings_lock);
	return found;
}

/* Queues the task. From here on no wake is lost, though the task still runs. */
static inline void kmi_linux_wait_begin(struct wait_queue_head *queue, struct wait_queue_entry *entry, u32 state)
{
	init_wait(entry);
	prepare_to_wait_exclusive(queue, entry, state);
}

/*
 * Whether the task was woken by a notify, which takes it off the queue; else it leaves the queue now. Looked at under
 * the queue's lock: the waker holds that from before the task can run until it has taken it off.
 */
static __maybe_unused noinline bool kmi_linux_wait_end(struct wait_queue_head *queue, struct wait_queue_entry *entry)
{
	unsigned long flags;
	bool notified;

	__set_current_state(TASK_RUNNING);
	if (list_empty_careful(&entry->entry))
		return true;
	spin_lock_irqsave(&queue->lock, flags);
	notified = list_empty(&entry->entry);
	list_del_init(&entry->entry);
	spin_unlock_irqrestore(&queue->lock, flags);
	return notified;
}

static inline bool kmi_linux_signalled(void)
{
	return signal_pending(current);
}

/* One that waits, and all that poll; or all. */
static inline void kmi_linux_wake(struct wait_queue_head *queue)
{
	wake_up(queue);
}

static inline void kmi_linux_wake_all(struct wait_queue_head *queue)
{
	wake_up_all(queue);
}

#include "deferred.h"
#include "completion.h"
#include "shared.h"

/* --- the log -------------------------------------------------------------------------------------------------- */

#define kmi_linux_emerg(format, ...) pr_emerg(format "\n", ##__VA_ARGS__)
#define kmi_linux_alert(format, ...) pr_alert(format "\n", ##__VA_ARGS__)
#define kmi_linux_crit(format, ...) pr_crit(format "\n", ##__VA_ARGS__)
#define kmi_linux_err(format, ...) pr_err(format "\n", ##__VA_ARGS__)
#define kmi_linux_warn(format, ...) pr_warn(format "\n", ##__VA_ARGS__)
#define kmi_linux_notice(format, ...) pr_notice(format "\n", ##__VA_ARGS__)
#define kmi_linux_info(format, ...) pr_info(format "\n", ##__VA_ARGS__)
#define kmi_linux_debug(format, ...) pr_debug(format "\n", ##__VA_ARGS__)

#endif
