/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#include "twin.h"

struct echo {
	struct lock lock;
	size_t capacity, length, room;
	u8 *kept;
};

/* Grows the buffer where it must; gives the number of bytes taken over, or a negative errno. */
static ssize_t echo_write(struct echo *echo, const u8 *data, size_t size)
{
	size_t space;
	ssize_t status;

	lock(&echo->lock);
	space = echo->capacity - echo->length;
	if (!space) {
		status = -EAGAIN;
		goto out;
	}
	if (size > space)
		size = space;
	if (echo->length + size > echo->room) {
		size_t room = echo->length + size + (echo->room >> 1);
		u8 *kept = realloc(echo->kept, room);

		if (!kept) {
			status = -ENOMEM;
			goto out;
		}
		echo->kept = kept;
		echo->room = room;
	}
	memcpy(echo->kept + echo->length, data, size);
	echo->length += size;
	status = size;
out:
	unlock(&echo->lock);
	return status;
}

/* The first bytes, copied to new memory that the caller frees. */
static ssize_t echo_read(struct echo *echo, size_t size, u8 **given)
{
	ssize_t status;

	lock(&echo->lock);
	if (!echo->length) {
		status = -EAGAIN;
		goto out;
	}
	if (size > echo->length)
		size = echo->length;
	*given = malloc(size);
	if (!*given) {
		status = -ENOMEM;
		goto out;
	}
	memcpy(*given, echo->kept, size);
	echo->length -= size;
	memmove(echo->kept, echo->kept + size, echo->length);
	status = size;
out:
	unlock(&echo->lock);
	return status;
}

static i64 through(i64 rounds, size_t size)
{
	struct echo *echo = calloc(1, sizeof(*echo));
	u8 *data = calloc(1, size), *given;
	i64 total = 0, i;
	ssize_t status = 0;

	if (!echo || !data) {
		total = -ENOMEM;
		goto out;
	}
	echo->capacity = 2 * size;
	for (i = 0; i < rounds; i++) {
		status = echo_write(echo, data, size);
		if (status < 0)
			break;
		total += status;
		status = echo_read(echo, size, &given);
		if (status < 0)
			break;
		total += status;
		free(given);
	}
	if (status < 0)
		total = status;
out:
	if (echo)
		free(echo->kept);
	free(echo);
	free(data);
	return total;
}

i64 bench_echo_1(i64 rounds)
{
	return through(rounds, 1);
}

i64 bench_echo_4096(i64 rounds)
{
	return through(rounds, 4096);
}

i64 bench_echo_1048576(i64 rounds)
{
	return through(rounds, 1048576);
}
