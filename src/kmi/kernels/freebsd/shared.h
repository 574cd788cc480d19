/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What threads share without a lock: atomic numbers, objects that readers find, numbers that each CPU counts for
 * itself. Numbers go in and out as 64 bits; the macros see of which width the place is.
 *
 * Part of helpers.h.
 */
#ifndef KMI_FREEBSD_SHARED_H
#define KMI_FREEBSD_SHARED_H

#include <sys/counter.h>

#define kmi_atomic_load(pointer) __atomic_load_n(pointer, __ATOMIC_SEQ_CST)
#define kmi_atomic_store(pointer, value) \
	__atomic_store_n(pointer, (__typeof__(*(pointer)))(value), __ATOMIC_SEQ_CST)
#define kmi_atomic_exchange(pointer, value) \
	__atomic_exchange_n(pointer, (__typeof__(*(pointer)))(value), __ATOMIC_SEQ_CST)
#define kmi_atomic_swap(pointer, expected, value)                                                 \
	({                                                                                        \
		__typeof__(*(pointer)) kmi_expected = (__typeof__(*(pointer)))(expected);         \
                                                                                                  \
		__atomic_compare_exchange_n(pointer, &kmi_expected, (__typeof__(*(pointer)))(value), false, \
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                  \
	})

/*
 * An object that readers find. FreeBSD's epoch(9) has two kinds: in the one that does not preempt nothing may be
 * allocated or locked, and the other wants memory of each reader's until it is through. So readers are counted, and
 * who replaces waits until there is none; a reader that comes meanwhile finds the new object.
 */
struct kmi_freebsd_readers {
	u32 count;
};

static __always_inline void kmi_freebsd_read_begin(struct kmi_freebsd_readers *readers)
{
	__atomic_fetch_add(&readers->count, 1, __ATOMIC_SEQ_CST);
}

static __always_inline void kmi_freebsd_read_end(struct kmi_freebsd_readers *readers)
{
	__atomic_fetch_sub(&readers->count, 1, __ATOMIC_RELEASE);
}

static __always_inline void *kmi_freebsd_read_get(void *pointer)
{
	return __atomic_load_n((void **)pointer, __ATOMIC_SEQ_CST);
}

/* The other pointer, which was there before. */
static __always_inline void *kmi_freebsd_read_swap(void *pointer, void *value)
{
	return __atomic_exchange_n((void **)pointer, value, __ATOMIC_SEQ_CST);
}

static __maybe_unused noinline void kmi_freebsd_read_wait(struct kmi_freebsd_readers *readers)
{
	while (__atomic_load_n(&readers->count, __ATOMIC_SEQ_CST))
		pause_sbt("kmiread", SBT_1MS, 0, 0);
}

/* A number of its own for each CPU: counter(9). */
static __maybe_unused void *kmi_freebsd_percpu_new(void)
{
	return kmi_test_fails() ? NULL : counter_u64_alloc(M_WAITOK);
}

static __maybe_unused void kmi_freebsd_percpu_free(void *parts)
{
	if (parts)
		counter_u64_free(parts);
}

/* counter_u64_add takes any constant into its one instruction, which has no room for one of more than 32 bits. */
static __always_inline void kmi_freebsd_percpu_add(void *parts, u64 amount)
{
	if (__builtin_constant_p(amount) && (int64_t)amount != (int32_t)amount)
		__asm__("" : "+r"(amount));
	counter_u64_add(parts, (int64_t)amount);
}

static __maybe_unused u64 kmi_freebsd_percpu_sum(void *parts)
{
	return counter_u64_fetch(parts);
}

#endif
