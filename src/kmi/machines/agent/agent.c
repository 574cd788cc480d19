// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * The guest's only program: it is /init, and it makes the tests' system calls in real processes.
 *
 * The host puts requests into the mailbox and sends a byte over the second serial port to say so; the agent
 * answers each request by its id, in any order, the same way. (A serial port alone carries 70 kB a second.) A
 * request is either for the agent itself (make a process, send a signal, say whether a process sleeps, give the
 * kernel's log) or a system call for one of its processes: number, six arguments, and buffers to build first.
 * So what a test may do is decided by the host alone, and these files need not know it.
 *
 * Invariants:
 *   - one process makes one call at a time, so its two FIFOs never hold more than one frame;
 *   - a buffer ends at an unmapped page;
 *   - errors are -errno in `value`, never text;
 *   - the agent itself never waits for a process, except for a frame that the process is already writing.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

struct process {
	pid_t pid;            /* 0: this slot was never used */
	int request, reply;   /* FIFOs, as the agent holds them */
	int busy, ended;
	int status;           /* of waitpid, when ended */
	uint32_t id;          /* of the call in flight */
	int forking;          /* the slot that the call in flight makes, or -1 */
	uint32_t end_id;      /* of an OP_END that waits for the death */
	int ending;
	uint32_t blocked_id;  /* of an OP_BLOCKED that waits */
	int watching, looks;
	unsigned long switches;
};

static struct process processes[PROCESSES];
static struct shared *shared;
static int channel, kmsg;

_Noreturn void die(const char *what)
{
	dprintf(2, "kmi agent: %s: %s\n", what, strerror(errno));
	_exit(70);
}

static int high(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, FD_OWN);

	if (moved < 0)
		die("fcntl");
	close(fd);
	return moved;
}

void take(int fd, void *into, size_t length)
{
	char *at = into;

	while (length) {
		ssize_t got = read(fd, at, length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			die("read");
		at += got;
		length -= got;
	}
}

void give(int fd, const void *from, size_t length)
{
	const char *at = from;

	while (length) {
		ssize_t put = write(fd, at, length);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			die("write");
		at += put;
		length -= put;
	}
}

/* A restore repeats the past: without this every test would see the same time and the same random numbers. */
static int64_t hello(const char *body, size_t length)
{
	struct { struct rand_pool_info info; uint8_t seed[64]; } entropy = { { 512, 64 }, { 0 } };
	struct hello told;
	struct timespec now;
	int fd, failed;

	if (length != sizeof(told))
		return -EPROTO;
	memcpy(&told, body, sizeof(told));
	now.tv_sec = told.seconds;
	now.tv_nsec = told.nanoseconds;
	if (clock_settime(CLOCK_REALTIME, &now))
		return -errno;
	memcpy(entropy.info.buf, told.seed, sizeof(told.seed));
	fd = open("/dev/random", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	failed = ioctl(fd, RNDADDENTROPY, &entropy) || ioctl(fd, RNDRESEEDCRNG) ? -errno : 0;
	close(fd);
	return failed ? failed : PROTOCOL;
}

static int make_pipes(int slot)
{
	struct process *p = &processes[slot];
	char name[32];

	if (slot >= PROCESSES || (p->pid && !p->ended))
		return -EBUSY;
	if (p->pid) {
		/* The one before may have died in the middle of a frame: nothing of its FIFOs is used again. */
		close(p->request);
		close(p->reply);
		snprintf(name, sizeof(name), "/run/%d.request", slot);
		unlink(name);
		snprintf(name, sizeof(name), "/run/%d.reply", slot);
		unlink(name);
		memset(p, 0, sizeof(*p));
	}
	snprintf(name, sizeof(name), "/run/%d.request", slot);
	if (mkfifo(name, 0600))
		return -errno;
	p->request = high(open(name, O_RDWR));
	snprintf(name, sizeof(name), "/run/%d.reply", slot);
	if (mkfifo(name, 0600))
		return -errno;
	p->reply = high(open(name, O_RDWR));
	return 0;
}

static int64_t spawn(int slot)
{
	int error = make_pipes(slot);
	pid_t pid;

	if (error)
		return error;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		live(shared, slot);
	}
	processes[slot].pid = pid;
	return pid;
}

static size_t slurp(pid_t pid, const char *file, char *into, size_t size)
{
	char name[48];
	ssize_t got;
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/%s", pid, file);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, into, size - 1);
	if (fd >= 0)
		close(fd);
	into[got < 0 ? 0 : got] = 0;
	return got < 0 ? 0 : got;
}

/*
 * Whether the process sleeps in its call. Two looks in a row, with no context switch of its own between them:
 * a process on its way through a contended lock is seldom there twice.
 */
static int sleeps(int slot)
{
	struct process *p = &processes[slot];
	char status[4096], call[256], *state, *switches;
	unsigned long count;

	slurp(p->pid, "status", status, sizeof(status));
	slurp(p->pid, "syscall", call, sizeof(call));
	state = strstr(status, "State:\t");
	switches = strstr(status, "\nvoluntary_ctxt_switches:\t");
	if (!shared[slot].calling || !state || !switches || (state[7] != 'S' && state[7] != 'D') ||
	    call[0] < '0' || call[0] > '9' || atol(call) != shared[slot].number) {
		p->looks = 0;
		return 0;
	}
	count = strtoul(switches + 26, NULL, 10);
	p->looks = p->looks && count == p->switches ? p->looks + 1 : 1;
	p->switches = count;
	return p->looks >= 2;
}

static void unwatch(struct process *p, int64_t value)
{
	if (p->watching)
		tell(channel, p->blocked_id, KIND_RESULT, value, NULL, 0);
	p->watching = p->looks = 0;
}

static void finish(struct process *p)
{
	struct reply reply;
	char *body;

	take(p->reply, &reply, sizeof(reply));
	body = malloc(reply.length + 1);
	if (!body)
		die("malloc");
	take(p->reply, body, reply.length);
	if (p->forking >= 0) {
		if (reply.value > 0)
			processes[p->forking].pid = reply.value;
		p->forking = -1;
	}
	p->busy = 0;
	unwatch(p, 0);
	tell(channel, reply.id, reply.kind, reply.value, body, reply.length);
	free(body);
}

static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int slot = 0; slot < PROCESSES; slot++) {
			struct process *p = &processes[slot];
			struct pollfd last = { .fd = p->reply, .events = POLLIN };

			if (p->pid != pid || p->ended)
				continue;
			if (p->busy && poll(&last, 1, 0) == 1)
				finish(p);
			p->ended = 1;
			p->status = status;
			unwatch(p, 0);
			if (p->busy)
				tell(channel, p->id, KIND_ENDED, status, NULL, 0);
			p->busy = 0;
			if (p->ending)
				tell(channel, p->end_id, KIND_RESULT, status, NULL, 0);
			p->ending = 0;
		}
	}
}

static void send_log(uint32_t id)
{
	static char all[1 << 20];
	size_t length = 0;

	while (length < sizeof(all) - 8192) {
		ssize_t got = read(kmsg, all + length, 8192);

		if (got > 0)
			length += got;
		else if (got < 0 && (errno == EPIPE || errno == EINTR))
			continue;  /* EPIPE: the ring overtook us, the next record is there */
		else
			break;
	}
	tell(channel, id, KIND_RESULT, length, all, length);
}

static void dispatch(const struct request *request, const char *body)
{
	struct process *p = &processes[request->process % PROCESSES];
	int64_t value = 0;
	int32_t signum;

	if (request->process >= PROCESSES) {
		value = -ECHILD;
	} else if (request->op == OP_HELLO) {
		value = hello(body, request->length);
	} else if (request->op == OP_LOG) {
		send_log(request->id);
		return;
	} else if (request->op == OP_SPAWN) {
		value = spawn(request->process);
	} else if (!p->pid) {
		value = -ECHILD;
	} else if (p->ended) {
		tell(channel, request->id, request->op == OP_END ? KIND_RESULT : KIND_ENDED, p->status, NULL, 0);
		return;
	} else if (request->op == OP_SIGNAL) {
		memcpy(&signum, body, sizeof(signum));
		value = kill(p->pid, signum) ? -errno : 0;
	} else if (request->op == OP_END) {
		p->ending = 1;
		p->end_id = request->id;
		kill(p->pid, SIGKILL);
		return;
	} else if (request->op == OP_BLOCKED) {
		if (p->busy && !p->watching) {
			p->watching = 1;
			p->blocked_id = request->id;
			return;
		}
		value = p->busy ? -EBUSY : 0;
	} else if (p->busy) {
		value = -EBUSY;
	} else if (request->op == OP_CALL || request->op == OP_FORK) {
		uint16_t child;

		p->forking = -1;
		if (request->op == OP_FORK) {
			memcpy(&child, body, sizeof(child));
			value = make_pipes(child);
			p->forking = child;
		}
		if (!value) {
			p->busy = 1;
			p->id = request->id;
			give(p->request, request, sizeof(*request));
			give(p->request, body, request->length);
			return;
		}
	} else {
		value = -ENOSYS;
	}
	tell(channel, request->id, KIND_RESULT, value, NULL, 0);
}

static void receive(void)
{
	struct request request;
	char bell[256], *body;

	if (read(channel, bell, sizeof(bell)) < 0 && errno != EINTR)
		die("read");
	while (next_request(&request, &body)) {
		dispatch(&request, body);
		free(body);
	}
}

static void mount_all(void)
{
	static const char *const made[] = { "/proc", "/sys", "/dev", "/run", "/tmp" };

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		mkdir(made[i], 0755);
	if (mount("proc", "/proc", "proc", 0, NULL) || mount("sysfs", "/sys", "sysfs", 0, NULL))
		die("mount");
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) && errno != EBUSY)
		die("mount /dev");
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
}

static void open_channel(const char *name)
{
	struct termios raw_mode;
	int fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		die(name);
	if (tcgetattr(fd, &raw_mode))
		die("tcgetattr");
	cfmakeraw(&raw_mode);
	cfsetspeed(&raw_mode, B115200);
	raw_mode.c_cflag |= CLOCAL | CREAD;
	if (tcsetattr(fd, TCSANOW, &raw_mode))
		die("tcsetattr");
	channel = high(fd);
	/* An interrupt for each byte, not when several have come or a time has passed. */
	fd = open("/sys/class/tty/ttyS1/rx_trig_bytes", O_WRONLY);
	if (fd >= 0 && write(fd, "1", 1) != 1)
		dprintf(2, "kmi agent: the serial port will be slow: %s\n", strerror(errno));
	close(fd);
}

static void nothing(int signum)
{
	(void)signum;
}

int main(void)
{
	struct sigaction wake = { .sa_handler = nothing };
	sigset_t child, none;
	int null;

	mount_all();
	null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	dup2(open("/dev/console", O_WRONLY | O_NOCTTY), 2);
	syscall(SYS_close_range, 3, ~0u, 0);

	shared = mmap(NULL, PROCESSES * sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	sigemptyset(&none);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	sigaction(SIGCHLD, &wake, NULL);

	kmsg = high(open("/dev/kmsg", O_RDONLY | O_NONBLOCK));
	open_mailbox();
	open_channel("/dev/ttyS1");
	tell(channel, 0, KIND_RESULT, PROTOCOL, NULL, 0);

	for (;;) {
		struct pollfd fds[PROCESSES + 1] = { { .fd = channel, .events = POLLIN } };
		struct timespec soon = { 0, 1000000 };
		int watching = 0;

		reap();
		for (int slot = 0; slot < PROCESSES; slot++) {
			struct process *p = &processes[slot];

			if (p->watching && sleeps(slot))
				unwatch(p, 1);
			watching |= p->watching;
			fds[slot + 1].fd = p->busy ? p->reply : -1;
			fds[slot + 1].events = POLLIN;
		}
		if (ppoll(fds, PROCESSES + 1, watching ? &soon : NULL, &none) <= 0)
			continue;
		for (int slot = 0; slot < PROCESSES; slot++)
			if (fds[slot + 1].revents)
				finish(&processes[slot]);
		if (fds[0].revents)
			receive();
	}
}
