/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What the agent's files share, and what they share with the host: the frames and the mailbox. The host's half
 * is src/kmi/machines/wire.py and mailbox.py; all numbers are little-endian.
 */
#ifndef KMI_AGENT_H
#define KMI_AGENT_H

#include <stddef.h>
#include <stdint.h>

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

/* Seen by both sides: whether the process is inside its call, and which. */
struct shared {
	volatile int calling;
	volatile long number;
};

/* agent.c */
_Noreturn void die(const char *what);
void take(int fd, void *into, size_t length);
void give(int fd, const void *from, size_t length);

/* mailbox.c: the rings, as the agent uses them */
void open_mailbox(void);
int next_request(struct request *request, char **body);
void tell(int channel, uint32_t id, enum kind kind, int64_t value, const void *body, size_t length);

/* process.c: the life of a process of the test */
_Noreturn void live(struct shared *all, int slot);

#endif
