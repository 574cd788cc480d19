// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * A module with which the machines are tested: a device that blocks, faults and counts as any driver does, and
 * that misbehaves in the way that its parameter, or what is written to it after a "!", asks for.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

static int value = 7;
module_param(value, int, 0444);

static char buffer[4096];
static size_t have;
static unsigned long page;
static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);
static DECLARE_WAIT_QUEUE_HEAD(filled);

static noinline void misbehave(const char *what)
{
	if (!strcmp(what, "oops")) {
		*(volatile int *)8 = 1;
	} else if (!strcmp(what, "panic")) {
		panic("asked to");
	} else if (!strcmp(what, "bug")) {
		BUG();
	} else if (!strcmp(what, "warning")) {
		WARN(1, "asked to warn\n");
	} else if (!strcmp(what, "hang")) {
		local_irq_disable();
		for (;;)
			cpu_relax();
	} else if (!strcmp(what, "refcount")) {
		refcount_t zero = REFCOUNT_INIT(0);

		refcount_inc(&zero);
	} else if (!strcmp(what, "freed")) {
		volatile char *p = kmalloc(32, GFP_KERNEL);

		kfree((void *)p);
		p[3] = 1;
	} else if (!strcmp(what, "beyond")) {
		char *p = kmalloc(32, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(p);
		p[32] = 1;
		kfree(p);
	} else if (!strcmp(what, "leak")) {
		char *p = kmalloc(48, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(p);
		memset(p, 0x5a, 48);
	} else if (!strcmp(what, "sleep")) {
		spin_lock(&spin);
		might_sleep();
		spin_unlock(&spin);
	} else if (!strcmp(what, "order")) {
		mutex_lock(&first);
		mutex_lock(&second);
		mutex_unlock(&second);
		mutex_unlock(&first);
		mutex_lock(&second);
		mutex_lock(&first);
		mutex_unlock(&first);
		mutex_unlock(&second);
	} else if (!strcmp(what, "shift")) {
		volatile int by = 40, one = 1;
		volatile int result = one << by;

		(void)result;
	} else if (!strcmp(what, "rcu")) {
		RCU_LOCKDEP_WARN(1, "asked to");
	}
}

static ssize_t probe_read(struct file *file, char __user *to, size_t length, loff_t *at)
{
	ssize_t given;

	if (!length)
		return 0;
	mutex_lock(&first);
	while (!have) {
		mutex_unlock(&first);
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(filled, have))
			return -ERESTARTSYS;
		mutex_lock(&first);
	}
	given = min(length, have);
	if (copy_to_user(to, buffer, given))
		given = -EFAULT;
	else
		have = 0;
	mutex_unlock(&first);
	return given;
}

static ssize_t probe_write(struct file *file, const char __user *from, size_t length, loff_t *at)
{
	size_t taken = min(length, sizeof(buffer));

	mutex_lock(&first);
	if (copy_from_user(buffer, from, taken)) {
		mutex_unlock(&first);
		return -EFAULT;
	}
	have = taken;
	mutex_unlock(&first);
	wake_up(&filled);
	if (buffer[0] == '!' && taken > 1 && taken < 32) {
		buffer[taken] = 0;
		misbehave(buffer + 1);
	}
	return taken;
}

static long probe_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	u32 number;

	switch (command) {
	case 0x4b01:
		return argument + 1;
	case 0x4b02:
		if (copy_from_user(&number, (void __user *)argument, sizeof(number)))
			return -EFAULT;
		number++;
		if (copy_to_user((void __user *)argument, &number, sizeof(number)))
			return -EFAULT;
		return 5;
	default:
		return -ENOTTY;
	}
}

static __poll_t probe_poll(struct file *file, poll_table *table)
{
	poll_wait(file, &filled, table);
	return EPOLLOUT | (have ? EPOLLIN : 0);
}

static int probe_mmap(struct file *file, struct vm_area_struct *area)
{
	if (area->vm_end - area->vm_start != PAGE_SIZE)
		return -EINVAL;
	return remap_pfn_range(area, area->vm_start, virt_to_phys((void *)page) >> PAGE_SHIFT, PAGE_SIZE,
			       area->vm_page_prot);
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.read = probe_read,
	.write = probe_write,
	.unlocked_ioctl = probe_ioctl,
	.poll = probe_poll,
	.mmap = probe_mmap,
};

static struct miscdevice device = { .minor = MISC_DYNAMIC_MINOR, .name = "probe", .fops = &operations };

static int __init probe_start(void)
{
	int error;

	if (value < 0)
		return value;
	if (value == 1000)
		msleep(1000);
	page = get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	error = misc_register(&device);
	if (error)
		free_page(page);
	else
		pr_info("probe: value %d\n", value);
	return error;
}

static void __exit probe_stop(void)
{
	misc_deregister(&device);
	free_page(page);
	pr_info("probe: gone\n");
}

module_init(probe_start);
module_exit(probe_stop);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("what the machines are tested with");
