/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What the twins share in user space, where they are counted, and in a kernel, where they are timed. */
#ifndef TWIN_H
#define TWIN_H

#ifdef __KERNEL__

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

typedef s32 i32;
typedef s64 i64;

#define malloc(size) kvmalloc(size, GFP_KERNEL_ACCOUNT)
#define calloc(count, size) kvcalloc(count, size, GFP_KERNEL_ACCOUNT)
#define free(memory) kvfree(memory)

/* kvrealloc() wants the old size; the sizes here are those of one allocator, which knows it. */
static inline void *realloc(void *memory, size_t size)
{
	return krealloc(memory, size, GFP_KERNEL_ACCOUNT);
}

#else

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int i32;
typedef long long i64;

/* As that of kmi's host kernel, which has one thread: taking it twice is an error and not a wait. */
struct lock {
	bool held;
};

static inline void lock(struct lock *lock)
{
	if (__builtin_expect(lock->held, 0))
		abort();
	lock->held = true;
}

static inline void unlock(struct lock *lock)
{
	lock->held = false;
}

#endif /* __KERNEL__ */
#endif
