/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Values in the tree of sysctl(9), for kmi.freebsd.sysctl: each has a context of its own, which also counts the
 * nodes on the way, so that a node goes with the last that is below it.
 *
 * Part of helpers.h.
 */
#ifndef KMI_FREEBSD_SETTINGS_H
#define KMI_FREEBSD_SETTINGS_H

#include <sys/sysctl.h>

#define KMI_FREEBSD_SETTING_MAX 1024

struct kmi_freebsd_setting {
	struct sysctl_ctx_list context;
	const char *path;
	const char *description;
	i64 value, low, high;
	bool writable;
	bool live;
	/* Of a text; NULL of a number. They give the text's size, or 0, or a negative errno. */
	i64 (*show)(struct kmi_freebsd_setting *setting, u8 *text);
	i64 (*store)(struct kmi_freebsd_setting *setting, const u8 *text);
};

static inline i64 kmi_freebsd_setting_value(struct kmi_freebsd_setting *setting)
{
	return __atomic_load_n(&setting->value, __ATOMIC_RELAXED);
}

static inline void kmi_freebsd_setting_store(struct kmi_freebsd_setting *setting, i64 value)
{
	__atomic_store_n(&setting->value, value, __ATOMIC_RELAXED);
}

static __maybe_unused int kmi_freebsd_setting_number(SYSCTL_HANDLER_ARGS)
{
	struct kmi_freebsd_setting *setting = arg1;
	int64_t value = kmi_freebsd_setting_value(setting);
	int status = sysctl_handle_64(oidp, &value, 0, req);

	if (status || !req->newptr)
		return status;
	if (value < setting->low || value > setting->high)
		return EINVAL;
	kmi_freebsd_setting_store(setting, value);
	return 0;
}

static __maybe_unused int kmi_freebsd_setting_text(SYSCTL_HANDLER_ARGS)
{
	struct kmi_freebsd_setting *setting = arg1;
	u8 *text;
	i64 size;
	int status;

	if (!kmi_freebsd_whole())
		return ENXIO;
	text = malloc(KMI_FREEBSD_SETTING_MAX, M_KMI, M_WAITOK);
	size = setting->show(setting, text);
	if (size < 0) {
		status = -size;
	} else {
		text[size] = 0;
		status = sysctl_handle_string(oidp, text, KMI_FREEBSD_SETTING_MAX, req);
		if (!status && req->newptr)
			status = -setting->store(setting, text);
	}
	free(text, M_KMI);
	return status;
}

static __maybe_unused noinline __cold struct sysctl_oid_list *kmi_freebsd_setting_root(const char *word)
{
	if (!strcmp(word, "hw"))
		return SYSCTL_STATIC_CHILDREN(_hw);
	if (!strcmp(word, "dev"))
		return SYSCTL_STATIC_CHILDREN(_dev);
	if (!strcmp(word, "kern"))
		return SYSCTL_STATIC_CHILDREN(_kern);
	if (!strcmp(word, "debug"))
		return SYSCTL_STATIC_CHILDREN(_debug);
	if (!strcmp(word, "vfs"))
		return SYSCTL_STATIC_CHILDREN(_vfs);
	if (!strcmp(word, "net"))
		return SYSCTL_STATIC_CHILDREN(_net);
	if (!strcmp(word, "security"))
		return SYSCTL_STATIC_CHILDREN(_security);
	return NULL;
}

/* The next word of a path, cut off; the rest is NULL after the last. */
static __maybe_unused __cold char *kmi_freebsd_setting_word(char **rest)
{
	char *word = *rest, *end = word;

	while (*end && *end != '.')
		end++;
	*rest = *end ? end + 1 : NULL;
	*end = 0;
	return word;
}

/* 0, or an errno; then nothing of it is in the tree. */
static __maybe_unused noinline __cold int kmi_freebsd_setting_publish(struct kmi_freebsd_setting *setting)
{
	char path[256], *rest = path, *word;
	struct sysctl_oid_list *parent;
	struct sysctl_oid *made;
	int kind = CTLFLAG_MPSAFE | (setting->writable ? CTLFLAG_RW : CTLFLAG_RD);

	strlcpy(path, setting->path, sizeof(path));
	sysctl_ctx_init(&setting->context);
	parent = kmi_freebsd_setting_root(kmi_freebsd_setting_word(&rest));
	word = kmi_freebsd_setting_word(&rest);
	for (; parent && rest; word = kmi_freebsd_setting_word(&rest)) {
		made = SYSCTL_ADD_NODE(&setting->context, parent, OID_AUTO, word, CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "");
		parent = made ? SYSCTL_CHILDREN(made) : NULL;
	}
	made = NULL;
	if (parent && !setting->show)
		made = sysctl_add_oid(&setting->context, parent, OID_AUTO, word, CTLTYPE_S64 | kind, setting, 0,
				      kmi_freebsd_setting_number, "Q", setting->description, NULL);
	else if (parent)
		made = sysctl_add_oid(&setting->context, parent, OID_AUTO, word, CTLTYPE_STRING | kind, setting, 0,
				      kmi_freebsd_setting_text, "A", setting->description, NULL);
	if (made) {
		setting->live = true;
		return 0;
	}
	sysctl_ctx_free(&setting->context);
	return EEXIST;
}

/* Waits for calls that run. */
static __maybe_unused noinline __cold void kmi_freebsd_setting_withdraw(struct kmi_freebsd_setting *setting)
{
	if (setting->live)
		sysctl_ctx_free(&setting->context);
	setting->live = false;
}

#endif
