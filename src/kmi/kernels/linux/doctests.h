/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* How a module of Linux is asked for its doctests: insmod crc_device.ko kmi_doctests=1 */
#ifndef KMI_LINUX_DOCTESTS_H
#define KMI_LINUX_DOCTESTS_H

#include "kmi_doctests.h"

static char *kmi_doctests = "";

#define KMI_LINUX_DOCTESTS(suite, cases)                                                           \
	if (*kmi_doctests)                                                                         \
	kmi_run_doctests(suite, cases, ARRAY_SIZE(cases), kmi_doctests)

#endif
