/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a program on the host prints: its log, then how each `main` ended. `build.py` reads it. */
#ifndef KMI_HOST_H
#define KMI_HOST_H

#define kmi_host_emerg(...) kmi_platform_log(0, __VA_ARGS__)
#define kmi_host_alert(...) kmi_platform_log(1, __VA_ARGS__)
#define kmi_host_crit(...) kmi_platform_log(2, __VA_ARGS__)
#define kmi_host_err(...) kmi_platform_log(3, __VA_ARGS__)
#define kmi_host_warn(...) kmi_platform_log(4, __VA_ARGS__)
#define kmi_host_notice(...) kmi_platform_log(5, __VA_ARGS__)
#define kmi_host_info(...) kmi_platform_log(6, __VA_ARGS__)
#define kmi_host_debug(...) kmi_platform_log(7, __VA_ARGS__)

#define kmi_atomic_load(pointer) __atomic_load_n(pointer, __ATOMIC_SEQ_CST)
#define kmi_atomic_store(pointer, value) __atomic_store_n(pointer, (__typeof__(*(pointer)))(value), __ATOMIC_SEQ_CST)
#define kmi_atomic_exchange(pointer, value) \
	__atomic_exchange_n(pointer, (__typeof__(*(pointer)))(value), __ATOMIC_SEQ_CST)
#define kmi_atomic_swap(pointer, expected, value)                                                       \
	({                                                                                              \
		__typeof__(*(pointer)) kmi_expected = (__typeof__(*(pointer)))(expected);               \
                                                                                                        \
		__atomic_compare_exchange_n(pointer, &kmi_expected, (__typeof__(*(pointer)))(value), 0, \
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                        \
	})

struct kmi_host_main {
	const char *name;
	int (*call)(struct kmi_error *error);
};

/* Runs one main and says how it ended; true if every allocation that was to fail did. */
static bool kmi_host_run(const struct kmi_host_main *main, long fail)
{
	long objects = kmi_live_objects, memory = kmi_live_memory;
	struct kmi_error error = { 0 };
	unsigned int call;
	bool failed;

	kmi_fail_nth = fail;
	if (fail)
		printf("begin %s %ld\n", main->name, fail);
	else
		printf("begin %s\n", main->name);
	if (main->call(&error)) {
		const struct kmi_site *site = error.site;

		printf("raised %s %d %d %s %s\n", error.kind->name, error.number, site ? site->line : 0,
		       site ? site->function : "?", kmi_error_message(&error));
		for (call = 0; call < error.calls && call < KMI_FRAMES; call++) {
			const struct kmi_site *from = kmi_error_from(&error, call);

			printf("from %d in %s\n", from->line, from->function);
		}
		kmi_error_release(&error);
	}
	failed = kmi_fail_nth <= 0;
	kmi_fail_nth = 0;
	printf("end %ld %ld\n", kmi_live_objects - objects, kmi_live_memory - memory);
	fflush(stdout);
	return failed;
}

/*
 * program [faults]: each main once; with the number of faults, then again with the first, the second … allocation
 * failing, until none fails or so many have.
 */
static int kmi_host_main(int count, char **arguments, const struct kmi_host_main *mains, size_t number)
{
	long most = count > 1 ? atol(arguments[1]) : 0;
	size_t i;

	for (i = 0; i < number; i++) {
		long nth;

		kmi_host_run(&mains[i], 0);
		for (nth = 1; nth <= most; nth++)
			if (!kmi_host_run(&mains[i], nth))
				break;
	}
	return 0;
}

#endif
