// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * The guest's only program: it is /init, and it makes the tests' system calls in real processes.
 *
 * The host puts requests into the mailbox, a piece of memory that both sides map (in the guest it is the memory
 * of a PCI device, "ivshmem"), and sends a byte over the second serial port to say so; the agent answers each
 * request by its id, in any order, the same way. A serial port alone would carry 70 kB a second. A request is either for the agent itself (make a process, send a signal, say whether a process sleeps, give the
 * kernel's log) or a system call for one of its processes: number, six arguments, and buffers to build first.
 * So what a test may do is decided by the host alone, and this file need not know it.
 *
 * Invariants:
 *   - one process makes one call at a time, so its two FIFOs never hold more than one frame;
 *   - a buffer ends at an unmapped page;
 *   - errors are -errno in `value`, never text;
 *   - the agent itself never waits for a process, except for a frame that the process is already writing.
 *
 * Frames are little-endian, as laid out in the structs below; src/kmi/machines/wire.py is the other half.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
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

#define MAGIC 0x31696d6bu /* "kmi1" */
#define PROTOCOL 1
#define PAGE 4096ul
#define PROCESSES 64
#define BUFFERS 64
#define MOST (4ul << 20)

/* The descriptors of the agent's own machinery lie high, so that a test's begin at 3. */
enum { FD_REQUEST = 1000, FD_REPLY = 1001, FD_OWN = 500 };

enum op { OP_HELLO, OP_SPAWN, OP_FORK, OP_CALL, OP_SIGNAL, OP_BLOCKED, OP_LOG, OP_END };
enum kind { KIND_RESULT, KIND_ENDED };

/*
 * The mailbox: two rings, one each way, that hold whole frames. Positions only grow, a place is the position
 * modulo the ring's size; the host writes the first and the last of them, the agent the other two.
 */
#define MAILBOX (16ul << 20)
#define TO_GUEST 4096ul
#define TO_GUEST_SIZE ((8ul << 20) - TO_GUEST)
#define TO_HOST (8ul << 20)
#define TO_HOST_SIZE (8ul << 20)

struct mailbox {
	volatile uint64_t asked, gap1[7], taken, gap2[7], answered, gap3[7], seen;
};

struct request {
	uint32_t magic, length, id;
	uint16_t op, process;
};

struct reply {
	uint32_t magic, length, id, kind;
	int64_t value;
};

/* The body of OP_HELLO: what a restored machine cannot know. */
struct hello {
	int64_t seconds, nanoseconds;
	uint8_t seed[64];
};

/* The body of OP_CALL: this, then `buffers` headers, then the contents one after the other. */
struct call {
	uint64_t number, argument[6];
	uint64_t buffers;
};

enum { OUT_ALL = 1, OUT_RESULT = 2 };
#define INTO_BUFFER 0x80000000u /* | buffer << 16 | offset: the address goes into that buffer, not an argument */

struct buffer {
	uint64_t mapped, content;
	uint32_t flags, where;
};

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

/* Seen by both sides: whether the process is inside its call, and which. */
struct shared {
	volatile int calling;
	volatile long number;
};

static struct process processes[PROCESSES];
static struct shared *shared;
static struct mailbox *mailbox;
static int channel, kmsg;

static _Noreturn void die(const char *what)
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

static void take(int fd, void *into, size_t length)
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

static void give(int fd, const void *from, size_t length)
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

static void answer(uint32_t id, int64_t value, const void *body, size_t length)
{
	struct reply reply = { MAGIC, length, id, KIND_RESULT, value };

	give(FD_REPLY, &reply, sizeof(reply));
	if (length)
		give(FD_REPLY, body, length);
}

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

static void tell(uint32_t id, enum kind kind, int64_t value, const void *body, size_t length)
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

/* ---- a process of the test ---- */

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

static _Noreturn void serve(int slot)
{
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
			perform(&shared[slot], request.id, body, request.length);
		}
		free(body);
	}
}

/* ---- the agent ---- */

static int make_pipes(int slot)
{
	struct process *p = &processes[slot];
	char name[32];

	if (slot >= PROCESSES || p->pid)
		return -EBUSY;
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
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		signal(SIGCHLD, SIG_DFL);
		handle(SIGUSR1, 0);
		handle(SIGUSR2, SA_RESTART);
		syscall(SYS_close_range, 3, ~0u, 0);
		pipes_of(slot);
		serve(slot);
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
		tell(p->blocked_id, KIND_RESULT, value, NULL, 0);
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
	tell(reply.id, reply.kind, reply.value, body, reply.length);
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
				tell(p->id, KIND_ENDED, status, NULL, 0);
			p->busy = 0;
			if (p->ending)
				tell(p->end_id, KIND_RESULT, status, NULL, 0);
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
	tell(id, KIND_RESULT, length, all, length);
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
		tell(request->id, request->op == OP_END ? KIND_RESULT : KIND_ENDED, p->status, NULL, 0);
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
	tell(request->id, KIND_RESULT, value, NULL, 0);
}

static void receive(void)
{
	char bell[256];
	uint64_t position;

	if (read(channel, bell, sizeof(bell)) < 0 && errno != EINTR)
		die("read");
	while ((position = mailbox->taken) != __atomic_load_n(&mailbox->asked, __ATOMIC_ACQUIRE)) {
		struct request request;
		char *body;

		from_ring(&request, position, sizeof(request));
		if (request.magic != MAGIC || request.length > MOST) {
			errno = EPROTO;
			die("the host's frame is malformed");
		}
		body = calloc(1, request.length + 8);
		if (!body)
			die("calloc");
		from_ring(body, position + sizeof(request), request.length);
		mailbox->taken = position + sizeof(request) + request.length;
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

/* The mailbox is the memory (BAR 2) of the PCI device 1af4:1110. */
static void open_mailbox(void)
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

int main(void)
{
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
	handle(SIGCHLD, 0);

	kmsg = high(open("/dev/kmsg", O_RDONLY | O_NONBLOCK));
	open_mailbox();
	open_channel("/dev/ttyS1");
	tell(0, KIND_RESULT, PROTOCOL, NULL, 0);

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
