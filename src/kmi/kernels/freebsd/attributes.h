/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Attributes and counters of devices: sysctls dev.DEVICE.ATTRIBUTE, or dev.NAME.UNIT.ATTRIBUTE of numbered ones, which
 * is where FreeBSD's own devices have theirs.
 *
 * They are fields of the operations of devices. A device that is registered finds those of its own operations.
 *
 * Part of helpers.h.
 */
#ifndef KMI_FREEBSD_ATTRIBUTES_H
#define KMI_FREEBSD_ATTRIBUTES_H

#include <sys/sysctl.h>

#define KMI_FREEBSD_PAGE 4096 /* the longest text, with its NUL */

struct kmi_freebsd_attribute {
	TAILQ_ENTRY(kmi_freebsd_attribute) link;
	const char *name;
	int (*show_text)(struct kmi_freebsd_attribute *attribute, u8 *page, u64 *size); /* NULL: of a counter */
	int (*store_text)(struct kmi_freebsd_attribute *attribute, const u8 *text);	/* NULL: it is only read */
	i64 count;
	bool listed;
};

static TAILQ_HEAD(, kmi_freebsd_attribute) kmi_freebsd_attributes = TAILQ_HEAD_INITIALIZER(kmi_freebsd_attributes);

static inline void kmi_freebsd_attribute_init(struct kmi_freebsd_attribute *attribute, const u8 *name,
					      int (*show)(struct kmi_freebsd_attribute *, u8 *, u64 *),
					      int (*store)(struct kmi_freebsd_attribute *, const u8 *))
{
	attribute->name = (const char *)name;
	attribute->show_text = show;
	attribute->store_text = store;
	attribute->listed = true;
	TAILQ_INSERT_TAIL(&kmi_freebsd_attributes, attribute, link);
}

/* One that is only read. */
static inline void kmi_freebsd_attribute_shown(struct kmi_freebsd_attribute *attribute, const u8 *name,
					       int (*show)(struct kmi_freebsd_attribute *, u8 *, u64 *))
{
	kmi_freebsd_attribute_init(attribute, name, show, NULL);
}

static inline void kmi_freebsd_counter_init(struct kmi_freebsd_attribute *attribute, const u8 *name)
{
	kmi_freebsd_attribute_init(attribute, name, NULL, NULL);
}

/* Of one that was not enlisted it does nothing: its memory is zero. */
static inline void kmi_freebsd_attribute_end(struct kmi_freebsd_attribute *attribute)
{
	if (attribute->listed)
		TAILQ_REMOVE(&kmi_freebsd_attributes, attribute, link);
	attribute->listed = false;
}

static inline void kmi_freebsd_counter_add(struct kmi_freebsd_attribute *attribute, i64 count)
{
	__atomic_fetch_add(&attribute->count, count, __ATOMIC_RELAXED);
}

static inline i64 kmi_freebsd_counter_value(struct kmi_freebsd_attribute *attribute)
{
	return __atomic_load_n(&attribute->count, __ATOMIC_RELAXED);
}

static __maybe_unused noinline int kmi_freebsd_attribute_text(struct kmi_freebsd_attribute *attribute, u8 *page,
							      struct sysctl_req *req)
{
	u64 size = 0;
	int error;

	if (req->oldptr || !req->newptr) {
		error = attribute->show_text(attribute, page, &size);
		if (error)
			return error;
		if (size && page[size - 1] == '\n')
			size--; /* sysctl(8) writes its own */
		page[size] = 0;
		error = SYSCTL_OUT(req, page, size + 1);
		if (error)
			return error;
	}
	if (!req->newptr)
		return 0;
	size = req->newlen - req->newidx;
	if (size >= KMI_FREEBSD_PAGE)
		return EINVAL;
	error = SYSCTL_IN(req, page, size);
	if (error)
		return error;
	if (size && page[size - 1] == '\n')
		size--;
	page[size] = 0;
	return attribute->store_text(attribute, page);
}

static __maybe_unused int kmi_freebsd_sysctl_attribute(SYSCTL_HANDLER_ARGS)
{
	struct kmi_freebsd_attribute *attribute = arg1;
	int64_t count = kmi_freebsd_counter_value(attribute);
	u8 *page;
	int error;

	if (!kmi_freebsd_whole())
		return ENXIO;
	if (!attribute->show_text)
		return sysctl_handle_64(oidp, &count, 0, req);
	page = malloc(KMI_FREEBSD_PAGE, M_KMI, M_WAITOK);
	error = kmi_freebsd_attribute_text(attribute, page, req);
	free(page, M_KMI);
	return error;
}

#ifdef KMI_BINDGEN
struct kmi_object {
	const struct { size_t size; } *class;
};
#endif

/* Adds those of the operations below a node; 0 or an errno. */
static __maybe_unused noinline __cold int kmi_freebsd_attributes_add(struct sysctl_ctx_list *context,
								     struct sysctl_oid *folder, const void *operations)
{
	static const char *const own[] = { "dev", "device", "power", "subsystem", "uevent" };
	const char *begin = operations;
	const char *end = begin + ((const struct kmi_object *)operations)->class->size;
	struct kmi_freebsd_attribute *each;
	size_t index;

	TAILQ_FOREACH(each, &kmi_freebsd_attributes, link) {
		bool taken = false;

		if ((const char *)each < begin || (const char *)each >= end)
			continue;
		for (index = 0; index < nitems(own); index++) /* Linux's, so that a name is one everywhere */
			taken |= !strcmp(own[index], each->name);
		if (strchr(each->name, '.')) {
			log(LOG_ERR, "kmi: not loaded: a sysctl's name has no dot: %s\n", each->name);
			return EINVAL;
		}
		taken = taken || !sysctl_add_oid(context, SYSCTL_CHILDREN(folder), OID_AUTO, each->name,
						 (each->show_text ? CTLTYPE_STRING : CTLTYPE_S64) | CTLFLAG_MPSAFE |
							 (each->store_text ? CTLFLAG_RW : CTLFLAG_RD),
						 each, 0, kmi_freebsd_sysctl_attribute, each->show_text ? "A" : "Q",
						 "", NULL);
		if (taken) {
			log(LOG_ERR, "kmi: not loaded: there is an attribute named %s already\n", each->name);
			return EEXIST;
		}
	}
	return 0;
}

/* Whether the operations have any. */
static __maybe_unused noinline __cold bool kmi_freebsd_attributes_of(const void *operations)
{
	const char *begin = operations;
	const char *end = begin + ((const struct kmi_object *)operations)->class->size;
	struct kmi_freebsd_attribute *each;

	TAILQ_FOREACH(each, &kmi_freebsd_attributes, link)
		if ((const char *)each >= begin && (const char *)each < end)
			return true;
	return false;
}

/* What a device shows; 0 or an errno, and then the context is ended. Units: 0 of a device without a number. */
static __maybe_unused noinline __cold int kmi_freebsd_attributes_show(struct sysctl_ctx_list *context,
								      const void *operations, const char *name, u32 units)
{
	struct sysctl_oid *folder, *unit_folder;
	char digits[12];
	int status = EEXIST;
	u32 unit;

	sysctl_ctx_init(context);
	if (!kmi_freebsd_attributes_of(operations))
		return 0;
	folder = SYSCTL_ADD_NODE(context, SYSCTL_STATIC_CHILDREN(_dev), OID_AUTO, name, CTLFLAG_RD | CTLFLAG_MPSAFE,
				 NULL, "a device of the module " KMI_NAME);
	if (folder && !units)
		status = kmi_freebsd_attributes_add(context, folder, operations);
	for (unit = 0; folder && unit < units; unit++) {
		snprintf(digits, sizeof(digits), "%u", unit);
		unit_folder = SYSCTL_ADD_NODE(context, SYSCTL_CHILDREN(folder), OID_AUTO, digits,
					      CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "");
		status = unit_folder ? kmi_freebsd_attributes_add(context, unit_folder, operations) : EEXIST;
		if (status)
			break;
	}
	if (status)
		(void)sysctl_ctx_free(context);
	return status;
}

#endif
