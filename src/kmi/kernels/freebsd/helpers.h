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
#include <sys/kernel.h>
#include <sys/libkern.h>
#include <sys/malloc.h>
#include <sys/module.h>
#include <sys/syslog.h>

#ifdef KMI_BINDGEN
/* What kmi.h declares, as far as helpers take it. */
#include <sys/stdint.h>
struct kmi_error;
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
int kmi_boundary(const struct kmi_error *error, bool ioctl);
#define __maybe_unused __attribute__((__unused__))
#define noinline __attribute__((__noinline__))
#define __cold __attribute__((__cold__))
#define KMI_PLATFORM_RESTART 512
#define kmi_test_call_fails(kind) false
#else
#include "kmi.h"
#endif

/* --- the module ----------------------------------------------------------------------------------------------- */

static void *kmi_freebsd_object;

/* The module's object, from load to unload. */
static inline void kmi_freebsd_keep(void *object)
{
	kmi_freebsd_object = object;
}

static inline void *kmi_freebsd_kept(void)
{
	return kmi_freebsd_object;
}

/* Whether a file of the module is open: then it may not be unloaded. */
static inline bool kmi_freebsd_busy(void)
{
	return false;
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
