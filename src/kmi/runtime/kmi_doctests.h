/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The runner of a module's doctests: KTAP into the kernel's log.
 *
 *   kmi_doctests=1         all of them, before the module's own init
 *   kmi_doctests=Crc32     the one of that name
 *
 * Each docstring is a function that gives 0, or says what was wrong in a diagnostic line and gives 1. How a module
 * is given `kmi_doctests` is its kernel's: see doctests.h of its layer.
 */
#ifndef KMI_DOCTESTS_H
#define KMI_DOCTESTS_H

#define kmi_doctest_say(...) kmi_platform_log(6, __VA_ARGS__)

struct kmi_doctest {
	const char *name;
	int (*run)(void);
};

/* Whether `text` is `pattern`, in which "..." stands for anything if `gaps`; of a text that was cut, what there is. */
static __maybe_unused bool kmi_doctest_like(const char *text, const char *pattern, bool gaps, bool cut)
{
	for (; *pattern; pattern++, text++) {
		if (cut && !*text)
			return true;
		if (gaps && !strncmp(pattern, "...", 3)) {
			do {
				if (kmi_doctest_like(text, pattern + 3, gaps, cut))
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
static __maybe_unused bool kmi_doctest_raised(const struct kmi_error *error, const u8 *name, const u8 *file,
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
		if (!strchr(how, 'I') && kmi_doctest_like(text, expected, strchr(how, 'E'), cut))
			return true;
	}
	kmi_doctest_say("    # %s: expected %s, raised %s (%s:%lld)", (const char *)name,
			*expected ? (const char *)expected : "no exception", text, (const char *)file, (long long)line);
	return false;
}

static void kmi_run_doctests(const char *suite, const struct kmi_doctest *cases, size_t count,
				   const char *only)
{
	bool all = !strcmp(only, "1");
	size_t i, chosen = 0, number = 0;
	bool failed = false;

	for (i = 0; i < count; i++)
		chosen += all || !strcmp(only, cases[i].name);
	kmi_doctest_say("KTAP version 1");
	kmi_doctest_say("1..1");
	kmi_doctest_say("    KTAP version 1");
	kmi_doctest_say("    # Subtest: %s", suite);
	kmi_doctest_say("    1..%zu", chosen);
	for (i = 0; i < count; i++) {
		int status;

		if (!all && strcmp(only, cases[i].name))
			continue;
		status = cases[i].run();
		failed |= status;
		kmi_doctest_say("    %s %zu %s", status ? "not ok" : "ok", ++number, cases[i].name);
	}
	kmi_doctest_say("%s 1 %s", failed ? "not ok" : "ok", suite);
}

#endif
