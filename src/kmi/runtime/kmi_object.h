/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Objects: memory, reference counts, classes.
 *
 *   struct Echo { struct kmi_object object; i64 capacity; … };     the header, then the fields, bases first
 *
 *   struct Echo *echo = kmi_new(&Echo_class, sizeof(*echo), false);          zeroed, one count, or NULL
 *   kmi_retain_shared(&echo->object);   kmi_release_shared(&echo->object);
 *   Echo_destroy(object): __del__, releases of the fields, kmi_object_free(object)
 *
 * A count below zero is that of an immortal object (a literal) or of one whose count ran over: it is never written
 * again, so that literals may be const, and never freed. Confined objects count plainly, shared ones atomically.
 *
 * Layouts that literals are laid out by: `struct bytes` is { object; i64 length; } and `struct str` is
 * { object; i64 size; i64 length; } (bytes of UTF-8, code points); both have their bytes and a NUL behind them.
 */
#ifndef KMI_OBJECT_H
#define KMI_OBJECT_H

struct kmi_object;

/* What all objects of a class have in common. A class with virtual methods has a larger struct that begins so. */
struct kmi_class {
	const char *name;
	const struct kmi_class *base; /* or NULL */
	void (*destroy)(struct kmi_object *object); /* called when the last count is gone */
	size_t size; /* of an object, without what lies behind it */
};

struct kmi_object {
	const struct kmi_class *class;
	int count;
	int weak; /* weak references; one less when the object is dead: who takes it below zero frees the memory */
};

#define KMI_IMMORTAL (-0x40000000)
#define KMI_OBJECT_IMMORTAL(class_) { .class = (class_), .count = KMI_IMMORTAL }

/* What can be made to fail. */
#define KMI_FAILS_ALLOCATION 1
#define KMI_FAILS_COPY_IN 2
#define KMI_FAILS_COPY_OUT 3
#define KMI_FAILS_REGISTERING 4

#ifdef KMI_TEST
/*
 * Test builds: the n-th allocation from now fails (0: none), or with kmi_fail_calls the n-th call of any kind; of
 * which kind the last one was that failed; and how many objects and pieces of memory are alive.
 */
static long kmi_fail_nth __maybe_unused;
static long kmi_fail_calls __maybe_unused;
static long kmi_failed __maybe_unused;
static long kmi_live_objects __maybe_unused;
static long kmi_live_memory __maybe_unused;

static __maybe_unused bool kmi_test_fails_as(long kind)
{
	if (__atomic_load_n(&kmi_fail_nth, __ATOMIC_RELAXED) <= 0 ||
	    __atomic_sub_fetch(&kmi_fail_nth, 1, __ATOMIC_RELAXED) != 0)
		return false;
	__atomic_store_n(&kmi_failed, kind, __ATOMIC_RELAXED);
	return true;
}

#define kmi_test_fails() kmi_test_fails_as(KMI_FAILS_ALLOCATION)
#define kmi_test_call_fails(kind) (__atomic_load_n(&kmi_fail_calls, __ATOMIC_RELAXED) && kmi_test_fails_as(kind))

#define KMI_TEST_COUNT(counter, by) ((void)__atomic_add_fetch(&(counter), by, __ATOMIC_RELAXED))
#else
#define kmi_test_fails() false
#define kmi_test_call_fails(kind) false
#define KMI_TEST_COUNT(counter, by) ((void)0)
#endif

/* More than this is never asked of a kernel's allocator. */
#define KMI_ALLOCATION_MAX ((size_t)1 << 40)

/* Uninitialised memory, or NULL. `atomic`: without sleeping. */
static __maybe_unused void *kmi_allocate(size_t size, bool atomic)
{
	void *memory;

	if (unlikely(size > KMI_ALLOCATION_MAX) || kmi_test_fails())
		return NULL;
	memory = kmi_platform_alloc(size ? size : 1, atomic);
	if (memory)
		KMI_TEST_COUNT(kmi_live_memory, 1);
	return memory;
}

static __maybe_unused void kmi_free(void *memory)
{
	if (memory)
		KMI_TEST_COUNT(kmi_live_memory, -1);
	kmi_platform_free(memory);
}

/* Memory of the new size with what fits of the old content; NULL leaves the old memory as it is. */
static __maybe_unused void *kmi_reallocate(void *memory, size_t old, size_t size, bool atomic)
{
	void *moved = kmi_allocate(size, atomic);

	if (!moved)
		return NULL;
	if (memory)
		memcpy(moved, memory, old < size ? old : size);
	kmi_free(memory);
	return moved;
}

/*
 * A zeroed object of `size` bytes, header included, with one count; or NULL. The `tail` bytes behind it are not
 * initialised.
 */
static __maybe_unused void *kmi_new_tail(const struct kmi_class *class, size_t size, size_t tail, bool atomic)
{
	struct kmi_object *object = kmi_allocate(size + tail, atomic);

	if (unlikely(!object))
		return NULL;
	memset(object, 0, size);
	object->class = class;
	object->count = 1;
	KMI_TEST_COUNT(kmi_live_objects, 1);
	return object;
}

static __always_inline void *kmi_new(const struct kmi_class *class, size_t size, bool atomic)
{
	return kmi_new_tail(class, size, 0, atomic);
}

/* Adds to a number that threads change without a lock. */
static __maybe_unused void kmi_add(i64 *number, i64 by)
{
	__atomic_add_fetch(number, by, __ATOMIC_RELAXED);
}

/* Gives back a weak reference, or what a dead object holds of its memory. */
static __maybe_unused void kmi_weak_drop(void *memory)
{
	struct kmi_object *object = memory;

	if (unlikely(__atomic_load_n(&object->weak, __ATOMIC_ACQUIRE) < 0))
		return; /* there were too many to count: the memory stays */
	if (__atomic_fetch_sub(&object->weak, 1, __ATOMIC_ACQ_REL) == 0)
		kmi_free(object);
}

/* The memory of an object whose fields are released already. No weak reference is made any more. */
static __maybe_unused void kmi_object_free(struct kmi_object *object)
{
	KMI_TEST_COUNT(kmi_live_objects, -1);
	if (likely(__atomic_load_n(&object->weak, __ATOMIC_ACQUIRE) == 0))
		kmi_free(object);
	else
		kmi_weak_drop(object);
}

/* The count of an object while its __del__ runs. */
#define KMI_DYING 0x20000000

/* Whether __del__ has put its object somewhere: then it stays for good, a leak and never a use after free. */
static __always_inline bool kmi_kept(struct kmi_object *object)
{
	if (likely(object->count == KMI_DYING))
		return false;
	object->count = KMI_IMMORTAL;
	return true;
}

static __always_inline void kmi_retain(struct kmi_object *object)
{
	if (likely(object->count >= 0) && unlikely(++object->count == 0x7fffffff))
		object->count = KMI_IMMORTAL;
}

static __always_inline void kmi_release(struct kmi_object *object)
{
	if (likely(object->count >= 0) && --object->count == 0)
		object->class->destroy(object);
}

/* Of objects that two threads may reach. A count that ran over stays: a leak, never a use after free. */
static __always_inline void kmi_retain_shared(struct kmi_object *object)
{
	if (unlikely(__atomic_load_n(&object->count, __ATOMIC_RELAXED) < 0))
		return;
	if (unlikely(__atomic_fetch_add(&object->count, 1, __ATOMIC_RELAXED) >= 0x3fffffff))
		__atomic_store_n(&object->count, KMI_IMMORTAL, __ATOMIC_RELAXED);
}

static __always_inline void kmi_release_shared(struct kmi_object *object)
{
	if (unlikely(__atomic_load_n(&object->count, __ATOMIC_RELAXED) < 0))
		return;
	if (__atomic_sub_fetch(&object->count, 1, __ATOMIC_RELEASE) == 0) {
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		object->class->destroy(object);
	}
}

/*
 * Whether an object lives, of which there is a weak reference; it has one count more then. No count begins again at
 * zero, and none is added to one that is as large as those of dying objects are.
 */
static __maybe_unused bool kmi_weak_lives(void *memory)
{
	struct kmi_object *object = memory;
	int count = __atomic_load_n(&object->count, __ATOMIC_RELAXED);

	do {
		if (count < 0)
			return true; /* immortal */
		if (count == 0 || count >= KMI_DYING / 2)
			return false;
	} while (!__atomic_compare_exchange_n(&object->count, &count, count + 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return true;
}

/* Turns a counted reference into a weak one. */
static __maybe_unused void *kmi_weak_take(void *memory)
{
	struct kmi_object *object = memory;

	if (likely(__atomic_load_n(&object->weak, __ATOMIC_RELAXED) >= 0) &&
	    unlikely(__atomic_fetch_add(&object->weak, 1, __ATOMIC_RELAXED) >= 0x3fffffff))
		__atomic_store_n(&object->weak, KMI_IMMORTAL, __ATOMIC_RELAXED);
	kmi_release_shared(object);
	return object;
}

/* Whether an object is of a class or of one that derives from it. */
static __always_inline bool kmi_is_instance(const struct kmi_object *object, const struct kmi_class *class)
{
	const struct kmi_class *each;

	for (each = object->class; each; each = each->base)
		if (each == class)
			return true;
	return false;
}

#endif
