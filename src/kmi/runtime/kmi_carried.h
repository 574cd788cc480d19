/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The objects that exceptions of an author's class carry, where it has fields or methods.
 *
 *   except Busy as error:                error_ = *error;
 *       info(f"{error.owner}")           ((struct Busy *)error_.object)->owner
 *                                        kmi_error_release(&error_);
 *
 * An error that is on its way owns a count of its object. Who catches it takes the count over, so that the next error
 * may be written over this one.
 */
#ifndef KMI_CARRIED_H
#define KMI_CARRIED_H

/* How a str begins, whose bytes follow: the same as runtime/str.py has it. */
struct kmi_text {
	struct kmi_object object;
	i64 _size;
	i64 _length;
};

/* How each of these objects begins: the same as runtime/carried.py has it. */
struct kmi_carried {
	struct kmi_object object;
	const struct kmi_text *said; /* the message, or NULL */
	i64 made_of;      /* enum kmi_arguments */
	i64 number;       /* the errno of an OSError */
};

/* The message that the object of an exception has. */
static __maybe_unused const char *kmi_carried_said(const struct kmi_error *error, size_t *size)
{
	const struct kmi_text *said = ((const struct kmi_carried *)error->object)->said;

	*size = said ? (size_t)said->_size : 0;
	return said ? (const char *)(said + 1) : "";
}

static __always_inline void kmi_error_retain(const struct kmi_error *error)
{
	if (error->object)
		kmi_retain_shared(error->object);
}

static __maybe_unused noinline __cold void kmi_error_release(const struct kmi_error *error)
{
	if (error->object)
		kmi_release_shared(error->object);
}

/* A new error carries the object, which keeps its count. */
static __always_inline void kmi_error_carry(struct kmi_error *error, struct kmi_object *object)
{
	error->object = object;
	kmi_retain_shared(object);
}

#endif
