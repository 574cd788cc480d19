/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Parameters: loader tunables that are read before init runs, and sysctls of the same names, hw.MODULE.PARAMETER,
 * where root reads them all and writes those that are writable, while the module reads.
 *
 * A number or a bool is one word. A text or a list is a snapshot, which is never changed: who writes replaces it, and
 * the last who reads it frees it.
 *
 * Part of helpers.h.
 */
#ifndef KMI_FREEBSD_PARAMETERS_H
#define KMI_FREEBSD_PARAMETERS_H

#include <sys/sysctl.h>

#define KMI_FREEBSD_PREFIX "hw." KMI_NAME "."

struct kmi_freebsd_snapshot {
	u32 users;
	u32 count; /* of numbers, or of the text's bytes */
	const i64 *numbers;
	const char *text;
};

struct kmi_freebsd_parameter {
	const char *name;
	const char *description;
	u32 kind; /* CTLTYPE_U8 of a bool, CTLTYPE_S64, CTLTYPE_U64, CTLTYPE_STRING */
	bool writable;
	/* A word: */
	void *word;
	int (*set)(u64 value); /* 0 or an errno */
	/* A text, or a list, which has room for capacity numbers: */
	struct mtx lock; /* of the pointer that follows; spin, since it is read anywhere */
	struct kmi_freebsd_snapshot *latest;
	int (*check)(struct kmi_freebsd_snapshot *value); /* or NULL; 0 or a negative errno */
	i64 low, high;
	u32 capacity;
};

/* The latest value, which stays as it is until it is given back. In any context. */
static __maybe_unused noinline struct kmi_freebsd_snapshot *
kmi_freebsd_snapshot_get(struct kmi_freebsd_parameter *parameter)
{
	struct kmi_freebsd_snapshot *latest;

	mtx_lock_spin(&parameter->lock);
	latest = parameter->latest;
	__atomic_fetch_add(&latest->users, 1, __ATOMIC_RELAXED);
	mtx_unlock_spin(&parameter->lock);
	return latest;
}

/* The default, which is static, has a user that never gives it back. */
static __maybe_unused noinline void kmi_freebsd_snapshot_put(struct kmi_freebsd_snapshot *snapshot)
{
	if (__atomic_sub_fetch(&snapshot->users, 1, __ATOMIC_ACQ_REL) == 0)
		free(snapshot, M_KMI);
}

#ifndef KMI_BINDGEN

#define KMI_FREEBSD_TEXT_MAX 1024
#define KMI_FREEBSD_NUMBER_MAX 22 /* characters of a number, and a comma */

/* As the C of strtoll(3) with base 0, but all of the text, without a sign where none fits, and never clipped. */
static __maybe_unused noinline __cold bool kmi_freebsd_parse_number(const char *text, size_t size, bool is_signed,
								     u64 *value)
{
	const char *end = text + size;
	bool minus = false;
	u64 base = 10, sum = 0;

	if (text < end && (*text == '-' || *text == '+'))
		minus = *text++ == '-';
	if (end - text > 1 && text[0] == '0') {
		base = 8;
		if (end - text > 2 && (text[1] | 0x20) == 'x') {
			base = 16;
			text += 2;
		}
	}
	if (text == end)
		return false;
	for (; text < end; text++) {
		u64 digit = *text >= '0' && *text <= '9' ? *text - '0' : ((*text | 0x20) - 'a') + 10ULL;

		if (digit >= base || __builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum))
			return false;
	}
	if (is_signed ? sum > (u64)INT64_MAX + minus : minus && sum)
		return false;
	*value = minus ? -sum : sum;
	return true;
}

static __maybe_unused noinline __cold bool kmi_freebsd_parse_bool(const char *text, size_t size, u64 *value)
{
	static const char *const words[] = { "1", "y", "yes", "on", "t", "true", "0", "n", "no", "off", "f", "false" };
	size_t each;

	for (each = 0; each < nitems(words); each++)
		if (strlen(words[each]) == size && !strncasecmp(words[each], text, size)) {
			*value = each < nitems(words) / 2;
			return true;
		}
	return false;
}

/* A snapshot with that much room behind it, or NULL. */
static __maybe_unused struct kmi_freebsd_snapshot *kmi_freebsd_snapshot_new(size_t room)
{
	struct kmi_freebsd_snapshot *made = NULL;

	if (!kmi_test_fails())
		made = malloc(sizeof(*made) + room, M_KMI, M_WAITOK | M_ZERO);
	if (made)
		made->users = 1;
	return made;
}

static __maybe_unused noinline int kmi_freebsd_snapshot_set(struct kmi_freebsd_parameter *parameter,
							    struct kmi_freebsd_snapshot *made)
{
	struct kmi_freebsd_snapshot *former;
	int status = parameter->check ? -parameter->check(made) : 0;

	if (status) {
		if (status == EINVAL)
			log(LOG_ERR, "%s: %s cannot have this value\n", KMI_NAME, parameter->name);
		kmi_freebsd_snapshot_put(made);
		return status;
	}
	mtx_lock_spin(&parameter->lock);
	former = parameter->latest;
	parameter->latest = made;
	mtx_unlock_spin(&parameter->lock);
	kmi_freebsd_snapshot_put(former);
	return 0;
}

static __maybe_unused noinline int kmi_freebsd_set_text(struct kmi_freebsd_parameter *parameter, const char *text,
							size_t size)
{
	struct kmi_freebsd_snapshot *made;

	if (size > KMI_FREEBSD_TEXT_MAX)
		return ENOSPC;
	if (!kmi_utf8_valid(text, size)) {
		log(LOG_ERR, "%s: %s is not UTF-8\n", KMI_NAME, parameter->name);
		return EINVAL;
	}
	made = kmi_freebsd_snapshot_new(size + 1);
	if (!made)
		return ENOMEM;
	memcpy(made + 1, text, size);
	made->text = (const char *)(made + 1);
	made->count = size;
	return kmi_freebsd_snapshot_set(parameter, made);
}

static __maybe_unused noinline int kmi_freebsd_set_numbers(struct kmi_freebsd_parameter *parameter, const char *text,
							   size_t size)
{
	struct kmi_freebsd_snapshot *made = kmi_freebsd_snapshot_new(parameter->capacity * sizeof(i64));
	const char *end = text + size;
	i64 *numbers;

	if (!made)
		return ENOMEM;
	numbers = (i64 *)(made + 1);
	made->numbers = numbers;
	for (;; text++) {
		const char *item = text;
		u64 number;

		while (text < end && *text != ',')
			text++;
		if (made->count == parameter->capacity || !kmi_freebsd_parse_number(item, text - item, true, &number) ||
		    (i64)number < parameter->low || (i64)number > parameter->high) {
			log(LOG_ERR, "%s: %s is not up to %u integers from %lld to %lld\n", KMI_NAME, parameter->name,
			    parameter->capacity, parameter->low, parameter->high);
			kmi_freebsd_snapshot_put(made);
			return EINVAL;
		}
		numbers[made->count++] = number;
		if (text == end)
			return kmi_freebsd_snapshot_set(parameter, made);
	}
}

/* 0, or the errno of a text that will not do. */
static __maybe_unused noinline int kmi_freebsd_parameter_set(struct kmi_freebsd_parameter *parameter, const char *text)
{
	size_t size = strlen(text);
	bool parsed;
	u64 value;

	if (size && text[size - 1] == '\n')
		size--;
	if (parameter->kind == CTLTYPE_STRING)
		return parameter->capacity ? kmi_freebsd_set_numbers(parameter, text, size) :
					     kmi_freebsd_set_text(parameter, text, size);
	parsed = parameter->kind == CTLTYPE_U8 ? kmi_freebsd_parse_bool(text, size, &value) :
		 kmi_freebsd_parse_number(text, size, parameter->kind == CTLTYPE_S64, &value);
	if (parsed)
		return parameter->set(value);
	log(LOG_ERR, "%s: %s is not %s\n", KMI_NAME, parameter->name,
	    parameter->kind == CTLTYPE_U8 ? "a bool" : "an integer of 64 bits");
	return EINVAL;
}

static __maybe_unused int kmi_freebsd_sysctl_word(SYSCTL_HANDLER_ARGS)
{
	struct kmi_freebsd_parameter *parameter = arg1;
	bool is_bool = parameter->kind == CTLTYPE_U8;
	bool flag = is_bool && __atomic_load_n((bool *)parameter->word, __ATOMIC_RELAXED);
	u64 value = is_bool ? 0 : __atomic_load_n((u64 *)parameter->word, __ATOMIC_RELAXED);
	int error = is_bool ? sysctl_handle_bool(oidp, &flag, 0, req) : sysctl_handle_64(oidp, &value, 0, req);

	if (error || !req->newptr)
		return error;
	return parameter->set(is_bool ? flag : value);
}

static __maybe_unused int kmi_freebsd_sysctl_text(SYSCTL_HANDLER_ARGS)
{
	struct kmi_freebsd_parameter *parameter = arg1;
	size_t room = MAX(parameter->capacity * KMI_FREEBSD_NUMBER_MAX, KMI_FREEBSD_TEXT_MAX) + 1, size = 0;
	struct kmi_freebsd_snapshot *latest;
	char *text;
	int error;
	u32 index;

	text = malloc(room, M_KMI, M_WAITOK | M_ZERO);
	latest = kmi_freebsd_snapshot_get(parameter);
	if (latest->text)
		strlcpy(text, latest->text, room);
	else
		for (index = 0; index < latest->count; index++)
			size += snprintf(text + size, room - size, "%s%lld", index ? "," : "",
					 (long long)latest->numbers[index]);
	kmi_freebsd_snapshot_put(latest);
	error = sysctl_handle_string(oidp, text, room, req);
	if (!error && req->newptr)
		error = kmi_freebsd_parameter_set(parameter, text);
	free(text, M_KMI);
	return error;
}

static struct sysctl_ctx_list kmi_freebsd_parameters_context __maybe_unused;

/* Also after a begin that failed half-way. Waits for who reads or writes one. */
static __maybe_unused noinline __cold void kmi_freebsd_parameters_end(struct kmi_freebsd_parameter *const *all,
								       size_t count)
{
	size_t each;

	(void)sysctl_ctx_free(&kmi_freebsd_parameters_context);
	for (each = 0; each < count; each++)
		if (all[each]->kind == CTLTYPE_STRING) {
			kmi_freebsd_snapshot_put(all[each]->latest);
			mtx_destroy(&all[each]->lock);
		}
}

/* Takes what the loader gave, and shows all; 0 or an errno. */
static __maybe_unused noinline __cold int kmi_freebsd_parameters_begin(struct kmi_freebsd_parameter *const *all,
									size_t count)
{
	struct sysctl_oid *folder;
	size_t each;
	int status = 0;

	sysctl_ctx_init(&kmi_freebsd_parameters_context);
	for (each = 0; each < count; each++)
		if (all[each]->kind == CTLTYPE_STRING)
			mtx_init(&all[each]->lock, all[each]->name, "kmi parameter", MTX_SPIN);
	for (each = 0; each < count && !status; each++) {
		char name[sizeof(KMI_FREEBSD_PREFIX) + 128];
		char *text;

		snprintf(name, sizeof(name), KMI_FREEBSD_PREFIX "%s", all[each]->name);
		text = kern_getenv(name);
		if (!text)
			continue;
		status = kmi_freebsd_parameter_set(all[each], text);
		freeenv(text);
	}
	if (status)
		goto failed;
	status = EEXIST;
	folder = SYSCTL_ADD_NODE(&kmi_freebsd_parameters_context, SYSCTL_STATIC_CHILDREN(_hw), OID_AUTO, KMI_NAME,
				 CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "parameters of the module " KMI_NAME);
	if (!folder)
		goto failed;
	for (each = 0; each < count; each++) {
		struct kmi_freebsd_parameter *one = all[each];
		u32 flags = one->writable ? CTLFLAG_RWTUN : CTLFLAG_RDTUN;
		bool is_text = one->kind == CTLTYPE_STRING;

		if (!sysctl_add_oid(&kmi_freebsd_parameters_context, SYSCTL_CHILDREN(folder), OID_AUTO, one->name,
				    one->kind | flags | CTLFLAG_NOFETCH | CTLFLAG_MPSAFE, one, 0,
				    is_text ? kmi_freebsd_sysctl_text : kmi_freebsd_sysctl_word,
				    is_text ? "A" : one->kind == CTLTYPE_U8 ? "CU" : one->kind == CTLTYPE_S64 ? "Q" : "QU",
				    one->description, NULL))
			goto failed;
	}
	return 0;
failed:
	kmi_freebsd_parameters_end(all, count);
	return status;
}

#define KMI_FREEBSD_SNAPSHOT(name_, text_, numbers_, count_, low_, high_, capacity_, check_, writable_, about_) \
	static struct kmi_freebsd_snapshot kmi_parameter_default_##name_ = {                                    \
		.users = 2,                                                                                     \
		.count = count_,                                                                                \
		.numbers = numbers_,                                                                            \
		.text = text_,                                                                                  \
	};                                                                                                      \
	static struct kmi_freebsd_parameter kmi_parameter_##name_ = {                                           \
		.name = #name_,                                                                                 \
		.description = about_,                                                                          \
		.kind = CTLTYPE_STRING,                                                                         \
		.writable = writable_,                                                                          \
		.latest = &kmi_parameter_default_##name_,                                                       \
		.check = check_,                                                                                \
		.low = low_,                                                                                    \
		.high = high_,                                                                                  \
		.capacity = capacity_,                                                                          \
	}

/* One word: bool, long long or unsigned long long. What it will not be is EINVAL, and a line. */
#define KMI_FREEBSD_WORD(name_, type_, kind_, value_, range_, check_, words_, writable_, about_) \
	static type_ kmi_parameter_word_##name_ = value_;                                        \
	static int kmi_parameter_set_##name_(u64 raw)                                            \
	{                                                                                        \
		type_ value = (type_)raw;                                                        \
		int status = (range_) ? -(check_) : EINVAL;                                      \
                                                                                                 \
		if (status)                                                                      \
			log(LOG_ERR, "%s: %s is not %s\n", KMI_NAME, #name_, words_);            \
		else                                                                             \
			__atomic_store_n(&kmi_parameter_word_##name_, value, __ATOMIC_RELAXED);  \
		return status;                                                                   \
	}                                                                                        \
	static struct kmi_freebsd_parameter kmi_parameter_##name_ = {                            \
		.name = #name_,                                                                  \
		.description = about_,                                                           \
		.kind = kind_,                                                                   \
		.writable = writable_,                                                           \
		.word = &kmi_parameter_word_##name_,                                             \
		.set = kmi_parameter_set_##name_,                                                \
	}

#endif

#endif
