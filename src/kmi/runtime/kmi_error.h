/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Exceptions: values in memory that the caller provides. Raising one never allocates and never fails.
 *
 *   static int Echo_at(struct Echo *self, i64 index, i64 *ret, struct kmi_error *error)
 *   {
 *           if (unlikely(index >= self->count))
 *                   return kmi_raise_index(error, KMI_SITE("echo.py", 42, "Echo.at"), index, self->count);
 *
 * A function that can raise returns 1 with *error filled, or 0 with *error untouched. Every kmi_raise… returns 1.
 *
 * Sites. An error is reported at the author's line. Code of the run time and of a kernel's layer raises with no
 * site (KMI_NO_SITE); the author's function that called it says on its error edge kmi_at(error, KMI_SITE(…)),
 * which keeps a site that is there already. An error that goes on from there to the author's caller is noted on that
 * function's error edge, kmi_from(error, KMI_SITE(…)): these are the lines of a traceback.
 */
#ifndef KMI_ERROR_H
#define KMI_ERROR_H

struct kmi_object;

/* The class of an exception. One of the author's names a base; the rest it inherits. */
struct kmi_exception {
	const char *name;
	const struct kmi_exception *base; /* NULL of Exception only */
	int number;                       /* the errno at the boundary; 0: the base's */
	bool program;                     /* an error of the program: logged at the boundary */
};

/*
 * The tree of built-in exceptions: name, base, errno, whether it is the program's. The same data as
 * src/kmi/errors.py OUTBOUND; a test compares them. A base stands before what derives from it.
 */
#define KMI_EXCEPTIONS(X)                                              \
	X(ArithmeticError, Exception, ENOTRECOVERABLE, true)           \
	X(OverflowError, ArithmeticError, ENOTRECOVERABLE, true)       \
	X(ZeroDivisionError, ArithmeticError, ENOTRECOVERABLE, true)   \
	X(AssertionError, Exception, ENOTRECOVERABLE, true)            \
	X(AttributeError, Exception, ENOTRECOVERABLE, true)            \
	X(BufferError, Exception, ENOTRECOVERABLE, true)               \
	X(EOFError, Exception, ENOTRECOVERABLE, true)                  \
	X(LookupError, Exception, ENOTRECOVERABLE, true)               \
	X(IndexError, LookupError, ENOTRECOVERABLE, true)              \
	X(KeyError, LookupError, ENOTRECOVERABLE, true)                \
	X(MemoryError, Exception, ENOMEM, false)                       \
	X(RuntimeError, Exception, ENOTRECOVERABLE, true)              \
	X(NotImplementedError, RuntimeError, ENOSYS, false)            \
	X(RecursionError, RuntimeError, ENOTRECOVERABLE, true)         \
	X(StopIteration, Exception, ENOTRECOVERABLE, true)             \
	X(TypeError, Exception, ENOTRECOVERABLE, true)                 \
	X(ValueError, Exception, EINVAL, false)                        \
	X(UnicodeError, ValueError, EINVAL, false)                     \
	X(UnicodeDecodeError, UnicodeError, EINVAL, false)             \
	X(UnicodeEncodeError, UnicodeError, EINVAL, false)             \
	X(OSError, Exception, EIO, false)                              \
	X(BlockingIOError, OSError, EAGAIN, false)                     \
	X(ChildProcessError, OSError, ECHILD, false)                   \
	X(ConnectionError, OSError, EIO, false)                        \
	X(BrokenPipeError, ConnectionError, EPIPE, false)              \
	X(ConnectionAbortedError, ConnectionError, ECONNABORTED, false) \
	X(ConnectionRefusedError, ConnectionError, ECONNREFUSED, false) \
	X(ConnectionResetError, ConnectionError, ECONNRESET, false)    \
	X(FileExistsError, OSError, EEXIST, false)                     \
	X(FileNotFoundError, OSError, ENOENT, false)                   \
	X(InterruptedError, OSError, EINTR, false)                     \
	X(IsADirectoryError, OSError, EISDIR, false)                   \
	X(NotADirectoryError, OSError, ENOTDIR, false)                 \
	X(PermissionError, OSError, EACCES, false)                     \
	X(ProcessLookupError, OSError, ESRCH, false)                   \
	X(TimeoutError, OSError, ETIMEDOUT, false)

/* The class that CPython gives an OSError of an errno; every other one stays an OSError. */
#define KMI_OS_ERRORS(X)                        \
	X(EAGAIN, BlockingIOError)              \
	X(EALREADY, BlockingIOError)            \
	X(EINPROGRESS, BlockingIOError)         \
	X(ECHILD, ChildProcessError)            \
	X(EPIPE, BrokenPipeError)               \
	X(ESHUTDOWN, BrokenPipeError)           \
	X(ECONNABORTED, ConnectionAbortedError) \
	X(ECONNREFUSED, ConnectionRefusedError) \
	X(ECONNRESET, ConnectionResetError)     \
	X(EEXIST, FileExistsError)              \
	X(ENOENT, FileNotFoundError)            \
	X(EINTR, InterruptedError)              \
	X(EISDIR, IsADirectoryError)            \
	X(ENOTDIR, NotADirectoryError)          \
	X(EACCES, PermissionError)              \
	X(EPERM, PermissionError)               \
	X(ESRCH, ProcessLookupError)            \
	X(ETIMEDOUT, TimeoutError)

static const struct kmi_exception kmi_Exception __maybe_unused = { "Exception", NULL, ENOTRECOVERABLE, true };
#define KMI_DEFINE(name, base, number, program) \
	static const struct kmi_exception kmi_##name __maybe_unused = { #name, &kmi_##base, number, program };
KMI_EXCEPTIONS(KMI_DEFINE)
#undef KMI_DEFINE

/* Where in the author's file something was raised, and how often that was logged lately. */
struct kmi_site {
	const char *file; /* "echo.py" */
	const char *function; /* "Echo.read" */
	int line;
	u32 window; /* the seconds/KMI_LOG_SECONDS in which the lines are counted */
	u32 lines;
};

#define KMI_NO_SITE ((struct kmi_site *)NULL)
#define KMI_SITE(file_, line_, function_)                                                            \
	({                                                                                           \
		static struct kmi_site kmi_site_ = { .file = file_, .function = function_, .line = line_ }; \
		&kmi_site_;                                                                          \
	})

#define KMI_LOG_SECONDS 5
#define KMI_LOG_LINES 10

/*
 * What user space knows as an errno. Above are a kernel's own numbers, and a call that returned one of another sign
 * would have succeeded, so an OSError of any other number is one without. The same as src/kmi/errors.py.
 */
#define KMI_ERRNO_LAST 511

/* How many calls are kept and logged, beside the line where it was raised. */
#define KMI_FRAMES 7

/* What an exception was made of, for its repr: nothing; a str, which is the message; else the message is a repr. */
enum kmi_arguments {
	KMI_NO_ARGUMENT,
	KMI_TEXT_ARGUMENT,
	KMI_OTHER_ARGUMENT,
	KMI_SEVERAL_ARGUMENTS,
	KMI_CARRIED_ARGUMENTS, /* the object says it */
	KMI_OWN_TEXT,          /* the same, and the message is what the author's __str__ says */
};

/* An exception that was raised. `restart`: a wait ended by a signal, so the call may be begun again. */
struct kmi_error {
	const struct kmi_exception *kind; /* NULL: nothing was raised */
	struct kmi_site *site;
	const char *literal; /* the message, or NULL where it stands in `text` */
	int number;          /* the errno of an OSError; 0: none was given */
	bool restart;
	u8 arguments; /* enum kmi_arguments */
	struct kmi_object *object; /* counted: what an exception of an author's class with fields carries; or NULL */
	u16 calls; /* how many of the author's functions it left, each into another one */
	i32 from[KMI_FRAMES]; /* where the first of them were called: sites, as distances from kmi_sites */
	char text[80]; /* UTF-8 and a NUL, cut at a code point */
};

static __always_inline bool kmi_exception_is(const struct kmi_exception *kind, const struct kmi_exception *base)
{
	for (; kind; kind = kind->base)
		if (kind == base)
			return true;
	return false;
}

/*
 * Of a variable that is read only after something was raised, which fills it: kernels that zero whatever is on the
 * stack would otherwise do so, with all of the text, at each call.
 */
#ifdef __has_attribute
#if __has_attribute(__uninitialized__)
#define KMI_UNSET __attribute__((__uninitialized__))
#endif
#endif
#ifndef KMI_UNSET
#define KMI_UNSET
#endif

/* Whether `except base` catches it. */
static __always_inline bool kmi_error_is(const struct kmi_error *error, const struct kmi_exception *base)
{
	return kmi_exception_is(error->kind, base);
}

/* The message, "" where there is none. */
static __always_inline const char *kmi_error_message(const struct kmi_error *error)
{
	return error->literal ? error->literal : error->text;
}

/* Says where an error that came out of the run time or a layer was raised, for the author. */
static __always_inline void kmi_at(struct kmi_error *error, struct kmi_site *site)
{
	if (!error->site)
		error->site = site;
}

/* Sites lie in the same module, which is no larger than 2 GiB on any kernel. */
static struct kmi_site kmi_sites __maybe_unused = { .file = "?", .function = "?" };

static __always_inline const struct kmi_site *kmi_error_from(const struct kmi_error *error, unsigned int call)
{
	return (const struct kmi_site *)((unsigned long)&kmi_sites + error->from[call]);
}

/* An error on its way through a call that the author wrote: where it was raised for the author, or called from. */
static __maybe_unused noinline __cold void kmi_from(struct kmi_error *error, struct kmi_site *site)
{
	if (!error->site)
		error->site = site;
	else if (error->calls < KMI_FRAMES)
		error->from[error->calls++] = (i32)((unsigned long)site - (unsigned long)&kmi_sites);
	else if (error->calls < 0xffff)
		error->calls++;
}

/* Raises with a literal message, or NULL for none. */
static __maybe_unused noinline __cold int kmi_raise(struct kmi_error *error, struct kmi_site *site,
						    const struct kmi_exception *kind, const char *message)
{
	error->kind = kind;
	error->site = site;
	error->literal = message;
	error->number = 0;
	error->restart = false;
	error->object = NULL;
	error->arguments = message ? KMI_TEXT_ARGUMENT : KMI_NO_ARGUMENT;
	error->calls = 0;
	error->text[0] = '\0';
	return 1;
}

/* Raises with a message of pieces, cut to the room there is. */
static __maybe_unused noinline __cold int kmi_raise_format(struct kmi_error *error, struct kmi_site *site,
							   const struct kmi_exception *kind,
							   const struct kmi_piece *pieces, size_t count)
{
	struct kmi_writer writer;

	kmi_raise(error, site, kind, NULL);
	writer = kmi_format(error->text, sizeof(error->text) - 1, pieces, count);
	error->text[writer.size] = '\0';
	error->arguments = KMI_TEXT_ARGUMENT;
	return 1;
}

/*
 * The same with a message of a pattern, which takes the least room at the call: in it stands \1 for an i64, \2 for a
 * u64, and \3 for text, which are two arguments: where it is, and its size in bytes, a size_t.
 */
static __maybe_unused noinline __cold void kmi_error_say(struct kmi_error *error, const char *pattern, va_list values)
{
	struct kmi_writer writer = { .at = error->text, .room = sizeof(error->text) - 1 };
	const char *text;

	error->literal = NULL;
	error->arguments = KMI_TEXT_ARGUMENT;
	while (*pattern) {
		const char *end = pattern;

		while ((u8)*end > 3)
			end++;
		if (end > pattern)
			kmi_write_utf8(&writer, pattern, end - pattern);
		if (!*end)
			break;
		switch (*end) {
		case 1:
			kmi_write_decimal(&writer, va_arg(values, i64));
			break;
		case 2:
			kmi_write_decimal(&writer, va_arg(values, u64));
			break;
		default:
			text = va_arg(values, const char *);
			kmi_write_utf8(&writer, text, va_arg(values, size_t));
		}
		pattern = end + 1;
	}
	error->text[writer.size < writer.room ? writer.size : writer.room] = '\0';
}

static __maybe_unused noinline __cold int kmi_raise_text(struct kmi_error *error, struct kmi_site *site,
							 const struct kmi_exception *kind, const char *pattern, ...)
{
	va_list values;

	kmi_raise(error, site, kind, NULL);
	va_start(values, pattern);
	kmi_error_say(error, pattern, values);
	va_end(values);
	return 1;
}

/* The class of an OSError with this errno. A table is smaller than what a switch becomes. */
static __maybe_unused noinline __cold const struct kmi_exception *kmi_os_kind(i64 number)
{
	static const struct {
		const struct kmi_exception *kind;
		int number;
	} kinds[] = {
#define KMI_ENTRY(errno_, name) { &kmi_##name, errno_ },
		KMI_OS_ERRORS(KMI_ENTRY)
#undef KMI_ENTRY
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].number == number)
			return kinds[i].kind;
	return &kmi_OSError;
}

/* The number as an error keeps it: one that does not fit is no errno, whatever its low bits say. */
static __always_inline int kmi_os_number(i64 number)
{
	return (int)number == number ? (int)number : -1;
}

/* OSError(number, "message"): CPython's subclass for it where `kind` is OSError itself. */
static __maybe_unused noinline __cold int kmi_raise_os(struct kmi_error *error, struct kmi_site *site,
						       const struct kmi_exception *kind, i64 number,
						       const char *message)
{
	kmi_raise(error, site, kind == &kmi_OSError ? kmi_os_kind(number) : kind, message);
	error->number = kmi_os_number(number);
#ifdef KMI_PLATFORM_RESTART
	/* What a kernel's layer raises for a wait that a signal ended: the author's code sees EINTR. */
	if (number == KMI_PLATFORM_RESTART && kind == &kmi_InterruptedError) {
		error->number = EINTR;
		error->restart = true;
	}
#endif
	return 1;
}

static __maybe_unused noinline __cold int kmi_raise_os_text(struct kmi_error *error, struct kmi_site *site,
							    const struct kmi_exception *kind, i64 number,
							    const char *pattern, ...)
{
	va_list values;

	kmi_raise(error, site, kind == &kmi_OSError ? kmi_os_kind(number) : kind, NULL);
	error->number = kmi_os_number(number);
	va_start(values, pattern);
	kmi_error_say(error, pattern, values);
	va_end(values);
	return 1;
}

/* The same with a message of pieces. */
static __maybe_unused noinline __cold int kmi_raise_os_format(struct kmi_error *error, struct kmi_site *site,
							      const struct kmi_exception *kind, i64 number,
							      const struct kmi_piece *pieces, size_t count)
{
	kmi_raise_format(error, site, kind == &kmi_OSError ? kmi_os_kind(number) : kind, pieces, count);
	error->number = kmi_os_number(number);
	return 1;
}

/* What a kernel function returned, as a positive errno: ENOMEM is MemoryError, all else an OSError. */
static __maybe_unused noinline __cold int kmi_raise_errno(struct kmi_error *error, struct kmi_site *site, int number)
{
	if (number == ENOMEM)
		return kmi_raise(error, site, &kmi_MemoryError, NULL);
	return kmi_raise_os(error, site, &kmi_OSError, number, NULL);
}

/* A wait that a signal ended. */
static __maybe_unused noinline __cold int kmi_raise_restart(struct kmi_error *error, struct kmi_site *site)
{
	kmi_raise_os(error, site, &kmi_InterruptedError, EINTR, NULL);
	error->restart = true;
	return 1;
}

static __maybe_unused noinline __cold int kmi_raise_memory(struct kmi_error *error, struct kmi_site *site)
{
	return kmi_raise(error, site, &kmi_MemoryError, NULL);
}

/* "300 does not fit u8" */
static __maybe_unused noinline __cold int kmi_raise_overflow(struct kmi_error *error, struct kmi_site *site,
							     i128 value, const char *place)
{
	const struct kmi_piece pieces[] = {
		kmi_piece_int(value, NULL),
		kmi_piece_text(" does not fit ", 14, NULL),
		kmi_piece_text(place, __builtin_strlen(place), NULL),
	};

	return kmi_raise_format(error, site, &kmi_OverflowError, pieces, 3);
}

/* What two numbers come to, where that is no i64: these are most overflows, and smaller where they are called. */
static __maybe_unused noinline __cold int kmi_raise_sum(struct kmi_error *error, struct kmi_site *site, i64 left, i64 right)
{
	return kmi_raise_overflow(error, site, (i128)left + right, "int");
}

static __maybe_unused noinline __cold int kmi_raise_difference(struct kmi_error *error, struct kmi_site *site, i64 left,
							       i64 right)
{
	return kmi_raise_overflow(error, site, (i128)left - right, "int");
}

static __maybe_unused noinline __cold int kmi_raise_product(struct kmi_error *error, struct kmi_site *site, i64 left,
							    i64 right)
{
	return kmi_raise_overflow(error, site, (i128)left * right, "int");
}

/* An expression whose exact value is past 128 bits. */
static __maybe_unused noinline __cold int kmi_raise_exact(struct kmi_error *error, struct kmi_site *site)
{
	return kmi_raise(error, site, &kmi_OverflowError, "value does not fit 128 bits");
}

static __maybe_unused noinline __cold int kmi_raise_floordiv(struct kmi_error *error, struct kmi_site *site)
{
	return kmi_raise(error, site, &kmi_ZeroDivisionError, "integer division or modulo by zero");
}

static __maybe_unused noinline __cold int kmi_raise_mod(struct kmi_error *error, struct kmi_site *site)
{
	return kmi_raise(error, site, &kmi_ZeroDivisionError, "integer modulo by zero");
}

static __maybe_unused noinline __cold int kmi_raise_shift(struct kmi_error *error, struct kmi_site *site)
{
	return kmi_raise(error, site, &kmi_ValueError, "negative shift count");
}

/* "index 7 out of range of 4" */
static __maybe_unused noinline __cold int kmi_raise_index(struct kmi_error *error, struct kmi_site *site, i64 index,
							  u64 size)
{
	const struct kmi_piece pieces[] = {
		kmi_piece_text("index ", 6, NULL),
		kmi_piece_int(index, NULL),
		kmi_piece_text(" out of range of ", 17, NULL),
		kmi_piece_int(size, NULL),
	};

	return kmi_raise_format(error, site, &kmi_IndexError, pieces, 4);
}

/* `None` where an object was needed. */
static __maybe_unused noinline __cold int kmi_raise_none(struct kmi_error *error, struct kmi_site *site)
{
	return kmi_raise(error, site, &kmi_AttributeError, "None used");
}

static __maybe_unused noinline __cold int kmi_raise_recursion(struct kmi_error *error, struct kmi_site *site)
{
	return kmi_raise(error, site, &kmi_RecursionError, "maximum recursion depth exceeded");
}

/* The positive errno that an uncaught error becomes; `ioctl`: leaving an ioctl. */
static __maybe_unused int kmi_error_errno(const struct kmi_error *error, bool ioctl)
{
	const struct kmi_exception *kind = error->kind;

	if (error->number > 0 && error->number <= KMI_ERRNO_LAST)
		return error->number;
	if (ioctl && kmi_exception_is(kind, &kmi_NotImplementedError))
		return ENOTTY;
	while (kind && !kind->number)
		kind = kind->base;
	return kind ? kind->number : ENOTRECOVERABLE;
}

/* Whether an error is the program's: what nobody could have caught on purpose. */
static __maybe_unused bool kmi_error_is_program(const struct kmi_error *error)
{
	const struct kmi_exception *kind = error->kind;

	while (kind && !kind->number)
		kind = kind->base;
	return !kind || kind->program;
}

/* Whether the site may log once more now. Two processors at once may let one line more through. */
static __maybe_unused bool kmi_site_may_log(struct kmi_site *site)
{
	u32 window = (u32)(kmi_platform_seconds() / KMI_LOG_SECONDS) + 1;

	if (__atomic_load_n(&site->window, __ATOMIC_RELAXED) != window) {
		__atomic_store_n(&site->window, window, __ATOMIC_RELAXED);
		__atomic_store_n(&site->lines, 0, __ATOMIC_RELAXED);
	}
	return __atomic_fetch_add(&site->lines, 1, __ATOMIC_RELAXED) < KMI_LOG_LINES;
}

/*
 * What the log says of an uncaught error, and the calls that led there, the nearest first:
 *
 *   kmi: echo.py:42 in Echo.at: IndexError: index 7 out of range of 4
 *   kmi:   called from echo.py:60 in Echo.read
 */
static __maybe_unused noinline __cold void kmi_error_log(const struct kmi_error *error)
{
	struct kmi_site *site = error->site ? error->site : &kmi_sites;
	const char *message = kmi_error_message(error);
	unsigned int call;

#ifdef KMI_PLATFORM_UNCAUGHT /* a module's own handler: whether it has taken the error */
	if (KMI_PLATFORM_UNCAUGHT(site->line, kmi_error_errno(error, false)))
		return;
#endif
	if (!kmi_site_may_log(site))
		return;
	kmi_platform_log(3, "kmi: %s:%d in %s: %s%s%s", site->file, site->line, site->function, error->kind->name,
			 *message ? ": " : "", message);
	for (call = 0; call < error->calls && call < KMI_FRAMES; call++) {
		const struct kmi_site *from = kmi_error_from(error, call);

		kmi_platform_log(3, "kmi:   called from %s:%d in %s", from->file, from->line, from->function);
	}
	if (error->calls > KMI_FRAMES)
		kmi_platform_log(3, "kmi:   and %d more", error->calls - KMI_FRAMES);
}

/* The end of the road: logs an error of the program, and gives the positive errno for the caller. */
static __maybe_unused noinline __cold int kmi_boundary(const struct kmi_error *error, bool ioctl)
{
	if (kmi_error_is_program(error))
		kmi_error_log(error);
	return kmi_error_errno(error, ioctl);
}

#endif
