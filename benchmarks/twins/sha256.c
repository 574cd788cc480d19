/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#include "twin.h"

#define SIZE 1024

static const u32 start[8] = {
	0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
};

static const u32 added[64] = {
	0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
	0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
	0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
	0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
	0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
	0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
	0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
	0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
};

static inline u32 rotated(u32 value, int by)
{
	return value >> by | value << (32 - by);
}

static void compress(u32 *state, const u8 *data, u32 *words)
{
	u32 a, b, c, d, e, f, g, h;
	int i;

	for (i = 0; i < 16; i++)
		words[i] = (u32)data[4 * i] << 24 | data[4 * i + 1] << 16 | data[4 * i + 2] << 8 | data[4 * i + 3];
	for (i = 16; i < 64; i++) {
		u32 x = words[i - 15], y = words[i - 2];
		u32 s0 = rotated(x, 7) ^ rotated(x, 18) ^ x >> 3;
		u32 s1 = rotated(y, 17) ^ rotated(y, 19) ^ y >> 10;

		words[i] = words[i - 16] + s0 + words[i - 7] + s1;
	}
	a = state[0];
	b = state[1];
	c = state[2];
	d = state[3];
	e = state[4];
	f = state[5];
	g = state[6];
	h = state[7];
	for (i = 0; i < 64; i++) {
		u32 s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
		u32 chosen = (e & f) ^ (~e & g);
		u32 first = h + s1 + chosen + added[i] + words[i];
		u32 s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
		u32 majority = (a & b) ^ (a & c) ^ (b & c);
		u32 second = s0 + majority;

		h = g;
		g = f;
		f = e;
		e = d + first;
		d = c;
		c = b;
		b = a;
		a = first + second;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

static void sha256(const u8 *data, size_t size, u8 *digest)
{
	u32 state[8], words[64];
	u8 last[128] = { 0 };
	size_t whole = size / 64 * 64, rest = size - whole, end = rest < 56 ? 64 : 128, i;

	memcpy(state, start, sizeof(state));
	for (i = 0; i < whole; i += 64)
		compress(state, data + i, words);
	memcpy(last, data + whole, rest);
	last[rest] = 0x80;
	for (i = 0; i < 8; i++)
		last[end - 1 - i] = (u64)size * 8 >> 8 * i;
	for (i = 0; i < end; i += 64)
		compress(state, last + i, words);
	for (i = 0; i < 32; i++)
		digest[i] = state[i / 4] >> (24 - 8 * (i % 4));
}

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

i64 bench_sha256(i64 rounds)
{
	u8 *data = sample(SIZE), digest[32];
	i64 total = 0, i;

	if (!data)
		return -ENOMEM;
	for (i = 0; i < rounds; i++) {
		sha256(data, SIZE, digest);
		total += digest[0] << 16 | digest[15] << 8 | digest[31];
	}
	free(data);
	return total;
}
