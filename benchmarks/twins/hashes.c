/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#include "twin.h"

#define POLYNOMIAL 0xEDB88320
#define SIZE 1024

static u8 *sample(size_t size)
{
	u8 *data = malloc(size);
	u32 state = 12345;
	size_t i;

	if (!data)
		return NULL;
	for (i = 0; i < size; i++) {
		state = (state * 1103515245u + 12345) & 0x7FFFFFFF;
		data[i] = state >> 16;
	}
	return data;
}

static u32 crc32_bits(const u8 *data, size_t size)
{
	u32 crc = 0xFFFFFFFF;
	size_t i;
	int bit;

	for (i = 0; i < size; i++) {
		crc ^= data[i];
		for (bit = 0; bit < 8; bit++) {
			if (crc & 1)
				crc = crc >> 1 ^ POLYNOMIAL;
			else
				crc >>= 1;
		}
	}
	return ~crc;
}

static u32 crc32_table(const u8 *data, size_t size, const u32 *table)
{
	u32 crc = 0xFFFFFFFF;
	size_t i;

	for (i = 0; i < size; i++)
		crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xFF];
	return ~crc;
}

static u32 *make_table(void)
{
	u32 *table = malloc(256 * sizeof(*table));
	u32 n, value;
	int bit;

	if (!table)
		return NULL;
	for (n = 0; n < 256; n++) {
		value = n;
		for (bit = 0; bit < 8; bit++)
			value = value >> 1 ^ (value & 1 ? POLYNOMIAL : 0);
		table[n] = value;
	}
	return table;
}

static u64 fnv1a(const u8 *data, size_t size)
{
	u64 h = 0xCBF29CE484222325ULL;
	size_t i;

	for (i = 0; i < size; i++)
		h = (h ^ data[i]) * 0x100000001B3ULL;
	return h;
}

i64 bench_crc32_bits(i64 rounds)
{
	u8 *data = sample(SIZE);
	i64 total = 0, i;

	if (!data)
		return -ENOMEM;
	for (i = 0; i < rounds; i++) {
		total ^= crc32_bits(data, SIZE);
		total++;
	}
	free(data);
	return total;
}

i64 bench_crc32_table(i64 rounds)
{
	u8 *data = sample(SIZE);
	u32 *table = make_table();
	i64 total = 0, i;

	if (!data || !table) {
		total = -ENOMEM;
		goto out;
	}
	for (i = 0; i < rounds; i++) {
		total ^= crc32_table(data, SIZE, table);
		total++;
	}
out:
	free(table);
	free(data);
	return total;
}

i64 bench_fnv1a(i64 rounds)
{
	u8 *data = sample(SIZE);
	i64 total = 0, i;

	if (!data)
		return -ENOMEM;
	for (i = 0; i < rounds; i++) {
		total ^= fnv1a(data, SIZE) & 0xFFFFFFFF;
		total++;
	}
	free(data);
	return total;
}
