/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What threads share without a lock: atomic numbers, pointers that readers follow under RCU, numbers that each
 * CPU has for itself. Numbers go in and out as 64 bits; the macros see of which width the place is.
 *
 * Part of helpers.h.
 */
#ifndef KMI_LINUX_SHARED_H
#define KMI_LINUX_SHARED_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>

#define kmi_atomic_load(pointer) smp_load_acquire(pointer)
#define kmi_atomic_store(pointer, value) smp_store_release(pointer, (__typeof__(*(pointer)))(value))
#define kmi_atomic_exchange(pointer, value) xchg(pointer, (__typeof__(*(pointer)))(value))
#define kmi_atomic_swap(pointer, expected, value)                                          \
	({                                                                                 \
		__typeof__(*(pointer)) kmi_expected = (__typeof__(*(pointer)))(expected);  \
                                                                                           \
		try_cmpxchg(pointer, &kmi_expected, (__typeof__(*(pointer)))(value));      \
	})

/*
 * A pointer that readers follow under RCU. Linux' rcu_dereference wants it to be declared __rcu, which C that is
 * made of Python does not say; the cast says it.
 */
static __always_inline void *kmi_linux_rcu_get(void *pointer)
{
	return rcu_dereference(*(void __rcu **)pointer);
}

/* The other pointer, which was there before. */
static __always_inline void *kmi_linux_rcu_swap(void *pointer, void *value)
{
	return xchg((void **)pointer, value);
}

/* A number of its own for each CPU: a sum of parts, each changed only by its CPU. */
static __maybe_unused void *kmi_linux_percpu_new(void)
{
#ifndef KMI_BINDGEN
	if (kmi_test_fails())
		return NULL;
#endif
	return (__force void *)alloc_percpu_gfp(u64, GFP_KERNEL | __GFP_NOWARN | __GFP_ACCOUNT);
}

static __maybe_unused void kmi_linux_percpu_free(void *parts)
{
	free_percpu((u64 __percpu *)parts);
}

/* In one instruction of the CPU, or with interrupts off: neither is moved to another CPU in between. */
static __always_inline void kmi_linux_percpu_add(void *parts, u64 amount)
{
	this_cpu_add(*(u64 __percpu *)parts, amount);
}

static __maybe_unused noinline u64 kmi_linux_percpu_sum(void *parts)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr((u64 __percpu *)parts, cpu));
	return sum;
}

#endif
