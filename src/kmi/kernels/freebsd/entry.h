/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The frame of a compiled module: its handler of module events, and what the linker is told of it.
 *
 * FreeBSD calls MOD_UNLOAD also after a MOD_LOAD that failed (kern_module.c, module_register_init), so the handler
 * knows whether it has anything to end. MOD_QUIESCE may be overruled (`kldunload -f`), so MOD_UNLOAD asks again.
 */
#ifndef KMI_FREEBSD_ENTRY_H
#define KMI_FREEBSD_ENTRY_H

#include "helpers.h"
#include "events.h"

static bool kmi_freebsd_loaded;

#ifdef KMI_TEST
/* What a test reads and writes, in this order: kept, and never taken for constant, since its address is here. */
static long *const kmi_freebsd_test[] __used = {
	&kmi_fail_nth, &kmi_fail_calls, &kmi_failed, &kmi_live_objects, &kmi_live_memory,
};
#endif

/* What is still there when the module is gone; only test builds count. */
static inline void kmi_freebsd_ended(void)
{
	kmi_freebsd_types_end();
#ifdef KMI_TEST
	if (kmi_live_objects || kmi_live_memory)
		log(LOG_ERR, "kmi: %s: leaked %ld objects, %ld pieces of memory\n", KMI_NAME, kmi_live_objects,
		    kmi_live_memory);
#endif
}

/* No dict is older: what runs before, checks of parameters, keeps none. */
static inline void kmi_freebsd_draw_secret(void)
{
	arc4random_buf(kmi_secret, sizeof(kmi_secret));
	kmi_secret[1] |= 1;
}

/* What runs before the module's own init: a test build's doctests. */
#ifndef KMI_FREEBSD_BEFORE
#define KMI_FREEBSD_BEFORE do { } while (0)
#endif

/* What the module does at an event; begin and end are the parameters', NULL where it has none. */
static __always_inline int kmi_freebsd_load(int (*begin)(void), int (*init)(void), void (*end)(void))
{
	int status;

	kmi_freebsd_draw_secret();
	status = begin ? begin() : 0;
	if (!status) {
		status = init();
		if (status && end)
			end();
	}
	if (status)
		kmi_freebsd_ended();
	kmi_freebsd_loaded = !status;
	return status;
}

static __always_inline int kmi_freebsd_unload(void (*leave)(void), void (*end)(void))
{
	if (!kmi_freebsd_loaded)
		return 0;
	if (!kmi_freebsd_shut())
		return EBUSY;
	leave();
	if (end)
		end();
	kmi_freebsd_loaded = false;
	kmi_freebsd_ended();
	return 0;
}

static __always_inline int kmi_freebsd_event(int what, int (*begin)(void), int (*init)(void), void (*leave)(void),
					     void (*end)(void))
{
	switch (what) {
	case MOD_LOAD:
		return kmi_freebsd_load(begin, init, end);
	case MOD_QUIESCE:
		if (!kmi_freebsd_loaded)
			return 0;
		return kmi_freebsd_busy() ? EBUSY : KMI_FREEBSD_QUIESCE();
	case MOD_UNLOAD:
		return kmi_freebsd_unload(leave, end);
	case MOD_SHUTDOWN:
		if (kmi_freebsd_loaded)
			KMI_FREEBSD_SHUTDOWN();
		return 0; /* the machine stops: nothing is left to be put in order */
	default:
		return EOPNOTSUPP;
	}
}

#ifndef KMI_FREEBSD_MAXVER
#define KMI_FREEBSD_MAXVER MODULE_KERNEL_MAXVER /* of a release that is finished: the end of its branch */
#endif

/* The parameters' part of a module that has some. */
#define KMI_FREEBSD_PARAMETERS(...)                                                              \
	static struct kmi_freebsd_parameter *const kmi_freebsd_parameters[] = { __VA_ARGS__ };   \
	static int kmi_freebsd_begin(void)                                                       \
	{                                                                                        \
		return kmi_freebsd_parameters_begin(kmi_freebsd_parameters,                      \
						    nitems(kmi_freebsd_parameters));             \
	}                                                                                        \
	static void kmi_freebsd_end(void)                                                        \
	{                                                                                        \
		kmi_freebsd_parameters_end(kmi_freebsd_parameters, nitems(kmi_freebsd_parameters)); \
	}

/*
 * DECLARE_MODULE and MODULE_VERSION, written out: they take the name as a word of C, which may be a macro's, and
 * cannot be that of every file.
 */
#define KMI_FREEBSD_MODULE(begin, init, leave, end, number)                                            \
	static int kmi_freebsd_init(void)                                                              \
	{                                                                                              \
		KMI_FREEBSD_BEFORE;                                                                    \
		return init();                                                                         \
	}                                                                                              \
	static int kmi_freebsd_handler(module_t module, int what, void *argument)                      \
	{                                                                                              \
		return kmi_freebsd_event(what, begin, kmi_freebsd_init, leave, end);                   \
	}                                                                                              \
	static moduledata_t kmi_freebsd_data = { KMI_NAME, kmi_freebsd_handler, NULL };                \
	MODULE_DEPEND(kmi, kernel, __FreeBSD_version, __FreeBSD_version, KMI_FREEBSD_MAXVER);          \
	MODULE_METADATA(_md_kmi, MDT_MODULE, &kmi_freebsd_data, KMI_NAME);                             \
	SYSINIT(kmimodule, SI_SUB_DRIVERS, SI_ORDER_MIDDLE, module_register_init, &kmi_freebsd_data);  \
	static struct mod_version kmi_freebsd_version = { number };                                    \
	MODULE_METADATA(_kmi_version, MDT_VERSION, &kmi_freebsd_version, KMI_NAME)

#endif
