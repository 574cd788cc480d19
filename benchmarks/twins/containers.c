/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#include "twin.h"

#define SIZE 512

static void sift(i64 *items, size_t start, size_t stop)
{
	size_t root = start, child;
	i64 item;

	for (;;) {
		child = 2 * root + 1;
		if (child >= stop)
			return;
		if (child + 1 < stop && items[child] < items[child + 1])
			child++;
		if (items[root] >= items[child])
			return;
		item = items[root];
		items[root] = items[child];
		items[child] = item;
		root = child;
	}
}

static void heapsort_(i64 *items, size_t count)
{
	size_t i;
	i64 item;

	for (i = count / 2; i-- > 0;)
		sift(items, i, count);
	for (i = count - 1; i > 0; i--) {
		item = items[0];
		items[0] = items[i];
		items[i] = item;
		sift(items, 0, i);
	}
}

static void insertion_sort(i64 *items, size_t count)
{
	size_t i, j;

	for (i = 1; i < count; i++) {
		i64 item = items[i];

		for (j = i; j > 0 && items[j - 1] > item; j--)
			items[j] = items[j - 1];
		items[j] = item;
	}
}

/* Numbers in an array that grows as they come. */
struct array {
	i64 *items;
	size_t count, room;
};

static int append(struct array *array, i64 item)
{
	if (array->count == array->room) {
		size_t room = array->room + array->room / 2 + 4;
		i64 *items = realloc(array->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		array->items = items;
		array->room = room;
	}
	array->items[array->count++] = item;
	return 0;
}

static int numbers(struct array *array, size_t size)
{
	i64 state = 1;
	size_t i;

	for (i = 0; i < size; i++) {
		state = state * 48271 % 2147483647;
		if (append(array, state))
			return -ENOMEM;
	}
	return 0;
}

i64 bench_heapsort(i64 rounds)
{
	i64 total = 0, i;

	for (i = 0; i < rounds; i++) {
		struct array array = { 0 };
		int status = numbers(&array, SIZE);

		if (!status) {
			heapsort_(array.items, array.count);
			total += array.items[0] + array.items[SIZE / 2];
		}
		free(array.items);
		if (status)
			return status;
	}
	return total;
}

i64 bench_insertion_sort(i64 rounds)
{
	i64 total = 0, i;

	for (i = 0; i < rounds; i++) {
		struct array array = { 0 };
		int status = numbers(&array, 64);

		if (!status) {
			insertion_sort(array.items, array.count);
			total += array.items[0] + array.items[32];
		}
		free(array.items);
		if (status)
			return status;
	}
	return total;
}

/* An open-addressed table of numbers, at most half full; a hash of 0 marks an empty slot. */
struct slot {
	u64 hash;
	i64 key, value;
};

struct table {
	struct slot *slots;
	size_t mask, used;
};

static u64 hash(i64 key)
{
	u64 bits = (u64)key * 0x9E3779B97F4A7C15ULL;

	return (bits ^ bits >> 32) | 1;
}

static struct slot *find(const struct table *table, i64 key, u64 hashed)
{
	size_t at = hashed >> 1 & table->mask;

	while (table->slots[at].hash && (table->slots[at].hash != hashed || table->slots[at].key != key))
		at = (at + 1) & table->mask;
	return &table->slots[at];
}

static int grow(struct table *table)
{
	size_t count = table->slots ? 2 * (table->mask + 1) : 16, i;
	struct table bigger = { .slots = calloc(count, sizeof(*bigger.slots)), .mask = count - 1, .used = table->used };

	if (!bigger.slots)
		return -ENOMEM;
	for (i = 0; table->slots && i <= table->mask; i++)
		if (table->slots[i].hash)
			*find(&bigger, table->slots[i].key, table->slots[i].hash) = table->slots[i];
	free(table->slots);
	*table = bigger;
	return 0;
}

static int store(struct table *table, i64 key, i64 value)
{
	u64 hashed = hash(key);
	struct slot *slot;

	if (!table->slots || 2 * table->used > table->mask)
		if (grow(table))
			return -ENOMEM;
	slot = find(table, key, hashed);
	if (!slot->hash) {
		slot->hash = hashed;
		slot->key = key;
		table->used++;
	}
	slot->value = value;
	return 0;
}

static i64 get(const struct table *table, i64 key, i64 otherwise)
{
	const struct slot *slot;

	if (!table->slots)
		return otherwise;
	slot = find(table, key, hash(key));
	return slot->hash ? slot->value : otherwise;
}

i64 bench_dict(i64 rounds)
{
	i64 total = 0, i, j;

	for (i = 0; i < rounds; i++) {
		struct table seen = { 0 };
		i64 state = 1;

		for (j = 0; j < SIZE; j++) {
			state = state * 48271 % 2147483647;
			if (store(&seen, state % 1000, j)) {
				free(seen.slots);
				return -ENOMEM;
			}
		}
		for (j = 0; j < 1000; j++)
			total += get(&seen, j, 0);
		free(seen.slots);
	}
	return total;
}

struct node {
	i64 value;
	struct node *next;
};

static void drop(struct node *node)
{
	while (node) {
		struct node *next = node->next;

		free(node);
		node = next;
	}
}

i64 bench_linked(i64 rounds)
{
	i64 total = 0, i, j;

	for (i = 0; i < rounds; i++) {
		struct node *head = NULL, *node;

		for (j = 0; j < SIZE; j++) {
			node = malloc(sizeof(*node));
			if (!node) {
				drop(head);
				return -ENOMEM;
			}
			node->value = j;
			node->next = head;
			head = node;
		}
		for (node = head; node; node = node->next)
			total += node->value;
		drop(head);
	}
	return total;
}
