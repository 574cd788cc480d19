/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Pages that processes map: a VM object, which the kernel has mapped and wired for itself, and each process maps for
 * its own; the pages live as long as either.
 *
 * Part of helpers.h.
 */
#ifndef KMI_FREEBSD_PAGES_H
#define KMI_FREEBSD_PAGES_H

#include <sys/rwlock.h>
#include <sys/vmmeter.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_param.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

/* The area of one call of d_mmap_single. FreeBSD does not say there whether the mapping is private. */
struct kmi_freebsd_area {
	struct vm_object *object; /* what was mapped, with a count for the kernel; NULL before */
	u64 length;
	u64 offset;
	u64 start; /* where in the object the area begins */
	bool writable;
};

struct kmi_freebsd_pages {
	struct vm_object *object;
	u8 *memory;
	u64 size;
};

/* Zeroed pages, or false. What is missing is waited for, so more than there is at all is refused. */
static __maybe_unused noinline bool kmi_freebsd_pages_new(struct kmi_freebsd_pages *pages, u64 size)
{
	vm_offset_t address = vm_map_min(kernel_map);

	if (kmi_test_fails() || size / PAGE_SIZE > (u64)vm_free_count() / 2)
		return false;
	pages->object = vm_pager_allocate(OBJT_PHYS, NULL, size, VM_PROT_DEFAULT, 0, NULL);
	if (!pages->object)
		return false;
	vm_object_reference(pages->object); /* the mapping's */
	if (vm_map_find(kernel_map, pages->object, 0, &address, size, 0, VMFS_OPTIMAL_SPACE,
			VM_PROT_READ | VM_PROT_WRITE, VM_PROT_READ | VM_PROT_WRITE, 0) != KERN_SUCCESS) {
		vm_object_deallocate(pages->object);
		goto object;
	}
	if (vm_map_wire(kernel_map, address, address + size, VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES) == KERN_SUCCESS) {
		pages->memory = (u8 *)address;
		pages->size = size;
		return true;
	}
	vm_map_remove(kernel_map, address, address + size);
object:
	vm_object_deallocate(pages->object);
	pages->object = NULL;
	return false;
}

/* Of what was not made it does nothing. */
static __maybe_unused noinline void kmi_freebsd_pages_free(struct kmi_freebsd_pages *pages)
{
	if (!pages->object)
		return;
	vm_map_remove(kernel_map, (vm_offset_t)pages->memory, (vm_offset_t)pages->memory + pages->size);
	vm_object_deallocate(pages->object);
	pages->object = NULL;
}

static __maybe_unused void kmi_freebsd_area_map(struct kmi_freebsd_area *area, struct kmi_freebsd_pages *pages,
						u64 start)
{
	vm_object_reference(pages->object);
	area->object = pages->object;
	area->start = start;
}

#endif
