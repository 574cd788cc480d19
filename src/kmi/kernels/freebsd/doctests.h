/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* How a module of FreeBSD is asked for its doctests: kenv hw.crc_device.kmi_doctests=1; kldload ./crc_device.ko */
#ifndef KMI_FREEBSD_DOCTESTS_H
#define KMI_FREEBSD_DOCTESTS_H

#include "kmi_doctests.h"

static void kmi_freebsd_run_doctests(const char *suite, const struct kmi_doctest *cases, size_t count)
{
	char *only = kern_getenv("hw." KMI_NAME ".kmi_doctests");

	if (!only)
		return;
	if (*only)
		kmi_run_doctests(suite, cases, count, only);
	freeenv(only);
}

#define KMI_FREEBSD_DOCTESTS(suite, cases) kmi_freebsd_run_doctests(suite, cases, nitems(cases))

#endif
