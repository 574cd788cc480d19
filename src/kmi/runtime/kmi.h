/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What every compiled module includes first: the run time of kernel Python.
 *
 * It is C of the gnu11 kind without a libc, all of it static, because a module is one C file. Each kernel gives a
 * "platform.h", found on the include path, which defines
 *
 *   u8 u16 u32 u64 bool size_t NULL likely unlikely noinline __cold __maybe_unused __always_inline __printf container_of,
 *   memcpy memmove memset memcmp, the errno numbers as positive macros,
 *   void *kmi_platform_alloc(size_t size, bool atomic)       uninitialised memory, or NULL; never warns
 *   void kmi_platform_free(const void *memory)               NULL is fine
 *   void kmi_platform_log(int level, const char *format, ...) one line, without the newline; level as in syslog
 *   u64 kmi_platform_seconds(void)                           a clock that never goes back
 *   bool kmi_platform_stack_low(void)                        a macro, or none: recursion had better end here
 *
 * The compiler defines KMI_SLEEPS where nothing of the module runs in atomic context: then kmi_platform_free may
 * sleep. Where it is not defined, any release may happen under a spin lock.
 *
 * The parts, in the order in which they build on each other:
 *
 *   kmi_integer.h   exact arithmetic with Python's meaning
 *   kmi_hash.h      hashes that nobody can foresee
 *   kmi_format.h    f-strings, without allocating
 *   kmi_error.h     exceptions as values, errnos, the log line of an uncaught one
 *   kmi_object.h    memory, reference counts, classes
 *   kmi_carried.h   the objects that exceptions carry
 *   kmi_error_text.h  what an exception says of itself
 */
#ifndef KMI_H
#define KMI_H

#include "platform.h"

typedef signed char i8;
typedef short i16;
typedef int i32;
typedef long long i64;
typedef unsigned long usize; /* C's size_t on every kernel: callbacks must have exactly that type */
typedef long isize;
typedef __int128 i128;
typedef unsigned __int128 u128;

#ifndef kmi_platform_stack_low
#define kmi_platform_stack_low() false
#endif

#include "kmi_integer.h"
#include "kmi_hash.h"
#include "kmi_format.h"
#include "kmi_error.h"
#include "kmi_object.h"
#include "kmi_carried.h"
#include "kmi_error_text.h"

#endif
