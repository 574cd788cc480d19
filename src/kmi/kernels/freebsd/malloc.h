/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Types of memory, as malloc(9) counts them: kmi.freebsd.malloc.
 *
 * A record is in the list from its first use to the end of the module, so that types with leaked memory are found
 * then: what has ended is used again for the next type. Records are added and claimed without a lock.
 */
#ifndef KMI_FREEBSD_MALLOC_H
#define KMI_FREEBSD_MALLOC_H

#include <sys/param.h>
#include <sys/malloc.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <machine/atomic.h>

_Static_assert(M_NOWAIT == 0x0001 && M_WAITOK == 0x0002 && M_ZERO == 0x0100 && M_USE_RESERVE == 0x0400,
	       "the flags of kmi.freebsd.malloc");

#ifndef KMI_BINDGEN
#define kmi_freebsd_malloc_fails() kmi_test_fails()
#else
#define kmi_freebsd_malloc_fails() false
#define M_KMI M_TEMP
#endif

struct kmi_freebsd_type {
	struct malloc_type type;
	struct kmi_freebsd_type *next;
	u_long used;	/* whether the type is one now */
	u_long pieces;	/* how many there are of it */
	char name[32];
};

static struct kmi_freebsd_type *kmi_freebsd_types;

/* A type of this name, of at most 31 bytes; NULL without memory. */
static __maybe_unused noinline struct kmi_freebsd_type *kmi_freebsd_type_new(const u8 *name, u64 size)
{
	struct kmi_freebsd_type *made;

	if (kmi_freebsd_malloc_fails())
		return NULL;
	for (made = (void *)atomic_load_acq_ptr((uintptr_t *)&kmi_freebsd_types); made; made = made->next)
		if (!made->used && atomic_cmpset_acq_long(&made->used, 0, 1))
			break;
	if (!made) {
		made = malloc(sizeof(*made), M_KMI, M_WAITOK | M_ZERO);
		made->used = 1;
		do
			made->next = kmi_freebsd_types;
		while (!atomic_cmpset_rel_ptr((uintptr_t *)&kmi_freebsd_types, (uintptr_t)made->next, (uintptr_t)made));
	}
	memset(&made->type, 0, sizeof(made->type));
	memset(made->name, 0, sizeof(made->name));
	memcpy(made->name, name, size);
	made->pieces = 0;
	made->type.ks_version = M_VERSION;
	made->type.ks_shortdesc = made->name;
	malloc_init(&made->type);
	return made;
}

/* No memory of it is left: each piece keeps its type. */
static __maybe_unused noinline void kmi_freebsd_type_end(struct kmi_freebsd_type *type)
{
	if (!type)
		return;
	malloc_uninit(&type->type);
	atomic_store_rel_long(&type->used, 0);
}

static __maybe_unused noinline u8 *kmi_freebsd_type_allocate(struct kmi_freebsd_type *type, u64 size, int flags)
{
	u8 *memory;

	if (kmi_freebsd_malloc_fails())
		return NULL;
	memory = malloc(size, &type->type, flags);
	if (memory)
		atomic_add_long(&type->pieces, 1);
	return memory;
}

/* Of `size` bytes instead, the first `kept` as they were; NULL, and nothing has changed, without memory. */
static __maybe_unused noinline u8 *kmi_freebsd_type_resize(struct kmi_freebsd_type *type, u8 *memory, u64 kept,
							     u64 size, int flags)
{
	u8 *moved;

	if (kmi_freebsd_malloc_fails())
		return NULL;
	moved = realloc(memory, size, &type->type, flags & ~M_ZERO);
	if (moved && (flags & M_ZERO) && size > kept)
		memset(moved + kept, 0, size - kept);
	return moved;
}

static __maybe_unused noinline void kmi_freebsd_type_free(struct kmi_freebsd_type *type, u8 *memory, bool zero)
{
	if (!memory)
		return;
	if (zero)
		zfree(memory, &type->type);
	else
		free(memory, &type->type);
	atomic_subtract_long(&type->pieces, 1);
}

/* NULL where no memory is like that. */
static __maybe_unused noinline u8 *kmi_freebsd_contiguous_new(struct kmi_freebsd_type *type, u64 size, int flags,
								u64 low, u64 high, u64 alignment, u64 boundary)
{
	u8 *memory;

	if (kmi_freebsd_malloc_fails())
		return NULL;
	memory = contigmalloc(size, &type->type, flags, low, high, alignment, boundary);
	if (memory)
		atomic_add_long(&type->pieces, 1);
	return memory;
}

/* Since 15 free(9) takes memory of contigmalloc(9), too, and contigfree(9) is deprecated. */
static __maybe_unused noinline void kmi_freebsd_contiguous_free(struct kmi_freebsd_type *type, u8 *memory, u64 size,
								  bool zero)
{
	if (zero)
		explicit_bzero(memory, size);
#if __FreeBSD_version >= 1500000
	free(memory, &type->type);
#else
	contigfree(memory, size, &type->type);
#endif
	atomic_subtract_long(&type->pieces, 1);
}

static inline u64 kmi_freebsd_type_pieces(struct kmi_freebsd_type *type)
{
	return type->pieces;
}

/* The module has ended: types that are still there have leaked, with what is of them, which FreeBSD tells. */
static inline void kmi_freebsd_types_end(void)
{
	struct kmi_freebsd_type *type;

	while ((type = kmi_freebsd_types)) {
		kmi_freebsd_types = type->next;
		if (type->used)
			malloc_uninit(&type->type);
		free(type, M_KMI);
	}
}

#endif
