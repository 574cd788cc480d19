/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What an exception says of itself: str() and repr(). Nothing is allocated.
 *
 *   OSError(EBUSY, "in use")     [Errno 16] in use       OSError(16, 'in use')
 *   KeyError(3)                  3                       KeyError(3)
 */
#ifndef KMI_ERROR_TEXT_H
#define KMI_ERROR_TEXT_H

/* Room for one in a printf: more than the longest text of a number and a message; a longer repr is cut. */
#define KMI_ERROR_ROOM 160

/* str(): an OSError's errno stands before its message. */
static __maybe_unused void kmi_error_write_text(struct kmi_writer *writer, const struct kmi_piece *piece)
{
	const struct kmi_error *error = piece->head.data;
	const char *message = kmi_error_message(error);
	size_t size = __builtin_strlen(message);

	if (error->arguments == KMI_CARRIED_ARGUMENTS) /* the whole of it, where the value has what fits */
		message = kmi_carried_said(error, &size);
	if (error->number && error->arguments != KMI_OWN_TEXT) {
		kmi_write_utf8(writer, "[Errno ", 7);
		kmi_write_decimal(writer, error->number);
		kmi_write_utf8(writer, "] ", 2);
	}
	kmi_write_utf8(writer, message, size);
}

/* repr(): the class, and what the exception was made of. */
static __maybe_unused void kmi_error_write_repr(struct kmi_writer *writer, const struct kmi_piece *piece)
{
	const struct kmi_error *error = piece->head.data;
	const char *message = kmi_error_message(error), *name = error->kind->name;
	size_t size = __builtin_strlen(message);
	enum kmi_arguments arguments = error->arguments;
	struct kmi_piece text;

	if (arguments >= KMI_CARRIED_ARGUMENTS) {
		const struct kmi_carried *carried = (const struct kmi_carried *)error->object;

		arguments = (enum kmi_arguments)carried->made_of;
		message = kmi_carried_said(error, &size);
	}
	text = kmi_piece_repr_text(message, size, NULL);
	kmi_write_utf8(writer, name, __builtin_strlen(name));
	if (arguments == KMI_SEVERAL_ARGUMENTS) { /* the message has its own parentheses */
		kmi_write_utf8(writer, message, size);
		return;
	}
	kmi_write_utf8(writer, "(", 1);
	if (error->number) {
		kmi_write_decimal(writer, error->number);
		kmi_write_utf8(writer, ", ", 2);
	}
	if (arguments == KMI_TEXT_ARGUMENT && !kmi_exception_is(error->kind, &kmi_KeyError))
		text.write(writer, &text);
	else if (arguments != KMI_NO_ARGUMENT) /* a KeyError's message is a repr already */
		kmi_write_utf8(writer, message, size);
	else if (error->number)
		kmi_write_utf8(writer, "''", 2);
	kmi_write_utf8(writer, ")", 1);
}

/* The message alone: what an OSError calls its strerror. */
static __maybe_unused void kmi_error_write_message(struct kmi_writer *writer, const struct kmi_piece *piece)
{
	const struct kmi_error *error = piece->head.data;
	const char *message = kmi_error_message(error);
	size_t size = __builtin_strlen(message);

	if (error->arguments == KMI_OWN_TEXT)
		message = kmi_carried_said(error, &size);
	kmi_write_utf8(writer, message, size);
}

#define kmi_piece_error(error, what) ((struct kmi_piece){ .write = kmi_error_write_##what, .head.data = (error) })

static __maybe_unused const char *kmi_error_said(struct kmi_piece piece, char *room)
{
	size_t size = kmi_format(room, KMI_ERROR_ROOM - 1, &piece, 1).size;

	room[size < KMI_ERROR_ROOM ? size : KMI_ERROR_ROOM - 1] = '\0';
	return room;
}

/* The same as a C string, for a printf. */
#define KMI_ERROR_SAID(error, what) kmi_error_said(kmi_piece_error(error, what), (char[KMI_ERROR_ROOM]){ 0 })

#endif
