// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * Calls a device as the kernel's read and write do, from inside the kernel, and says how long it took:
 * no system call, no emulation, nothing but the device's own path. Measuring done, it refuses to stay.
 *
 *     insmod bench_driver.ko name=echo path=/dev/echo writes=4096 reads=4096 loops=1000 rounds=9
 *
 * Each loop writes `writes` bytes and then reads `reads` bytes; 0 leaves that part out. Each round's time is a line.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

static char *name = "";
module_param(name, charp, 0);
static char *path = "";
module_param(path, charp, 0);
static unsigned long writes;
module_param(writes, ulong, 0);
static unsigned long reads;
module_param(reads, ulong, 0);
static unsigned long loops = 1;
module_param(loops, ulong, 0);
static unsigned int rounds = 1;
module_param(rounds, uint, 0);

static int one(struct file *file, u8 *buffer)
{
	unsigned long i;
	ssize_t moved;
	loff_t at;

	for (i = 0; i < loops; i++) {
		if (writes) {
			at = 0;
			moved = kernel_write(file, buffer, writes, &at);
			if (moved != (ssize_t)writes)
				return moved < 0 ? moved : -EIO;
		}
		if (reads) {
			at = 0;
			moved = kernel_read(file, buffer, reads, &at);
			if (moved != (ssize_t)reads)
				return moved < 0 ? moved : -EIO;
		}
	}
	return 0;
}

static int __init bench_init(void)
{
	u8 *buffer = vzalloc(max(writes, reads) + 1);
	int status = -ECANCELED;
	unsigned int round;
	struct file *file;

	if (!buffer)
		return -ENOMEM;
	file = filp_open(path, O_RDWR, 0);
	if (IS_ERR(file)) {
		vfree(buffer);
		return PTR_ERR(file);
	}
	for (round = 0; round < rounds + 1; round++) {
		u64 began = ktime_get_ns();
		int failed = one(file, buffer);
		u64 took = ktime_get_ns() - began;

		if (failed) {
			pr_err("bench: %s fails: %d\n", name, failed);
			status = failed;
			break;
		}
		if (round)		/* the first warms caches and the allocator */
			pr_info("bench: %s %llu ns for %lu loops\n", name, took, loops);
	}
	fput(file);
	vfree(buffer);
	return status;
}

module_init(bench_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("times a device");
