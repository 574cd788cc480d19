/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What the twins of the counted benchmarks share: the types of kernel C, and the lock of the host. */
#ifndef TWIN_H
#define TWIN_H

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

#endif
