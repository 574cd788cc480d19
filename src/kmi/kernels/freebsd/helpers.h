/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The C of the FreeBSD layer: the headers that it is bound to, and the few lines that kernel Python cannot say,
 * because in C they are macros, static storage, or calls through a pointer.
 *
 * bindgen reads this file (with KMI_BINDGEN) and so does every compiled module.
 */
#ifndef KMI_FREEBSD_HELPERS_H
#define KMI_FREEBSD_HELPERS_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filio.h>
#include <sys/ioccom.h>
#include <sys/kernel.h>
#include <sys/libkern.h>
#include <sys/lock.h>
#include <sys/malloc.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/selinfo.h>
#include <sys/sleepqueue.h>
#include <sys/sx.h>
#include <sys/syslog.h>
#include <sys/uio.h>

#ifdef KMI_BINDGEN
/* What kmi.h declares, as far as helpers take it. */
#include <sys/stdint.h>
struct kmi_error;
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef long long i64;
int kmi_boundary(const struct kmi_error *error, bool ioctl);
#define __maybe_unused __attribute__((__unused__))
#define noinline __attribute__((__noinline__))
#define __cold __attribute__((__cold__))
#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#define KMI_PLATFORM_RESTART 512
#define KMI_NAME "kmi"
#define M_KMI M_TEMP
#define kmi_place "kmi"
#define kmi_test_call_fails(kind) false
#define kmi_test_fails() false
#else
#include "kmi.h"
#endif

#include "malloc.h"

/* --- what a callback of Python gets, on the C stack of the call ----------------------------------------------- */

struct kmi_freebsd_file {
	struct cdev *device;
	void *opened; /* the object in the file's cdevpriv, NULL while the file is being opened */
	int flags;    /* FREAD, FWRITE, O_NONBLOCK */
};

struct kmi_freebsd_uio {
	struct uio *memory;
	bool to_user;
};

struct kmi_freebsd_request {
	u32 command; /* as on every kernel, see ioctl.py */
	u8 *data;    /* the record, which the kernel copies in and out; NULL if there is none */
	u64 value;   /* the bare argument */
};

struct kmi_freebsd_poll {
	struct thread *thread;
};

/* --- the module ----------------------------------------------------------------------------------------------- */

/* A registration that was made and is to become live, or is. */
struct kmi_freebsd_registration {
	TAILQ_ENTRY(kmi_freebsd_registration) link;
	int (*publish)(struct kmi_freebsd_registration *registration); /* 0 or an errno */
	void (*withdraw)(struct kmi_freebsd_registration *registration);
	bool listed;
	bool live;
};

static TAILQ_HEAD(kmi_freebsd_list, kmi_freebsd_registration) kmi_freebsd_registrations =
	TAILQ_HEAD_INITIALIZER(kmi_freebsd_registrations);
static void *kmi_freebsd_object;
static bool kmi_freebsd_all_live;
static long kmi_freebsd_open_files;

/* The module's object, from load to unload. */
static inline void kmi_freebsd_keep(void *object)
{
	kmi_freebsd_object = object;
}

static inline void *kmi_freebsd_kept(void)
{
	return kmi_freebsd_object;
}

/* Whether the last registration has succeeded: until then nothing of the module can be opened. */
static inline bool kmi_freebsd_whole(void)
{
	return __atomic_load_n(&kmi_freebsd_all_live, __ATOMIC_SEQ_CST);
}

/*
 * A file is counted before it is asked whether the module is whole, and unloading shuts that door before it asks
 * for the count: one of the two sees the other.
 */
static inline bool kmi_freebsd_file_enter(void)
{
	__atomic_fetch_add(&kmi_freebsd_open_files, 1, __ATOMIC_SEQ_CST);
	if (kmi_freebsd_whole())
		return true;
	__atomic_fetch_sub(&kmi_freebsd_open_files, 1, __ATOMIC_SEQ_CST);
	return false;
}

static inline void kmi_freebsd_file_leave(void)
{
	__atomic_fetch_sub(&kmi_freebsd_open_files, 1, __ATOMIC_SEQ_CST);
}

/* Whether a file of the module is open: then it may not be unloaded. */
static inline bool kmi_freebsd_busy(void)
{
	return __atomic_load_n(&kmi_freebsd_open_files, __ATOMIC_SEQ_CST) != 0;
}

/* Lets nobody open anything any more; false, and nothing has changed, if a file is open. */
static inline bool kmi_freebsd_shut(void)
{
	__atomic_store_n(&kmi_freebsd_all_live, false, __ATOMIC_SEQ_CST);
	if (!kmi_freebsd_busy())
		return true;
	__atomic_store_n(&kmi_freebsd_all_live, true, __ATOMIC_SEQ_CST);
	return false;
}

static inline void kmi_freebsd_enlist(struct kmi_freebsd_registration *registration)
{
	registration->listed = true;
	TAILQ_INSERT_TAIL(&kmi_freebsd_registrations, registration, link);
}

/* Of one that was not enlisted it does nothing: its memory is zero. */
static inline void kmi_freebsd_delist(struct kmi_freebsd_registration *registration)
{
	if (registration->listed)
		TAILQ_REMOVE(&kmi_freebsd_registrations, registration, link);
	registration->listed = false;
}

/* Ends all that is live, in reverse order. */
static inline void kmi_freebsd_withdraw(void)
{
	struct kmi_freebsd_registration *each;

	__atomic_store_n(&kmi_freebsd_all_live, false, __ATOMIC_SEQ_CST);
	TAILQ_FOREACH_REVERSE(each, &kmi_freebsd_registrations, kmi_freebsd_list, link) {
		if (!each->live)
			continue;
		each->live = false;
		each->withdraw(each);
	}
}

/* Makes all live, in order; at the first that fails, none, and its errno. */
static inline int kmi_freebsd_publish(void)
{
	struct kmi_freebsd_registration *each;
	int status;

	TAILQ_FOREACH(each, &kmi_freebsd_registrations, link) {
		status = kmi_test_call_fails(KMI_FAILS_REGISTERING) ? ENOMEM : each->publish(each);
		if (status) {
			kmi_freebsd_withdraw();
			return status;
		}
		each->live = true;
	}
	__atomic_store_n(&kmi_freebsd_all_live, true, __ATOMIC_SEQ_CST);
	return 0;
}

/* --- errors --------------------------------------------------------------------------------------------------- */

/*
 * The errno of an error that leaves a callback. A wait that a signal ended was told by the kernel whether the
 * signal's handler lets calls restart, so its error says ERESTART or EINTR (kern/subr_sleepqueue.c).
 */
static __maybe_unused noinline __cold int kmi_freebsd_refuse(const struct kmi_error *error, bool ioctl)
{
#ifndef KMI_BINDGEN
	if (error->restart)
		return ERESTART;
#endif
	return kmi_boundary(error, ioctl);
}

/* The errno of an error that ends the load; the log says which, since kldload shows only the errno. */
static __maybe_unused noinline __cold int kmi_freebsd_not_loaded(const struct kmi_error *error)
{
#ifndef KMI_BINDGEN
	const char *message = kmi_error_message(error);

	log(LOG_ERR, "kmi: %s: not loaded: %s%s%s\n", KMI_NAME, error->kind->name, *message ? ": " : "", message);
#endif
	return kmi_boundary(error, false);
}

/* Logs an error that nobody is left to be told of. */
static inline void kmi_freebsd_report(const struct kmi_error *error)
{
#ifndef KMI_BINDGEN
	kmi_error_log(error);
#endif
}

/* Whether the error gives way to the count of the bytes that were moved before it. */
static __maybe_unused noinline __cold bool kmi_freebsd_short(const struct kmi_error *error)
{
#ifdef KMI_BINDGEN
	return false;
#else
	return kmi_error_is(error, &kmi_InterruptedError) || kmi_error_is(error, &kmi_BlockingIOError) ||
	       error->number == EFAULT;
#endif
}

#include "waiting.h"
#include "attributes.h"
#include "devices.h"
#include "userspace.h"
#include "parameters.h"
#include "settings.h"
#include "deferred.h"
#include "shared.h"
#include "pages.h"

/* --- the log -------------------------------------------------------------------------------------------------- */

#define kmi_freebsd_emerg(format, ...) log(LOG_EMERG, format "\n", ##__VA_ARGS__)
#define kmi_freebsd_alert(format, ...) log(LOG_ALERT, format "\n", ##__VA_ARGS__)
#define kmi_freebsd_crit(format, ...) log(LOG_CRIT, format "\n", ##__VA_ARGS__)
#define kmi_freebsd_err(format, ...) log(LOG_ERR, format "\n", ##__VA_ARGS__)
#define kmi_freebsd_warn(format, ...) log(LOG_WARNING, format "\n", ##__VA_ARGS__)
#define kmi_freebsd_notice(format, ...) log(LOG_NOTICE, format "\n", ##__VA_ARGS__)
#define kmi_freebsd_info(format, ...) log(LOG_INFO, format "\n", ##__VA_ARGS__)
#define kmi_freebsd_debug(format, ...) log(LOG_DEBUG, format "\n", ##__VA_ARGS__)

#endif
