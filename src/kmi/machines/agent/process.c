// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * A process of the test: it makes the system calls that the host wrote down, one at a time, and nothing else.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void answer(uint32_t id, int64_t value, const void *body, size_t length)
{
	struct reply reply = { MAGIC, length, id, KIND_RESULT, value };

	give(FD_REPLY, &reply, sizeof(reply));
	if (length)
		give(FD_REPLY, body, length);
}

static void nothing(int signum)
{
	(void)signum;
}

static void handle(int signum, int flags)
{
	struct sigaction action = { .sa_handler = nothing, .sa_flags = flags };

	sigaction(signum, &action, NULL);
}

static long raw(uint64_t number, const uint64_t *a)
{
	register uint64_t r10 __asm__("r10") = a[3];
	register uint64_t r8 __asm__("r8") = a[4];
	register uint64_t r9 __asm__("r9") = a[5];
	long value;

	__asm__ volatile("syscall"
			 : "=a"(value)
			 : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return value;
}

static void perform(struct shared *mine, uint32_t id, const char *body, size_t length)
{
	struct call call;
	struct buffer buffer[BUFFERS];
	char *base[BUFFERS], *address[BUFFERS];
	size_t whole[BUFFERS], total = 0, at = sizeof(call);
	char *out = NULL;
	long value;
	unsigned i, n;

	if (length < sizeof(call))
		goto malformed;
	memcpy(&call, body, sizeof(call));
	n = call.buffers;
	if (call.buffers > BUFFERS || length - at < n * sizeof(buffer[0]))
		goto malformed;
	memcpy(buffer, body + at, n * sizeof(buffer[0]));
	at += n * sizeof(buffer[0]);
	for (i = 0; i < n; i++) {
		if (buffer[i].mapped > MOST || buffer[i].content > buffer[i].mapped || buffer[i].content > length - at)
			goto malformed;
		whole[i] = (buffer[i].mapped + PAGE - 1) / PAGE * PAGE;
		base[i] = mmap(NULL, whole[i] + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (base[i] == MAP_FAILED)
			die("mmap");
		if (whole[i] && mprotect(base[i], whole[i], PROT_READ | PROT_WRITE))
			die("mprotect");
		address[i] = base[i] + whole[i] - buffer[i].mapped;
		memcpy(address[i], body + at, buffer[i].content);
		at += buffer[i].content;
	}
	for (i = 0; i < n; i++) {
		uint32_t where = buffer[i].where;

		if (where & INTO_BUFFER) {
			unsigned target = where >> 16 & 0x7fff, offset = where & 0xffff;

			if (target >= n || offset + sizeof(uint64_t) > buffer[target].mapped)
				goto malformed;
			memcpy(address[target] + offset, &address[i], sizeof(uint64_t));
		} else if (where < 6) {
			call.argument[where] = (uint64_t)address[i];
		} else {
			goto malformed;
		}
	}

	mine->number = call.number;
	mine->calling = 1;
	value = raw(call.number, call.argument);
	mine->calling = 0;

	for (i = 0; i < n; i++) {
		size_t want = 0;

		if (buffer[i].flags & OUT_ALL)
			want = buffer[i].mapped;
		else if (buffer[i].flags & OUT_RESULT && value > 0)
			want = (size_t)value < buffer[i].mapped ? (size_t)value : buffer[i].mapped;
		if (want) {
			out = realloc(out, total + want);
			if (!out)
				die("realloc");
			memcpy(out + total, address[i], want);
			total += want;
		}
	}
	for (i = 0; i < n; i++)
		munmap(base[i], whole[i] + PAGE);
	answer(id, value, out, total);
	free(out);
	return;

malformed:
	answer(id, -EPROTO, NULL, 0);
}

static void pipes_of(int slot)
{
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "/run/%d.request", slot);
	fd = open(name, O_RDWR);
	if (fd < 0 || dup2(fd, FD_REQUEST) < 0)
		die(name);
	close(fd);
	snprintf(name, sizeof(name), "/run/%d.reply", slot);
	fd = open(name, O_RDWR);
	if (fd < 0 || dup2(fd, FD_REPLY) < 0)
		die(name);
	close(fd);
}

/* Become the process of that slot, in a child of the agent. */
_Noreturn void live(struct shared *all, int slot)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGCHLD, SIG_DFL);
	handle(SIGUSR1, 0);
	handle(SIGUSR2, SA_RESTART);
	syscall(SYS_close_range, 3, ~0u, 0);
	pipes_of(slot);

	for (;;) {
		struct request request;
		char *body;

		take(FD_REQUEST, &request, sizeof(request));
		body = malloc(request.length + 1);
		if (!body)
			die("malloc");
		take(FD_REQUEST, body, request.length);
		if (request.op == OP_FORK) {
			uint16_t child;
			long pid;

			memcpy(&child, body, sizeof(child));
			/* A sibling, not a child: the agent reaps every process. */
			pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
			if (pid == 0) {
				pipes_of(child);
				slot = child;
			} else {
				answer(request.id, pid < 0 ? -errno : pid, NULL, 0);
			}
		} else {
			perform(&all[slot], request.id, body, request.length);
		}
		free(body);
	}
}
