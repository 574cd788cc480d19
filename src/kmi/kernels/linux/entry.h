/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The frame of a compiled module: parameters, which are static storage that Linux fills before init runs, and the
 * init and exit function.
 */
#ifndef KMI_LINUX_ENTRY_H
#define KMI_LINUX_ENTRY_H

#include "helpers.h"

/* An integer from `low` to `high`; anything else refuses the load, or the write, with EINVAL and a line. */
#define KMI_LINUX_INTEGER(name, value, low, high)                                                               \
	static long long kmi_parameter_##name = value;                                                          \
	static int kmi_parameter_set_##name(const char *text, const struct kernel_param *parameter)             \
	{                                                                                                       \
		return kmi_linux_set_integer(#name, text, low, high, &kmi_parameter_##name);                    \
	}                                                                                                       \
	static int kmi_parameter_get_##name(char *text, const struct kernel_param *parameter)                   \
	{                                                                                                       \
		return sysfs_emit(text, "%lld\n", READ_ONCE(kmi_parameter_##name));                             \
	}                                                                                                       \
	static const struct kernel_param_ops kmi_parameter_ops_##name = {                                       \
		.set = kmi_parameter_set_##name,                                                                \
		.get = kmi_parameter_get_##name,                                                                \
	}

static inline int kmi_linux_set_integer(const char *name, const char *text, long long low, long long high,
					long long *place)
{
	long long value;

	if (kstrtoll(text, 0, &value) || value < low || value > high) {
		pr_err("%s: %s is not an integer from %lld to %lld\n", KBUILD_MODNAME, name, low, high);
		return -EINVAL;
	}
	WRITE_ONCE(*place, value);
	return 0;
}

/* What is still there when the module is gone; only test builds count. */
static inline void kmi_linux_ended(void)
{
	kmi_platform_end();
#ifdef KMI_TEST
	if (kmi_live_objects || kmi_live_memory)
		pr_err("kmi: %s: leaked %ld objects, %ld pieces of memory\n", KBUILD_MODNAME, kmi_live_objects,
		       kmi_live_memory);
#endif
}

#ifdef KMI_TEST
#define KMI_LINUX_TEST_PARAMETERS                                                           \
	module_param(kmi_fail_nth, long, 0600);                                             \
	MODULE_PARM_DESC(kmi_fail_nth, "the n-th allocation from now fails; 0: none");      \
	module_param(kmi_live_objects, long, 0400);                                         \
	module_param(kmi_live_memory, long, 0400);
#else
#define KMI_LINUX_TEST_PARAMETERS
#endif

#define KMI_LINUX_MODULE(init, leave)                  \
	static int __init kmi_init(void)               \
	{                                              \
		int status = init();                   \
                                                       \
		if (status)                            \
			kmi_linux_ended();             \
		return status;                         \
	}                                              \
	static void __exit kmi_exit(void)              \
	{                                              \
		leave();                               \
		kmi_linux_ended();                     \
	}                                              \
	module_init(kmi_init);                         \
	module_exit(kmi_exit);                         \
	KMI_LINUX_TEST_PARAMETERS

#endif
