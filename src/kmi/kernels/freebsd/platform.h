/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What kmi.h needs of FreeBSD: memory, the log, a clock. */
#ifndef KMI_PLATFORM_H
#define KMI_PLATFORM_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/syslog.h>
#include <sys/time.h>
#include <machine/stdarg.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define noinline __attribute__((__noinline__))
#define __cold __attribute__((__cold__))
#define __maybe_unused __attribute__((__unused__))
#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#define __printf(format, first) __attribute__((__format__(printf, format, first)))
#define container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

/*
 * Names of Linux that FreeBSD has another name for, as its own emulation of Linux translates them. Others that it
 * lacks are refused when a module is built (toolchain/errnos.py).
 */
#define ENODATA ENOATTR
#define ETIME ETIMEDOUT
#define EDEADLOCK EDEADLK
#define EREMOTEIO EIO

/* An OSError raised with this number is a wait that a signal ended: its errno is EINTR, its call may restart. */
#define KMI_PLATFORM_RESTART 512 /* beyond every errno; what goes to FreeBSD is ERESTART, which is negative */

#ifdef KMI_BINDGEN
#define M_KMI M_TEMP
#else
/* All memory of the module, as `vmstat -m` shows it. */
static MALLOC_DEFINE(M_KMI, KMI_NAME, "kmi module " KMI_NAME);
#endif

/*
 * Sizes may come from a user. M_WAITOK waits until there is memory, however long, so only what is small may wait:
 * what the kernel's own allocator has in buckets of at most a page. Anything else is there at once or not at all.
 */
#define KMI_PLATFORM_LIMIT ((size_t)256 << 20)

#ifndef KMI_FREEBSD_WAITS /* how much a module waits for: see kmi.freebsd.malloc.default_allocator */
#define KMI_FREEBSD_WAITS PAGE_SIZE
#define KMI_FREEBSD_FLAGS 0
#endif

#ifdef KMI_FREEBSD_EXHAUSTED
static void kmi_freebsd_exhausted(size_t size);
#else
#define kmi_freebsd_exhausted(size) do { } while (0)
#endif

static __maybe_unused void *kmi_platform_alloc(size_t size, bool atomic)
{
	void *memory = NULL;

	if (size <= KMI_PLATFORM_LIMIT)
		memory = malloc(size, M_KMI, (atomic || size > KMI_FREEBSD_WAITS ? M_NOWAIT : M_WAITOK) | KMI_FREEBSD_FLAGS);
	if (unlikely(!memory))
		kmi_freebsd_exhausted(size);
	return memory;
}

/* free(9) never sleeps; it wants no spin lock held, and under a RawSpinLock nothing is released. */
static __maybe_unused void kmi_platform_free(const void *memory)
{
	free(__DECONST(void *, memory), M_KMI);
}

static __maybe_unused __cold __printf(2, 3) void kmi_platform_log(int level, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	log(level, "%s\n", line);
}

/* Half of the stack is for what the innermost call still does: a fault in the user's memory goes to a pager. */
static __maybe_unused noinline bool kmi_freebsd_stack_low(void)
{
	vm_offset_t here = (vm_offset_t)__builtin_frame_address(0);
	vm_offset_t size = (vm_offset_t)curthread->td_kstack_pages * PAGE_SIZE, left = here - curthread->td_kstack;

	return left < size && left < size / 2;
}
#define kmi_platform_stack_low() kmi_freebsd_stack_low()

static __maybe_unused u64 kmi_platform_seconds(void)
{
	return time_uptime;
}

#endif
