/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#include "twin.h"

struct semaphore {
	struct lock lock;
	i64 count;
	i64 most;
};

static int semaphore_give(struct semaphore *semaphore, i64 count)
{
	i64 sum;
	int status = 0;

	lock(&semaphore->lock);
	if (__builtin_add_overflow(semaphore->count, count, &sum)) {
		status = -EOVERFLOW;
		goto out;
	}
	semaphore->count = sum;
	if (semaphore->most < sum)
		semaphore->most = sum;
out:
	unlock(&semaphore->lock);
	return status;
}

static int semaphore_take(struct semaphore *semaphore)
{
	int status = 0;

	lock(&semaphore->lock);
	if (semaphore->count == 0)
		status = -EAGAIN;
	else
		semaphore->count--;
	unlock(&semaphore->lock);
	return status;
}

static i64 ping(struct semaphore *semaphore)
{
	i64 taken = 0;
	int status;

	status = semaphore_give(semaphore, 2);
	if (status)
		return status;
	while (semaphore_take(semaphore) == 0)
		taken++;
	return taken;
}

i64 bench_semaphore(i64 rounds)
{
	struct semaphore *semaphore = calloc(1, sizeof(*semaphore));
	i64 taken = 0, i;
	int status;

	if (!semaphore)
		return -ENOMEM;
	for (i = 0; i < rounds; i++) {
		status = semaphore_give(semaphore, 2);
		if (!status)
			status = semaphore_take(semaphore);
		if (!status)
			status = semaphore_take(semaphore);
		if (status) {
			taken = status;
			break;
		}
		taken += 2;
	}
	free(semaphore);
	return taken;
}

i64 bench_semaphore_empty(i64 rounds)
{
	struct semaphore *semaphore = calloc(1, sizeof(*semaphore));
	i64 taken = 0, got, i;

	if (!semaphore)
		return -ENOMEM;
	for (i = 0; i < rounds; i++) {
		got = ping(semaphore);
		if (got < 0) {
			taken = got;
			break;
		}
		taken += got;
	}
	free(semaphore);
	return taken;
}
