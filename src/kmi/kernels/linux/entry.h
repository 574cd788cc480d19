/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The frame of a compiled module: parameters, which are static storage that Linux fills before init runs, and the
 * init and exit function.
 */
#ifndef KMI_LINUX_ENTRY_H
#define KMI_LINUX_ENTRY_H

#include "helpers.h"

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

/* No dict is older: what runs before, checks of parameters, keeps none. */
static inline void kmi_linux_draw_secret(void)
{
	get_random_bytes(kmi_secret, sizeof(kmi_secret));
	kmi_secret[1] |= 1;
}

#ifdef KMI_TEST
#define KMI_LINUX_TEST_PARAMETERS                                                           \
	module_param(kmi_fail_nth, long, 0600);                                             \
	MODULE_PARM_DESC(kmi_fail_nth, "the n-th allocation from now fails; 0: none");      \
	module_param(kmi_fail_calls, long, 0600);                                           \
	MODULE_PARM_DESC(kmi_fail_calls, "1: what copies and registers counts as well");    \
	module_param(kmi_failed, long, 0400);                                               \
	module_param(kmi_live_objects, long, 0400);                                         \
	module_param(kmi_live_memory, long, 0400);
#else
#define KMI_LINUX_TEST_PARAMETERS
#endif

/* What runs before the module's own init: a test build's doctests. */
#ifndef KMI_LINUX_BEFORE
#define KMI_LINUX_BEFORE do { } while (0)
#endif

#define KMI_LINUX_MODULE(init, leave)                  \
	static int __init kmi_init(void)               \
	{                                              \
		int status;                            \
                                                       \
		kmi_linux_draw_secret();               \
		KMI_LINUX_BEFORE;                      \
		status = init();                       \
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
