/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Parameters: static storage that Linux fills before init runs, and root may write later, while the module reads.
 *
 * A number or a bool is one word. A text or a list is a snapshot, which is never changed: who writes replaces it, and
 * the last who reads it frees it. (The kernel's own charp frees the old text while the module may be reading it.)
 *
 * Linux calls `set` with its own lock of the module's parameters held (kernel/params.c), so one write at a time.
 */
#ifndef KMI_LINUX_PARAMETERS_H
#define KMI_LINUX_PARAMETERS_H

#include <linux/ctype.h>
#include <linux/moduleparam.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

struct kmi_linux_snapshot {
	refcount_t users;
	u32 count; /* of numbers, or of the text's bytes */
	const s64 *numbers;
	const char *text;
};

struct kmi_linux_parameter {
	const char *name;
	spinlock_t lock; /* of the pointer that follows */
	struct kmi_linux_snapshot *latest;
	int (*check)(struct kmi_linux_snapshot *value); /* or NULL; 0 or a negative errno */
	s64 low, high;
	u32 capacity;
};

/* The latest value, which stays as it is until it is given back. In any context. */
static __maybe_unused noinline struct kmi_linux_snapshot *kmi_linux_snapshot_get(struct kmi_linux_parameter *parameter)
{
	struct kmi_linux_snapshot *latest;
	unsigned long flags;

	spin_lock_irqsave(&parameter->lock, flags);
	latest = parameter->latest;
	refcount_inc(&latest->users);
	spin_unlock_irqrestore(&parameter->lock, flags);
	return latest;
}

/* The default, which is static, has a user that never gives it back. */
static __maybe_unused noinline void kmi_linux_snapshot_put(struct kmi_linux_snapshot *snapshot)
{
	if (refcount_dec_and_test(&snapshot->users))
		kfree(snapshot);
}

#ifndef KMI_BINDGEN

/* A snapshot with that much room behind it, or NULL. */
static __maybe_unused struct kmi_linux_snapshot *kmi_linux_snapshot_new(size_t room)
{
	struct kmi_linux_snapshot *made = NULL;

	if (!kmi_test_fails())
		made = kzalloc(sizeof(*made) + room, GFP_KERNEL_ACCOUNT);
	if (made)
		refcount_set(&made->users, 1);
	return made;
}

static __maybe_unused noinline int kmi_linux_snapshot_set(struct kmi_linux_parameter *parameter,
							  struct kmi_linux_snapshot *made)
{
	struct kmi_linux_snapshot *former;
	unsigned long flags;
	int status = parameter->check ? parameter->check(made) : 0;

	if (status) {
		if (status == -EINVAL)
			pr_err("%s: %s cannot have this value\n", KBUILD_MODNAME, parameter->name);
		kmi_linux_snapshot_put(made);
		return status;
	}
	spin_lock_irqsave(&parameter->lock, flags);
	former = parameter->latest;
	parameter->latest = made;
	spin_unlock_irqrestore(&parameter->lock, flags);
	kmi_linux_snapshot_put(former);
	return 0;
}

#define KMI_LINUX_TEXT_MAX 1024 /* as of charp */

static __maybe_unused int kmi_linux_set_text(const char *text, const struct kernel_param *entry)
{
	struct kmi_linux_snapshot *made;
	size_t size = strlen(text);

	if (size && text[size - 1] == '\n')
		size--; /* echo's */
	if (size > KMI_LINUX_TEXT_MAX)
		return -ENOSPC;
	if (!kmi_utf8_valid(text, size)) {
		pr_err("%s: %s is not UTF-8\n", KBUILD_MODNAME, entry->name);
		return -EINVAL;
	}
	made = kmi_linux_snapshot_new(size + 1);
	if (!made)
		return -ENOMEM;
	memcpy(made + 1, text, size);
	made->text = (const char *)(made + 1);
	made->count = size;
	return kmi_linux_snapshot_set(entry->arg, made);
}

static __maybe_unused int kmi_linux_get_text(char *text, const struct kernel_param *entry)
{
	struct kmi_linux_snapshot *latest = kmi_linux_snapshot_get(entry->arg);
	int size = sysfs_emit(text, "%s\n", latest->text);

	kmi_linux_snapshot_put(latest);
	return size;
}

static __maybe_unused int kmi_linux_parse_numbers(struct kmi_linux_parameter *parameter,
						  struct kmi_linux_snapshot *made, char *text)
{
	s64 *numbers = (s64 *)(made + 1);
	char *item;

	made->numbers = numbers;
	while ((item = strsep(&text, ","))) {
		if (made->count == parameter->capacity || kstrtoll(item, 0, &numbers[made->count]) ||
		    numbers[made->count] < parameter->low || numbers[made->count] > parameter->high) {
			pr_err("%s: %s is not up to %u integers from %lld to %lld\n", KBUILD_MODNAME, parameter->name,
			       parameter->capacity, parameter->low, parameter->high);
			return -EINVAL;
		}
		made->count++;
	}
	return 0;
}

static __maybe_unused int kmi_linux_set_numbers(const char *text, const struct kernel_param *entry)
{
	struct kmi_linux_parameter *parameter = entry->arg;
	struct kmi_linux_snapshot *made = kmi_linux_snapshot_new(parameter->capacity * sizeof(s64));
	char *copy = kstrdup(text, GFP_KERNEL);
	int status = made && copy ? kmi_linux_parse_numbers(parameter, made, copy) : -ENOMEM;

	kfree(copy);
	if (!status)
		return kmi_linux_snapshot_set(parameter, made);
	kfree(made);
	return status;
}

static __maybe_unused int kmi_linux_get_numbers(char *text, const struct kernel_param *entry)
{
	struct kmi_linux_snapshot *latest = kmi_linux_snapshot_get(entry->arg);
	int size = 0;
	u32 index;

	for (index = 0; index < latest->count; index++)
		size += sysfs_emit_at(text, size, "%s%lld", index ? "," : "", latest->numbers[index]);
	size += sysfs_emit_at(text, size, "\n");
	kmi_linux_snapshot_put(latest);
	return size;
}

/*
 * Linux calls this when the module is gone, or was refused, after the last `set` (kernel/module/main.c, free_module):
 * what a check after the module's end left to the worker is waited for.
 */
static __maybe_unused void kmi_linux_parameter_end(void *argument)
{
	kmi_platform_end();
}

static __maybe_unused void kmi_linux_free_snapshot(void *argument)
{
	kmi_linux_snapshot_put(((struct kmi_linux_parameter *)argument)->latest);
	kmi_linux_parameter_end(argument);
}

static const struct kernel_param_ops kmi_linux_text_ops __maybe_unused = {
	.set = kmi_linux_set_text,
	.get = kmi_linux_get_text,
	.free = kmi_linux_free_snapshot,
};

static const struct kernel_param_ops kmi_linux_numbers_ops __maybe_unused = {
	.set = kmi_linux_set_numbers,
	.get = kmi_linux_get_numbers,
	.free = kmi_linux_free_snapshot,
};

#define KMI_LINUX_SNAPSHOT(name_, text_, numbers_, count_, low_, high_, capacity_, check_) \
	static struct kmi_linux_snapshot kmi_parameter_default_##name_ = {                 \
		.users = REFCOUNT_INIT(2),                                                 \
		.count = count_,                                                           \
		.numbers = numbers_,                                                       \
		.text = text_,                                                             \
	};                                                                                 \
	static struct kmi_linux_parameter kmi_parameter_##name_ = {                        \
		.name = #name_,                                                            \
		.lock = __SPIN_LOCK_UNLOCKED(kmi_parameter_##name_.lock),                  \
		.latest = &kmi_parameter_default_##name_,                                  \
		.check = check_,                                                           \
		.low = low_,                                                               \
		.high = high_,                                                             \
		.capacity = capacity_,                                                     \
	}

/* One word, of any width: `parse` is kstrtoll or kstrtoull, or kstrtobool. Anything else is EINVAL, and a line. */
#define KMI_LINUX_WORD(name_, type_, parse_, format_, shown_, value_, range_, check_, words_)                     \
	static type_ kmi_parameter_##name_ = value_;                                                             \
	static int kmi_parameter_set_##name_(const char *text, const struct kernel_param *entry)                 \
	{                                                                                                        \
		type_ value;                                                                                     \
		int status = -EINVAL;                                                                            \
                                                                                                                 \
		if (text && !parse_(text, &value) && (range_))                                                   \
			status = check_;                                                                         \
		if (status) {                                                                                    \
			pr_err("%s: %s is not %s\n", KBUILD_MODNAME, #name_, words_);                             \
			return status;                                                                           \
		}                                                                                                \
		WRITE_ONCE(kmi_parameter_##name_, value);                                                        \
		return 0;                                                                                        \
	}                                                                                                        \
	static int kmi_parameter_get_##name_(char *text, const struct kernel_param *entry)                       \
	{                                                                                                        \
		type_ value = READ_ONCE(kmi_parameter_##name_);                                                  \
                                                                                                                 \
		return sysfs_emit(text, format_ "\n", shown_);                                                   \
	}                                                                                                        \
	static const struct kernel_param_ops kmi_parameter_ops_##name_ = {                                       \
		.set = kmi_parameter_set_##name_,                                                                \
		.get = kmi_parameter_get_##name_,                                                                \
		.free = kmi_linux_parameter_end,                                                                 \
	}

#define kmi_linux_parse_signed(text, value) kstrtoll(text, 0, value)
#define kmi_linux_parse_unsigned(text, value) kstrtoull(text, 0, value)
#define kmi_linux_parse_bool(text, value) kstrtobool(text, value)

#endif

#endif
