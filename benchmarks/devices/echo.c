// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * The twin of examples/echo.py, written by hand as a Linux programmer would: what is written is given back, oldest
 * first; at most `capacity` bytes are kept. A ring would move less memory; this keeps the bytes as the Python does.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/wait.h>

static unsigned int capacity = 4096;
module_param(capacity, uint, 0444);
MODULE_PARM_DESC(capacity, "bytes kept at most");

static DEFINE_MUTEX(lock);
static DECLARE_WAIT_QUEUE_HEAD(filled);
static DECLARE_WAIT_QUEUE_HEAD(drained);
static u8 *kept;
static size_t begin, end;

static bool nonblocking(const struct kiocb *call)
{
	return call->ki_filp->f_flags & O_NONBLOCK || call->ki_flags & IOCB_NOWAIT;
}

/* Wait with the lock given up; whether a signal ended it. */
static bool wait(struct wait_queue_head *queue)
{
	DEFINE_WAIT(entry);

	prepare_to_wait(queue, &entry, TASK_INTERRUPTIBLE);
	mutex_unlock(&lock);
	schedule();
	finish_wait(queue, &entry);
	mutex_lock(&lock);
	return signal_pending(current);
}

static ssize_t echo_write_iter(struct kiocb *call, struct iov_iter *from)
{
	ssize_t moved;

	if (!iov_iter_count(from))
		return 0;
	mutex_lock(&lock);
	while (end - begin == capacity) {
		if (nonblocking(call)) {
			moved = -EAGAIN;
			goto out;
		}
		if (wait(&drained) && end - begin == capacity) {
			moved = -ERESTARTSYS;
			goto out;
		}
	}
	if (begin && end + iov_iter_count(from) > capacity) {
		memmove(kept, kept + begin, end - begin);
		end -= begin;
		begin = 0;
	}
	moved = copy_from_iter(kept + end, min_t(size_t, iov_iter_count(from), capacity - (end - begin)), from);
	if (!moved) {
		moved = -EFAULT;
		goto out;
	}
	end += moved;
	call->ki_pos += moved;
	wake_up_all(&filled);
out:
	mutex_unlock(&lock);
	return moved;
}

static ssize_t echo_read_iter(struct kiocb *call, struct iov_iter *to)
{
	ssize_t moved;

	if (!iov_iter_count(to))
		return 0;
	mutex_lock(&lock);
	while (begin == end) {
		if (nonblocking(call)) {
			moved = -EAGAIN;
			goto out;
		}
		if (wait(&filled) && begin == end) {
			moved = -ERESTARTSYS;
			goto out;
		}
	}
	moved = copy_to_iter(kept + begin, min(iov_iter_count(to), end - begin), to);
	if (!moved) {
		moved = -EFAULT;
		goto out;
	}
	begin += moved;
	if (begin == end)
		begin = end = 0;
	call->ki_pos += moved;
	wake_up_all(&drained);
out:
	mutex_unlock(&lock);
	return moved;
}

static __poll_t echo_poll(struct file *file, struct poll_table_struct *table)
{
	__poll_t ready = 0;

	poll_wait(file, &filled, table);
	poll_wait(file, &drained, table);
	mutex_lock(&lock);
	if (begin != end)
		ready |= EPOLLIN | EPOLLRDNORM;
	if (end - begin < capacity)
		ready |= EPOLLOUT | EPOLLWRNORM;
	mutex_unlock(&lock);
	return ready;
}

static const struct file_operations echo_operations = {
	.owner = THIS_MODULE,
	.read_iter = echo_read_iter,
	.write_iter = echo_write_iter,
	.poll = echo_poll,
};

static struct miscdevice echo_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "echo",
	.fops = &echo_operations,
	.mode = 0600,
};

static int __init echo_init(void)
{
	int status;

	if (!capacity || capacity > 1 << 20)
		return -EINVAL;
	kept = kvmalloc(capacity, GFP_KERNEL_ACCOUNT);
	if (!kept)
		return -ENOMEM;
	status = misc_register(&echo_device);
	if (status)
		kvfree(kept);
	else
		pr_info("echo: keeps up to %u bytes\n", capacity);
	return status;
}

static void __exit echo_exit(void)
{
	misc_deregister(&echo_device);
	kvfree(kept);
}

module_init(echo_init);
module_exit(echo_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("gives back what was written");
