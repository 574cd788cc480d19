/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Pages that processes map: vmalloc's, each mapped with a count of its own, so that a mapping outlives vfree.
 */
#ifndef KMI_LINUX_PAGES_H
#define KMI_LINUX_PAGES_H

#include <linux/mm.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

/* The area of one call of mmap. */
struct kmi_linux_area {
	struct vm_area_struct *area;
	bool mapped;
};

static inline u64 kmi_linux_area_length(struct vm_area_struct *area)
{
	return area->vm_end - area->vm_start;
}

static inline u64 kmi_linux_area_offset(struct vm_area_struct *area)
{
	return (u64)area->vm_pgoff << PAGE_SHIFT;
}

static inline bool kmi_linux_area_writable(struct vm_area_struct *area)
{
	return area->vm_flags & VM_WRITE;
}

static inline bool kmi_linux_area_private(struct vm_area_struct *area)
{
	return !(area->vm_flags & VM_MAYSHARE);
}

/* Since 6.3 flags are changed by functions (bc292ab00f6c, "mm: introduce vma->vm_flags wrapper functions"). */
static inline void kmi_linux_area_flags(struct vm_area_struct *area, vm_flags_t set, vm_flags_t clear)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(area, set, clear);
#else
	area->vm_flags = (area->vm_flags | set) & ~clear;
#endif
}

/* Maps all of the area to the memory; a negative errno, and then Linux undoes the area. */
static __maybe_unused noinline int kmi_linux_area_map(struct vm_area_struct *area, u8 *memory, bool writable)
{
	unsigned long at;
	int status;

	kmi_linux_area_flags(area, VM_DONTEXPAND | VM_DONTDUMP, writable ? 0 : VM_MAYWRITE);
	for (at = area->vm_start; at < area->vm_end; at += PAGE_SIZE, memory += PAGE_SIZE) {
		status = vm_insert_page(area, at, vmalloc_to_page(memory));
		if (status)
			return status;
	}
	return 0;
}

#ifndef KMI_BINDGEN
#define kmi_linux_pages_fail() kmi_test_fails()
#else
#define kmi_linux_pages_fail() false
#endif

#ifdef KMI_BINDGEN
struct kmi_platform_piece {
	struct list_head link;
	const void *memory;
};
#endif

/* What the object keeps. It is not in the pages: nothing of the kernel's may stand in what processes can store to. */
struct kmi_linux_pages {
	struct kmi_platform_piece piece; /* the first member, so that its address is the record's */
	u8 *memory;
};

/* Zeroed pages, or NULL. */
static __maybe_unused noinline struct kmi_linux_pages *kmi_linux_pages_new(u64 size)
{
	struct kmi_linux_pages *pages;

	if (kmi_linux_pages_fail())
		return NULL;
	pages = kmalloc(sizeof(*pages), GFP_KERNEL_ACCOUNT);
	if (!pages)
		return NULL;
	pages->memory = __vmalloc(size, GFP_USER | __GFP_ZERO | __GFP_NOWARN | __GFP_ACCOUNT | __GFP_RETRY_MAYFAIL);
	if (pages->memory)
		return pages;
	kfree(pages);
	return NULL;
}

/* In any context that the module has. */
static __maybe_unused noinline void kmi_linux_pages_free(struct kmi_linux_pages *pages)
{
	if (!pages)
		return;
#if defined(KMI_BINDGEN) || defined(KMI_SLEEPS)
	vfree(pages->memory);
	kfree(pages);
#else
	kmi_platform_free_later(&pages->piece, pages->memory);
#endif
}

#endif
