// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * The mailbox: requests in, replies out, through memory that the host maps too. In the guest it is the memory of
 * a PCI device, "ivshmem", which sysfs lets a program map without any driver.
 */
#include "agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static struct mailbox *mailbox;

/* Copy from or to a ring, around its end if need be. */
static void from_ring(void *into, uint64_t position, size_t length)
{
	size_t place = position % TO_GUEST_SIZE, first = TO_GUEST_SIZE - place;
	char *ring = (char *)mailbox + TO_GUEST;

	if (first > length)
		first = length;
	memcpy(into, ring + place, first);
	memcpy((char *)into + first, ring, length - first);
}

static void to_ring(uint64_t position, const void *from, size_t length)
{
	size_t place = position % TO_HOST_SIZE, first = TO_HOST_SIZE - place;
	char *ring = (char *)mailbox + TO_HOST;

	if (first > length)
		first = length;
	memcpy(ring + place, from, first);
	memcpy(ring, (const char *)from + first, length - first);
}

/* The next request, if there is one; its body is the caller's to free, and has some zero bytes behind it. */
int next_request(struct request *request, char **body)
{
	uint64_t position = mailbox->taken;

	if (position == __atomic_load_n(&mailbox->asked, __ATOMIC_ACQUIRE))
		return 0;
	from_ring(request, position, sizeof(*request));
	if (request->magic != MAGIC || request->length > MOST) {
		errno = EPROTO;
		die("the host's frame is malformed");
	}
	*body = calloc(1, request->length + 8);
	if (!*body)
		die("calloc");
	from_ring(*body, position + sizeof(*request), request->length);
	mailbox->taken = position + sizeof(*request) + request->length;
	return 1;
}

void tell(int channel, uint32_t id, enum kind kind, int64_t value, const void *body, size_t length)
{
	struct reply reply = { MAGIC, length, id, kind, value };
	struct timespec soon = { 0, 1000000 };
	uint64_t position = mailbox->answered;

	/* The host empties the ring before it waits for anything, so this is short. */
	while (position + sizeof(reply) + length - mailbox->seen > TO_HOST_SIZE)
		nanosleep(&soon, NULL);
	to_ring(position, &reply, sizeof(reply));
	to_ring(position + sizeof(reply), body, length);
	__atomic_store_n(&mailbox->answered, position + sizeof(reply) + length, __ATOMIC_RELEASE);
	give(channel, "!", 1);
}

/* The device is 1af4:1110, the memory its BAR 2. */
void open_mailbox(void)
{
	static const char *const root = "/sys/bus/pci/devices";
	char name[300], id[16];
	struct dirent *entry;
	DIR *devices = opendir(root);
	int fd;

	while (devices && (entry = readdir(devices))) {
		snprintf(name, sizeof(name), "%s/%s/device", root, entry->d_name);
		fd = open(name, O_RDONLY);
		if (fd < 0 || read(fd, id, sizeof(id)) < 6 || memcmp(id, "0x1110", 6)) {
			close(fd);
			continue;
		}
		close(fd);
		snprintf(name, sizeof(name), "%s/%s/enable", root, entry->d_name);
		fd = open(name, O_WRONLY);
		if (fd < 0 || write(fd, "1", 1) != 1)
			die(name);
		close(fd);
		snprintf(name, sizeof(name), "%s/%s/resource2", root, entry->d_name);
		fd = open(name, O_RDWR);
		if (fd < 0)
			die(name);
		mailbox = mmap(NULL, MAILBOX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (mailbox == MAP_FAILED)
			die("mmap of the mailbox");
		close(fd);
		closedir(devices);
		return;
	}
	errno = ENODEV;
	die("the mailbox");
}
