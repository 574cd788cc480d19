/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Hashes: of memory, of several values, and what a dict makes of one.
 *
 * Keys come from user space, and whoever knew where they go in a table could make them all go to one place, and each
 * look-up a walk through all of them. So all depends on two numbers that a kernel draws when it loads the module.
 * Nothing that a program can see depends on them: neither orders nor the numbers that `hash` shows.
 */
#ifndef KMI_HASH_H
#define KMI_HASH_H

/* The second one is odd. These serve where nothing was drawn: in user space, where runs are to be the same. */
static u64 kmi_secret[2] __maybe_unused = { 0x243f6a8885a308d3ULL, 0x9e3779b97f4a7c15ULL };

/* Both halves of a product: each bit of the result depends on all bits of both numbers. */
static __always_inline u64 kmi_fold(u64 left, u64 right)
{
	u128 product = (u128)left * right;

	return (u64)product ^ (u64)(product >> 64);
}

/* A hash of memory, the same for the same bytes. */
static __maybe_unused u64 kmi_hash(const void *data, size_t size)
{
	u64 hash = kmi_secret[0] ^ size, word;
	const u8 *at = data;

	for (; size >= 8; size -= 8, at += 8) {
		memcpy(&word, at, 8);
		hash = kmi_fold(hash ^ word, kmi_secret[1]);
	}
	if (size) {
		word = 0;
		memcpy(&word, at, size);
		hash = kmi_fold(hash ^ word, kmi_secret[1]);
	}
	return hash;
}

/* The hash of several values: of those until now, and one more. */
static __always_inline u64 kmi_hash_more(u64 hash, u64 more)
{
	return kmi_fold(hash ^ kmi_fold(more ^ kmi_secret[0], kmi_secret[1]), kmi_secret[1]);
}

/* Where in a table a key of this hash goes. */
static __always_inline u64 kmi_hash_place(u64 hash)
{
	return kmi_fold(hash ^ kmi_secret[0], kmi_secret[1]);
}

#endif
