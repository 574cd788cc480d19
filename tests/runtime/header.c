/* Lines on standard input, answers on standard output: what tests/runtime asks of kmi.h. */
#include "kmi.h"

static i128 number(const char *text)
{
	bool negative = *text == '-';
	u128 value = 0;

	for (text += negative; *text; text++)
		value = value * 10 + (u128)(*text - '0');
	return (i128)(negative ? -value : value);
}

static void show(const struct kmi_writer *writer, const char *text)
{
	fwrite(text, 1, writer->size, stdout);
	putchar('\n');
}

static void show_int(bool overflow, i128 value)
{
	struct kmi_piece piece = kmi_piece_int(value, NULL);
	char text[64];
	struct kmi_writer writer = kmi_format(text, sizeof(text), &piece, 1);

	if (overflow)
		puts("overflow");
	else
		show(&writer, text);
}

static void arithmetic(const char *operator, i128 left, i128 right)
{
	i128 result = 0;
	bool overflow = false;

	if (!strcmp(operator, "//"))
		overflow = kmi_floordiv_i128(left, right, &result);
	else if (!strcmp(operator, "%"))
		result = kmi_mod_i128(left, right);
	else if (!strcmp(operator, "*"))
		overflow = kmi_mul_i128(left, right, &result);
	else if (!strcmp(operator, "<<"))
		overflow = kmi_shl_i128(left, right, &result);
	else if (!strcmp(operator, ">>"))
		result = kmi_shr_i128(left, right);
	else if (!strcmp(operator, "//64"))
		result = kmi_floordiv_i64((i64)left, (i64)right);
	else if (!strcmp(operator, "%64"))
		result = kmi_mod_i64((i64)left, (i64)right);
	else
		exit(3);
	show_int(overflow, result);
}

/* A field of a line, as hexadecimal digits; "-" is empty. */
static size_t bytes(const char *text, u8 *data)
{
	size_t size = 0;
	unsigned int byte;

	if (*text == '-')
		return 0;
	for (; sscanf(text, "%2x", &byte) == 1; text += 2)
		data[size++] = (u8)byte;
	return size;
}

int main(void)
{
	static char line[4096], kind[16], first[2048], second[2048];
	static u8 data[1024];
	static char text[8192];

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%15s %2047s %2047s", kind, first, second) != 3)
			return 2;
		if (!strcmp(kind, "int") || !strcmp(kind, "text")) {
			/* fill align sign type grouping alternate precise width precision */
			struct kmi_spec spec = { 0 };
			int fields[9], count;
			struct kmi_piece piece;
			struct kmi_writer measured, written;

			count = sscanf(second, "%d,%d,%d,%d,%d,%d,%d,%d,%d", fields, fields + 1, fields + 2, fields + 3,
				       fields + 4, fields + 5, fields + 6, fields + 7, fields + 8);
			if (count != 9)
				return 4;
			spec = (struct kmi_spec){ (char)fields[0], (char)fields[1], (char)fields[2], (char)fields[3],
						  (char)fields[4], fields[5], fields[6], (u16)fields[7],
						  (u16)fields[8] };
			if (!strcmp(kind, "int"))
				piece = kmi_piece_int(number(first), &spec);
			else
				piece = kmi_piece_text(data, bytes(first, data), &spec);
			measured = kmi_format(NULL, 0, &piece, 1);
			written = kmi_format(text, measured.size, &piece, 1);
			if (measured.size != written.size || written.full)
				return 5;
			show(&written, text);
		} else if (!strcmp(kind, "repr") || !strcmp(kind, "reprb")) {
			size_t size = bytes(first, data);
			struct kmi_piece piece = !strcmp(kind, "repr") ? kmi_piece_repr_text(data, size, NULL)
								       : kmi_piece_repr_bytes(data, size, NULL);
			struct kmi_writer written = kmi_format(text, sizeof(text), &piece, 1);

			show(&written, text);
		} else if (!strcmp(kind, "utf8")) {
			size_t size = bytes(first, data);

			printf("%s %zu\n", kmi_utf8_valid(data, size) ? "True" : "False", kmi_utf8_length(data, size));
		} else if (!strcmp(kind, "message")) {
			struct kmi_error error;
			size_t size = bytes(first, data);
			struct kmi_piece piece = kmi_piece_text(data, size, NULL);

			kmi_raise_format(&error, KMI_NO_SITE, &kmi_ValueError, &piece, 1);
			puts(kmi_error_message(&error));
		} else if (!strcmp(kind, "error")) {
			struct kmi_error error;

#define CASE(class_, base_, number_, program_) \
	if (!strcmp(first, #class_)) {                                                                 \
		kmi_raise(&error, KMI_NO_SITE, &kmi_##class_, NULL); \
		printf("%d %d %d %s\n", kmi_error_errno(&error, false), kmi_error_errno(&error, true), \
		       kmi_error_is_program(&error), error.kind->base->name);                          \
		continue;                                                                              \
	}
			KMI_EXCEPTIONS(CASE)
			puts("unknown");
		} else if (!strcmp(kind, "errno")) {
			struct kmi_error error;

			kmi_raise_errno(&error, KMI_NO_SITE, atoi(first));
			printf("%s %d\n", error.kind->name, kmi_error_errno(&error, false));
		} else if (!strcmp(kind, "secret")) {
			kmi_secret[0] = (u64)number(first);
			kmi_secret[1] = (u64)number(second) | 1;
		} else if (!strcmp(kind, "hash")) {
			printf("%llu\n", (unsigned long long)kmi_hash(data, bytes(first, data)));
		} else if (!strcmp(kind, "place")) {
			printf("%llu\n", (unsigned long long)kmi_hash_place((u64)number(first)));
		} else if (!strcmp(kind, "more")) {
			u64 hash = kmi_hash_more((u64)number(first), (u64)number(second));

			printf("%llu\n", (unsigned long long)hash);
		} else if (!strcmp(kind, "log")) {
			struct kmi_error error;
			int times = atoi(first);

			while (times--) {
				kmi_raise_index(&error, KMI_SITE("echo.py", 42, "Echo.read"), 7, 4);
				kmi_boundary(&error, false);
			}
		} else {
			arithmetic(kind, number(first), number(second));
		}
	}
	return 0;
}
