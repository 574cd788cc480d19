// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * The twin of examples/semaphore.py, written by hand as a Linux programmer would: writing n bytes adds n permits,
 * reading waits for one and takes it, two ioctls get and set how many were taken. What kmi makes is measured against it.
 */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/wait.h>

struct taken {
	__u64 count;
};

#define GET_TAKEN _IOR('s', 1, struct taken)
#define SET_TAKEN _IOW('s', 2, struct taken)

static DEFINE_MUTEX(lock);
static DECLARE_WAIT_QUEUE_HEAD(added);
static s64 count;
static s64 most;
static u64 taken_count;

static ssize_t semaphore_write_iter(struct kiocb *call, struct iov_iter *from)
{
	size_t size = iov_iter_count(from);
	s64 sum;

	if (!size)
		return 0;
	mutex_lock(&lock);
	if (check_add_overflow(count, (s64)size, &sum)) {
		mutex_unlock(&lock);
		return -EOVERFLOW;
	}
	count = sum;
	most = max(most, count);
	wake_up_all(&added);
	mutex_unlock(&lock);
	iov_iter_advance(from, size);
	call->ki_pos += size;
	return size;
}

static ssize_t semaphore_read_iter(struct kiocb *call, struct iov_iter *to)
{
	DEFINE_WAIT(entry);
	ssize_t status = 1;

	if (!iov_iter_count(to))
		return 0;
	mutex_lock(&lock);
	while (count == 0) {
		if (call->ki_filp->f_flags & O_NONBLOCK || call->ki_flags & IOCB_NOWAIT) {
			status = -EAGAIN;
			goto out;
		}
		prepare_to_wait_exclusive(&added, &entry, TASK_INTERRUPTIBLE);
		mutex_unlock(&lock);
		schedule();
		finish_wait(&added, &entry);
		mutex_lock(&lock);
		if (count == 0 && signal_pending(current)) {
			status = -ERESTARTSYS;
			goto out;
		}
	}
	if (copy_to_iter("", 1, to) != 1) {
		status = -EFAULT;
		goto out;
	}
	count--;
	taken_count++;
	call->ki_pos++;
out:
	mutex_unlock(&lock);
	return status;
}

static long semaphore_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	void __user *user = (void __user *)argument;
	struct taken record;

	switch (command) {
	case GET_TAKEN:
		mutex_lock(&lock);
		record.count = taken_count;
		mutex_unlock(&lock);
		return copy_to_user(user, &record, sizeof(record)) ? -EFAULT : 0;
	case SET_TAKEN:
		if (copy_from_user(&record, user, sizeof(record)))
			return -EFAULT;
		mutex_lock(&lock);
		taken_count = record.count;
		mutex_unlock(&lock);
		return 0;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations semaphore_operations = {
	.owner = THIS_MODULE,
	.read_iter = semaphore_read_iter,
	.write_iter = semaphore_write_iter,
	.unlocked_ioctl = semaphore_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice semaphore_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "semaphore",
	.fops = &semaphore_operations,
	.mode = 0600,
};

static int __init semaphore_init(void)
{
	int status = misc_register(&semaphore_device);

	if (!status)
		pr_info("semaphore: ready\n");
	return status;
}

static void __exit semaphore_exit(void)
{
	misc_deregister(&semaphore_device);
}

module_init(semaphore_init);
module_exit(semaphore_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("permits as a device");
