/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Attributes and counters of devices: files in sysfs.
 *
 * They are fields of the operations of devices. A device that is registered finds those of its own operations and
 * hands them to the driver core as its groups, so that they are there before user space hears of it.
 */
#ifndef KMI_LINUX_ATTRIBUTES_H
#define KMI_LINUX_ATTRIBUTES_H

#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

struct kmi_linux_attribute {
	struct device_attribute file;
	struct list_head link;
	long (*show_text)(struct kmi_linux_attribute *attribute, u8 *page); /* NULL: of a counter */
	long (*store_text)(struct kmi_linux_attribute *attribute, const u8 *text);
	atomic64_t count;
};

/* What a device has of them while it is registered. */
struct kmi_linux_groups {
	struct attribute **files;
	struct attribute_group group;
	const struct attribute_group *all[2];
};

static LIST_HEAD(kmi_linux_attributes);

static __maybe_unused ssize_t kmi_linux_attribute_show(struct device *device, struct device_attribute *file, char *page)
{
	struct kmi_linux_attribute *attribute = container_of(file, struct kmi_linux_attribute, file);

	if (!kmi_linux_whole())
		return -ENXIO;
	if (!attribute->show_text)
		return sysfs_emit(page, "%lld\n", (long long)atomic64_read(&attribute->count));
	return attribute->show_text(attribute, (u8 *)page);
}

/* sysfs ends what was written with a NUL (fs/kernfs/file.c). */
static __maybe_unused ssize_t kmi_linux_attribute_store(struct device *device, struct device_attribute *file,
							const char *text, size_t size)
{
	struct kmi_linux_attribute *attribute = container_of(file, struct kmi_linux_attribute, file);
	char *copy;
	long status;

	if (!kmi_linux_whole())
		return -ENXIO;
	copy = kstrndup(text, size, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	if (*copy && copy[strlen(copy) - 1] == '\n')
		copy[strlen(copy) - 1] = 0;
	status = attribute->store_text(attribute, (const u8 *)copy);
	kfree(copy);
	return status ? status : size;
}

static inline void kmi_linux_attribute_init(struct kmi_linux_attribute *attribute, const u8 *name,
					    long (*show)(struct kmi_linux_attribute *attribute, u8 *page),
					    long (*store)(struct kmi_linux_attribute *attribute, const u8 *text))
{
	sysfs_attr_init(&attribute->file.attr);
	attribute->file.attr.name = (const char *)name;
	attribute->file.attr.mode = store ? 0644 : 0444;
	attribute->file.show = kmi_linux_attribute_show;
	attribute->file.store = store ? kmi_linux_attribute_store : NULL;
	attribute->show_text = show;
	attribute->store_text = store;
	list_add_tail(&attribute->link, &kmi_linux_attributes);
}

/* Of one that was not enlisted it does nothing: its memory is zero. */
static inline void kmi_linux_attribute_end(struct kmi_linux_attribute *attribute)
{
	if (attribute->link.next)
		list_del(&attribute->link);
}

/* One that is only read. */
static inline void kmi_linux_attribute_shown(struct kmi_linux_attribute *attribute, const u8 *name,
					     long (*show)(struct kmi_linux_attribute *attribute, u8 *page))
{
	kmi_linux_attribute_init(attribute, name, show, NULL);
}

static inline void kmi_linux_counter_init(struct kmi_linux_attribute *attribute, const u8 *name)
{
	kmi_linux_attribute_init(attribute, name, NULL, NULL);
}

static inline void kmi_linux_counter_add(struct kmi_linux_attribute *attribute, s64 count)
{
	atomic64_add(count, &attribute->count);
}

static inline s64 kmi_linux_counter_value(struct kmi_linux_attribute *attribute)
{
	return atomic64_read(&attribute->count);
}

#ifdef KMI_BINDGEN
struct kmi_object {
	const struct { size_t size; } *class;
};
#endif

static __maybe_unused noinline __cold bool kmi_linux_attribute_taken(const char *name, struct attribute **files, size_t count)
{
	static const char *const own[] = { "dev", "device", "power", "subsystem", "uevent" };
	size_t index;

	if (match_string(own, ARRAY_SIZE(own), name) >= 0)
		return true;
	for (index = 0; index < count; index++)
		if (!strcmp(files[index]->name, name))
			return true;
	return false;
}

/* The groups of a device with these operations; 0 or a negative errno. */
static __maybe_unused noinline __cold int kmi_linux_groups_make(struct kmi_linux_groups *groups, const void *operations)
{
	const char *begin = operations;
	const char *end = begin + ((const struct kmi_object *)operations)->class->size;
	struct kmi_linux_attribute *each;
	size_t count = 0, room = 1;

	groups->all[0] = NULL;
	list_for_each_entry(each, &kmi_linux_attributes, link)
		room += (const char *)each >= begin && (const char *)each < end;
	if (room == 1)
		return 0;
	groups->files = kcalloc(room, sizeof(*groups->files), GFP_KERNEL);
	if (!groups->files)
		return -ENOMEM;
	list_for_each_entry(each, &kmi_linux_attributes, link) {
		if ((const char *)each < begin || (const char *)each >= end)
			continue;
		if (kmi_linux_attribute_taken(each->file.attr.name, groups->files, count)) {
			pr_err("kmi: not loaded: there is an attribute named %s already\n", each->file.attr.name);
			kfree(groups->files);
			groups->files = NULL;
			return -EEXIST;
		}
		groups->files[count++] = &each->file.attr;
	}
	groups->group.attrs = groups->files;
	groups->all[0] = &groups->group;
	return 0;
}

static inline void kmi_linux_groups_end(struct kmi_linux_groups *groups)
{
	kfree(groups->files);
	groups->files = NULL;
}

#endif
