/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The runner of a module's doctests: KTAP into the kernel's log, for kernels with KUnit and without it.
 *
 *   insmod crc_device.ko kmi_doctests=1         all of them, before the module's own init
 *   insmod crc_device.ko kmi_doctests=Crc32     the one of that name
 *
 * Each docstring is a function that gives 0, or says what was wrong in a diagnostic line and gives 1.
 */
#ifndef KMI_LINUX_DOCTESTS_H
#define KMI_LINUX_DOCTESTS_H

struct kmi_linux_doctest {
	const char *name;
	int (*run)(void);
};

/* Whether `text` is `pattern`, in which "..." stands for anything if `gaps`; of a text that was cut, what there is. */
static __maybe_unused bool kmi_linux_doctest_like(const char *text, const char *pattern, bool gaps, bool cut)
{
	for (; *pattern; pattern++, text++) {
		if (cut && !*text)
			return true;
		if (gaps && !strncmp(pattern, "...", 3)) {
			do {
				if (kmi_linux_doctest_like(text, pattern + 3, gaps, cut))
					return true;
			} while (*text++);
			return false;
		}
		if (*text != *pattern)
			return false;
	}
	return !*text;
}

/*
 * Whether an error is the one that a docstring expects, "KeyError: 5"; says what it was where it is not. `expected`
 * is "" where none is. `how` has the letter E where "..." stands for anything, and I where only the class counts.
 */
static __maybe_unused bool kmi_linux_doctest_raised(const struct kmi_error *error, const u8 *name, const u8 *file,
						    i64 line, const u8 *expected, const u8 *how)
{
	const char *message = kmi_error_message(error), *kind = error->kind->name;
	bool cut = !error->literal && strlen(error->text) > sizeof(error->text) - 5;
	char text[2 * sizeof(error->text) + 64];

	if (kmi_error_is(error, &kmi_OSError) && error->number && error->arguments != KMI_OWN_TEXT)
		snprintf(text, sizeof(text), "%s: [Errno %d] %s", kind, error->number, message);
	else
		snprintf(text, sizeof(text), "%s%s%s", kind, *message ? ": " : "", message);
	if (*expected) {
		size_t size = strcspn(expected, ":");

		if (strchr(how, 'I') && strlen(kind) == size && !strncmp(kind, expected, size))
			return true;
		if (!strchr(how, 'I') && kmi_linux_doctest_like(text, expected, strchr(how, 'E'), cut))
			return true;
	}
	pr_info("    # %s: expected %s, raised %s (%s:%lld)\n", (const char *)name,
		*expected ? (const char *)expected : "no exception", text, (const char *)file, (long long)line);
	return false;
}

static void kmi_linux_run_doctests(const char *suite, const struct kmi_linux_doctest *cases, size_t count,
				   const char *only)
{
	bool all = !strcmp(only, "1");
	size_t i, chosen = 0, number = 0;
	bool failed = false;

	for (i = 0; i < count; i++)
		chosen += all || !strcmp(only, cases[i].name);
	pr_info("KTAP version 1\n");
	pr_info("1..1\n");
	pr_info("    KTAP version 1\n");
	pr_info("    # Subtest: %s\n", suite);
	pr_info("    1..%zu\n", chosen);
	for (i = 0; i < count; i++) {
		int status;

		if (!all && strcmp(only, cases[i].name))
			continue;
		status = cases[i].run();
		failed |= status;
		pr_info("    %s %zu %s\n", status ? "not ok" : "ok", ++number, cases[i].name);
	}
	pr_info("%s 1 %s\n", failed ? "not ok" : "ok", suite);
}

static char *kmi_doctests = "";

#define KMI_LINUX_DOCTESTS(suite, cases)                                                           \
	if (*kmi_doctests)                                                                         \
	kmi_linux_run_doctests(suite, cases, ARRAY_SIZE(cases), kmi_doctests)

#endif
