/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What kmi.h needs of user space: a libc, log lines on standard output. */
#ifndef KMI_PLATFORM_H
#define KMI_PLATFORM_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
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

static __maybe_unused void *kmi_platform_alloc(size_t size, bool atomic)
{
	(void)atomic;
	return size > ((size_t)1 << 28) ? NULL : malloc(size); /* a kernel has no more than this, either */
}

static __maybe_unused void kmi_platform_free(const void *memory)
{
	free((void *)memory);
}

static __maybe_unused __printf(2, 3) void kmi_platform_log(int level, const char *format, ...)
{
	va_list arguments;

	printf("log %d ", level);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

static __maybe_unused u64 kmi_platform_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec;
}

#endif
