/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * f-strings: an array of pieces, written twice: once to measure, once into memory of the right size.
 *
 *   f"{x:#06x} of {name}"   ->   const struct kmi_piece pieces[] = {
 *                                        kmi_piece_int(x, &spec), kmi_piece_text(" of ", 4, NULL),
 *                                        kmi_piece_text(name_data, name_size, NULL),
 *                                };
 *
 * Nothing here allocates or fails. A width or a precision is at most 65535 (checked when compiling). It is all
 * cold: what matters is how little of it a module has.
 */
#ifndef KMI_FORMAT_H
#define KMI_FORMAT_H

/* What stands after the colon, read when compiling. Zeroes everywhere mean: nothing stands there. */
struct kmi_spec {
	char fill;      /* one ASCII character; 0 is a space */
	char align;     /* '<' '>' '^' '='; 0 is '>' of numbers, '<' of text */
	char sign;      /* '+' ' '; 0 and '-' show a minus only */
	char type;      /* 'd' 'x' 'X' 'o' 'b' 'c' of numbers; 0 is 'd' */
	char grouping;  /* ',' or '_' */
	bool alternate; /* '#' */
	bool precise;   /* a precision was given: of text, the code points taken */
	u16 width;
	u16 precision;
};

struct kmi_writer;

/*
 * Each piece brings what writes it, so that a module has of this file only what its own f-strings need: most need
 * neither the fields of a specification nor a repr.
 */
struct kmi_piece {
	void (*write)(struct kmi_writer *writer, const struct kmi_piece *piece);
	const struct kmi_spec *spec; /* or NULL */
	union {
		const void *data;
		u64 low;
	} head;
	union {
		u64 size;
		i64 high;
	} tail;
};

/* Where text goes. With no memory it only counts; with too little it keeps what fits, ends at a code point. */
struct kmi_writer {
	char *at;    /* or NULL */
	size_t room; /* bytes */
	size_t size; /* bytes asked for until now, which may be more than there is room for */
	size_t length; /* code points asked for until now */
	bool full;
};

/* One code point, whole or not at all. */
static __maybe_unused noinline __cold void kmi_write(struct kmi_writer *writer, const char *text, size_t size)
{
	if (writer->at && !writer->full) {
		if (size <= writer->room - writer->size)
			memcpy(writer->at + writer->size, text, size);
		else
			writer->full = true;
	}
	if (!writer->full)
		writer->size += size;
	writer->length++;
}

static __maybe_unused noinline __cold void kmi_write_char(struct kmi_writer *writer, char character)
{
	kmi_write(writer, &character, 1);
}

/* How many bytes the code point has that starts with this byte. */
static __always_inline size_t kmi_utf8_width(u8 first)
{
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static __maybe_unused size_t kmi_utf8_length(const void *text, size_t size)
{
	const u8 *at = text;
	size_t i, length = 0;

	for (i = 0; i < size; i++)
		length += (at[i] & 0xc0) != 0x80;
	return length;
}

/* Whether it is UTF-8: no surrogate, nothing past U+10FFFF, no form longer than needed. */
static __maybe_unused bool kmi_utf8_valid(const void *text, size_t size)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const u8 *at = text, *end = at + size;

	while (at < end) {
		size_t width = kmi_utf8_width(*at), i;
		u32 point = width == 1 ? *at : *at & (0x7f >> width);

		if ((*at & 0xc0) == 0x80 || *at >= 0xf8 || width > (size_t)(end - at))
			return false;
		for (i = 1; i < width; i++) {
			if ((at[i] & 0xc0) != 0x80)
				return false;
			point = point << 6 | (at[i] & 0x3f);
		}
		if (point < least[width] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
			return false;
		at += width;
	}
	return true;
}

static __maybe_unused noinline __cold void kmi_write_utf8(struct kmi_writer *writer, const char *text, size_t size)
{
	while (size) {
		size_t width = kmi_utf8_width((u8)*text);

		if (width > size)
			width = size;
		kmi_write(writer, text, width);
		text += width;
		size -= width;
	}
}

static __maybe_unused noinline __cold void kmi_write_fill(struct kmi_writer *writer, char fill, size_t count)
{
	while (count--)
		kmi_write_char(writer, fill);
}

/* Text in its field: what `align` and `width` ask for. */
static __maybe_unused noinline __cold void kmi_write_text(struct kmi_writer *writer, const char *text, size_t size,
					  const struct kmi_spec *spec)
{
	size_t length, spare, before;
	char fill;

	if (!spec) {
		kmi_write_utf8(writer, text, size);
		return;
	}
	length = kmi_utf8_length(text, size);
	if (spec->precise && length > spec->precision) {
		const char *end = text;

		for (length = 0; length < spec->precision; length++)
			end += kmi_utf8_width((u8)*end);
		size = end - text;
	}
	spare = spec->width > length ? spec->width - length : 0;
	before = spec->align == '>' ? spare : spec->align == '^' ? spare / 2 : 0;
	fill = spec->fill ? spec->fill : ' ';
	kmi_write_fill(writer, fill, before);
	kmi_write_utf8(writer, text, size);
	kmi_write_fill(writer, fill, spare - before);
}

/* The digits of a magnitude, from the end of the buffer; their number. */
static __maybe_unused noinline __cold size_t kmi_digits(u128 value, unsigned int base, bool upper, char *end)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	u32 part[4] = { (u32)value, (u32)(value >> 32), (u32)(value >> 64), (u32)(value >> 96) };
	size_t count = 0, i;
	u32 left;

	do {
		u64 rest = 0;

		left = 0;
		for (i = 4; i-- > 0;) {
			rest = rest << 32 | part[i];
			part[i] = (u32)(rest / base);
			rest -= (u64)part[i] * base;
			left |= part[i];
		}
		*--end = digits[rest];
		count++;
	} while (left);
	return count;
}

/* An integer with nothing behind a colon. */
static __maybe_unused __cold void kmi_write_decimal(struct kmi_writer *writer, i128 value)
{
	char buffer[40];
	size_t count = kmi_digits(kmi_magnitude(value), 10, false, buffer + sizeof(buffer));

	if (value < 0)
		kmi_write_char(writer, '-');
	kmi_write_utf8(writer, buffer + sizeof(buffer) - count, count);
}

/* An integer in its field. */
static __maybe_unused __cold void kmi_write_int(struct kmi_writer *writer, i128 value, const struct kmi_spec *spec)
{
	char buffer[128], prefix[3], *first;
	size_t count, signs = 0, separators = 0, zeroes = 0, spare, before, step, i;
	unsigned int base;
	char fill, align;

	if (spec->type == 'c') {
		u32 point = (u32)value;
		char encoded[4];
		struct kmi_spec text = *spec;

		count = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
		for (i = count; i-- > 1; point >>= 6)
			encoded[i] = (char)(0x80 | (point & 0x3f));
		encoded[0] = (char)(count == 1 ? point : (0xf00 >> count & 0xff) | point);
		if (!text.align)
			text.align = '<';
		kmi_write_text(writer, encoded, count, &text);
		return;
	}
	base = spec->type == 'x' || spec->type == 'X' ? 16 : spec->type == 'o' ? 8 : spec->type == 'b' ? 2 : 10;
	count = kmi_digits(kmi_magnitude(value), base, spec->type == 'X', buffer + sizeof(buffer));
	first = buffer + sizeof(buffer) - count;
	if (value < 0)
		prefix[signs++] = '-';
	else if (spec->sign == '+' || spec->sign == ' ')
		prefix[signs++] = spec->sign;
	if (spec->alternate && base != 10) {
		prefix[signs++] = '0';
		prefix[signs++] = spec->type;
	}
	step = base == 10 ? 3 : 4;
	fill = spec->fill ? spec->fill : ' ';
	align = spec->align ? spec->align : '>';
	if (spec->grouping) {
		separators = (count - 1) / step;
		/* Zeroes in front are grouped like digits, and never start with a separator. */
		while (fill == '0' && align == '=' && signs + count + zeroes + separators < spec->width) {
			zeroes++;
			separators = (count + zeroes - 1) / step;
		}
	}
	spare = signs + zeroes + count + separators;
	spare = spec->width > spare ? spec->width - spare : 0;
	before = align == '>' ? spare : align == '^' ? spare / 2 : 0;
	kmi_write_fill(writer, fill, before);
	for (i = 0; i < signs; i++)
		kmi_write_char(writer, prefix[i]);
	if (align == '=') {
		kmi_write_fill(writer, fill, spare);
		before = spare;
	}
	for (i = zeroes + count; i-- > 0;) {
		kmi_write_char(writer, i >= count ? '0' : first[count - 1 - i]);
		if (spec->grouping && i && i % step == 0)
			kmi_write_char(writer, spec->grouping);
	}
	kmi_write_fill(writer, fill, spare - before);
}

static __maybe_unused __cold void kmi_write_hex(struct kmi_writer *writer, char letter, u32 value, int digits)
{
	kmi_write_char(writer, '\\');
	kmi_write_char(writer, letter);
	while (digits--)
		kmi_write_char(writer, "0123456789abcdef"[value >> (4 * digits) & 15]);
}

/*
 * Whether a repr shows a code point past ASCII as it is: not controls, spaces, formats, private use and what is no
 * character. What a version of Unicode has not given a meaning yet is shown, unlike in CPython.
 */
static __maybe_unused __cold bool kmi_is_printable(u32 point)
{
	static const u32 hidden[][2] = {
		{ 0x80, 0xa0 },     { 0xad, 0xad },     { 0x600, 0x605 },   { 0x61c, 0x61c },   { 0x6dd, 0x6dd },
		{ 0x70f, 0x70f },   { 0x1680, 0x1680 }, { 0x180e, 0x180e }, { 0x2000, 0x200f }, { 0x2028, 0x202f },
		{ 0x205f, 0x206f }, { 0x3000, 0x3000 }, { 0xd800, 0xf8ff }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb },
		{ 0xfffe, 0xffff }, { 0xe0000, 0xe00ff }, { 0xe01f0, 0x10ffff },
	};
	size_t i;

	for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (point >= hidden[i][0] && point <= hidden[i][1])
			return false;
	return true;
}

/* The repr of bytes, or of a str: quotes as Python chooses them. */
static __maybe_unused __cold void kmi_write_repr(struct kmi_writer *writer, const char *data, size_t size, bool bytes)
{
	char quote = '\'';
	size_t i;

	for (i = 0; i < size; i++) {
		if (data[i] == '"') {
			quote = '\'';
			break;
		}
		if (data[i] == '\'')
			quote = '"';
	}
	if (bytes)
		kmi_write_char(writer, 'b');
	kmi_write_char(writer, quote);
	for (i = 0; i < size; i++) {
		u8 byte = (u8)data[i];

		if (byte == quote || byte == '\\') {
			kmi_write_char(writer, '\\');
			kmi_write_char(writer, (char)byte);
		} else if (byte == '\n' || byte == '\r' || byte == '\t') {
			kmi_write_char(writer, '\\');
			kmi_write_char(writer, byte == '\n' ? 'n' : byte == '\r' ? 'r' : 't');
		} else if (byte < 0x20 || byte == 0x7f || (bytes && byte >= 0x80)) {
			kmi_write_hex(writer, 'x', byte, 2);
		} else if (byte >= 0x80) {
			size_t width = kmi_utf8_width(byte), rest;
			u32 point = byte & (0x7f >> width);

			for (rest = 1; rest < width; rest++)
				point = point << 6 | ((u8)data[i + rest] & 0x3f);
			if (kmi_is_printable(point))
				kmi_write(writer, data + i, width);
			else if (point < 0x100)
				kmi_write_hex(writer, 'x', point, 2);
			else if (point < 0x10000)
				kmi_write_hex(writer, 'u', point, 4);
			else
				kmi_write_hex(writer, 'U', point, 8);
			i += width - 1;
		} else {
			kmi_write_char(writer, (char)byte);
		}
	}
	kmi_write_char(writer, quote);
}

static __maybe_unused __cold void kmi_piece_write_plain(struct kmi_writer *writer, const struct kmi_piece *piece)
{
	kmi_write_utf8(writer, piece->head.data, piece->tail.size);
}

static __maybe_unused __cold void kmi_piece_write_text(struct kmi_writer *writer, const struct kmi_piece *piece)
{
	kmi_write_text(writer, piece->head.data, piece->tail.size, piece->spec);
}

static __always_inline i128 kmi_piece_value(const struct kmi_piece *piece)
{
	return (i128)((u128)(u64)piece->tail.high << 64 | piece->head.low);
}

static __maybe_unused __cold void kmi_piece_write_decimal(struct kmi_writer *writer, const struct kmi_piece *piece)
{
	kmi_write_decimal(writer, kmi_piece_value(piece));
}

static __maybe_unused __cold void kmi_piece_write_int(struct kmi_writer *writer, const struct kmi_piece *piece)
{
	kmi_write_int(writer, kmi_piece_value(piece), piece->spec);
}

static __maybe_unused __cold void kmi_piece_write_repr_text(struct kmi_writer *writer, const struct kmi_piece *piece)
{
	kmi_write_repr(writer, piece->head.data, piece->tail.size, false);
}

static __maybe_unused __cold void kmi_piece_write_repr_bytes(struct kmi_writer *writer, const struct kmi_piece *piece)
{
	kmi_write_repr(writer, piece->head.data, piece->tail.size, true);
}

static __always_inline struct kmi_piece kmi_piece_text(const void *data, u64 size, const struct kmi_spec *spec)
{
	return (struct kmi_piece){ .write = spec ? kmi_piece_write_text : kmi_piece_write_plain, .spec = spec,
				   .head.data = data, .tail.size = size };
}

static __always_inline struct kmi_piece kmi_piece_int(i128 value, const struct kmi_spec *spec)
{
	return (struct kmi_piece){ .write = spec ? kmi_piece_write_int : kmi_piece_write_decimal, .spec = spec,
				   .head.low = (u64)value, .tail.high = (i64)(value >> 64) };
}

static __always_inline struct kmi_piece kmi_piece_repr_text(const void *data, u64 size, const struct kmi_spec *spec)
{
	return (struct kmi_piece){ .write = kmi_piece_write_repr_text, .spec = spec, .head.data = data,
				   .tail.size = size };
}

static __always_inline struct kmi_piece kmi_piece_repr_bytes(const void *data, u64 size, const struct kmi_spec *spec)
{
	return (struct kmi_piece){ .write = kmi_piece_write_repr_bytes, .spec = spec, .head.data = data,
				   .tail.size = size };
}

/* All pieces into memory of `room` bytes, or none to measure; what it took, in bytes and code points. */
static __maybe_unused struct kmi_writer kmi_format(char *memory, size_t room, const struct kmi_piece *pieces,
						   size_t count)
{
	struct kmi_writer writer = { .at = memory, .room = room };
	size_t i;

	for (i = 0; i < count; i++)
		pieces[i].write(&writer, &pieces[i]);
	return writer;
}

#endif
