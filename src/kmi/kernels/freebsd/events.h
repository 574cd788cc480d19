/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What a module is told beside MOD_LOAD and MOD_UNLOAD, where its class has something to say to it: the names of
 * the functions are macros before this file, as `Events_quiesce`; see toolchain/metadata.py.
 */
#ifndef KMI_FREEBSD_EVENTS_H
#define KMI_FREEBSD_EVENTS_H

#include <sys/param.h>
#include <sys/proc.h>

#ifdef KMI_FREEBSD_QUIESCE
static int KMI_FREEBSD_QUIESCE(void);
#else
#define KMI_FREEBSD_QUIESCE() 0
#endif

#ifdef KMI_FREEBSD_SHUTDOWN
static void KMI_FREEBSD_SHUTDOWN(void);
#else
#define KMI_FREEBSD_SHUTDOWN() do { } while (0)
#endif

#if defined(KMI_FREEBSD_UNCAUGHT) || defined(KMI_FREEBSD_EXHAUSTED)
/* The thread that a handler runs in: what happens within a handler is not told to it. */
static struct thread *kmi_freebsd_handling;

static bool kmi_freebsd_handler_begin(void)
{
	if (!kmi_freebsd_whole() || __atomic_load_n(&kmi_freebsd_handling, __ATOMIC_RELAXED) == curthread)
		return false;
	__atomic_store_n(&kmi_freebsd_handling, curthread, __ATOMIC_RELAXED);
	return true;
}

static void kmi_freebsd_handler_end(void)
{
	__atomic_store_n(&kmi_freebsd_handling, NULL, __ATOMIC_RELAXED);
}
#endif

#ifdef KMI_FREEBSD_UNCAUGHT
static void KMI_FREEBSD_UNCAUGHT(int line, int number);

/* Before the module is whole there is nobody to be told, so the log is. */
static bool kmi_freebsd_uncaught(int line, int number)
{
	if (!kmi_freebsd_handler_begin())
		return false;
	KMI_FREEBSD_UNCAUGHT(line, number);
	kmi_freebsd_handler_end();
	return true;
}
#endif

#ifdef KMI_FREEBSD_EXHAUSTED
static void KMI_FREEBSD_EXHAUSTED(long long size);

static void kmi_freebsd_exhausted(size_t size)
{
	if (!kmi_freebsd_handler_begin())
		return;
	KMI_FREEBSD_EXHAUSTED(size);
	kmi_freebsd_handler_end();
}
#endif

#endif
