/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Devices: the operations of their files, and how they come to have a name in /dev.
 *
 * A registration is all or nothing: what fails half-way is undone here, in reverse. It happens once in a module's
 * life, so all of it is cold: built to be small, and apart from what runs often.
 */
#ifndef KMI_LINUX_DEVICES_H
#define KMI_LINUX_DEVICES_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/major.h>
#include <linux/namei.h>
#include <linux/version.h>

/*
 * The operations of one kind of device, which nobody can write to: static storage, so a macro, so declared for bindgen.
 * poll's result is an unsigned int to the compiler and to kCFI, and something of its own to sparse alone.
 *
 * compat_ptr_ioctl is a macro for NULL where the kernel has no 32-bit user space.
 */
#ifdef KMI_BINDGEN
const struct file_operations *kmi_linux_operations(
	int (*open)(struct inode *, struct file *), int (*release)(struct inode *, struct file *),
	ssize_t (*read)(struct kiocb *, struct iov_iter *), ssize_t (*write)(struct kiocb *, struct iov_iter *),
	loff_t (*seek)(struct file *, loff_t, int), int (*mmap)(struct file *, struct vm_area_struct *), long (*ioctl)(struct file *, unsigned int, unsigned long),
	__poll_t (*poll)(struct file *, struct poll_table_struct *));
#else
#define kmi_linux_operations(open_, release_, read_, write_, seek_, mmap_, ioctl_, poll_) \
	({                                                                                \
		static const struct file_operations kmi_operations = {                    \
			.owner = THIS_MODULE,                                             \
			.open = open_,                                                    \
			.release = release_,                                              \
			.read_iter = read_,                                               \
			.write_iter = write_,                                             \
			.llseek = seek_,                                                  \
			.mmap = mmap_,                                                    \
			.unlocked_ioctl = ioctl_,                                         \
			.compat_ioctl = compat_ptr_ioctl,                                 \
			.poll = (__force __poll_t (*)(struct file *, struct poll_table_struct *))poll_, \
		};                                                                        \
		&kmi_operations;                                                          \
	})
#endif

/* Which device of several the file is open on. Those of a module begin at 0; all misc devices are of one major. */
static inline u32 kmi_linux_minor(struct file *opened)
{
	return imajor(file_inode(opened)) == MISC_MAJOR ? 0 : iminor(file_inode(opened));
}

/*
 * Negative EEXIST if something in the folder has the name, and it is not this device.
 *
 * Asked of /sys/class before something is registered there, as driver core would say it with a stack trace. Asked of
 * /dev afterwards: devtmpfs (drivers/base/devtmpfs.c) makes the node before the registration returns, but says nothing
 * when it cannot. Where nothing has the name, as without devtmpfs, making the node is up to user space.
 */
static __maybe_unused noinline __cold int kmi_linux_taken(const char *folder, const char *name, dev_t number)
{
	char *text = kasprintf(GFP_KERNEL, "%s%s", folder, name);
	struct inode *node;
	struct path path;
	int status = 0;

	if (!text)
		return -ENOMEM;
	if (!kern_path(text, LOOKUP_FOLLOW, &path)) {
		node = d_backing_inode(path.dentry);
		if (!S_ISCHR(node->i_mode) || node->i_rdev != number)
			status = -EEXIST;
		path_put(&path);
	}
	kfree(text);
	return status;
}

static __maybe_unused noinline __cold int kmi_linux_misc_publish(struct miscdevice *device, struct kmi_linux_groups *groups,
							  const void *operations)
{
	int status = kmi_linux_groups_make(groups, operations);

	if (status)
		return status;
	device->groups = groups->all;
	status = kmi_linux_taken("/sys/class/misc/", device->name, 0);
	if (!status)
		status = misc_register(device);
	if (status)
		goto files;
	status = kmi_linux_taken("/dev/", device->name, MKDEV(MISC_MAJOR, device->minor));
	if (!status)
		return 0;
	misc_deregister(device);
files:
	kmi_linux_groups_end(groups);
	return status;
}

static __maybe_unused noinline __cold void kmi_linux_misc_withdraw(struct miscdevice *device, struct kmi_linux_groups *groups)
{
	misc_deregister(device);
	kmi_linux_groups_end(groups);
}

/* Several devices of one driver: a major number, a class, and a device for each minor from 0 on. */
struct kmi_linux_char {
	struct cdev cdev;
	const struct file_operations *operations;
	const char *name;
	struct class *kind;
	dev_t first;
	u32 count;
	u32 mode;
};

static inline struct kmi_linux_char *kmi_linux_char_of(struct inode *node)
{
	return container_of(node->i_cdev, struct kmi_linux_char, cdev);
}

/* The device is const since 6.2 (ff62b8e6588f, "driver core: make struct class.devnode() take a const *"). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
static __maybe_unused char *kmi_linux_char_mode(const struct device *device, umode_t *mode)
#else
static __maybe_unused char *kmi_linux_char_mode(struct device *device, umode_t *mode)
#endif
{
	if (mode)
		*mode = ((struct kmi_linux_char *)dev_get_drvdata(device))->mode | S_IFCHR; /* a bare 0 is the default */
	return NULL;
}

static __maybe_unused noinline __cold int kmi_linux_char_class(struct kmi_linux_char *device)
{
	int status = kmi_linux_taken("/sys/class/", device->name, 0);

	if (status)
		return status;
	/* Since 6.4 without the module (1aaba11da9aa, "driver core: class: remove module * from class_create()"). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	device->kind = class_create(device->name);
#else
	device->kind = class_create(THIS_MODULE, device->name);
#endif
	if (IS_ERR(device->kind))
		return PTR_ERR(device->kind);
	device->kind->devnode = kmi_linux_char_mode;
	return 0;
}

static __maybe_unused noinline __cold void kmi_linux_char_leave(struct kmi_linux_char *device, u32 count)
{
	while (count--)
		device_destroy(device->kind, MKDEV(MAJOR(device->first), count));
}

static __maybe_unused noinline __cold int kmi_linux_char_enter(struct kmi_linux_char *device, struct kmi_linux_groups *groups)
{
	struct device *made;
	char *name;
	u32 minor;
	int status;

	for (minor = 0; minor < device->count; minor++) {
		dev_t number = MKDEV(MAJOR(device->first), minor);

		made = device_create_with_groups(device->kind, NULL, number, device, groups->all, "%s%u", device->name,
						 minor);
		if (IS_ERR(made)) {
			kmi_linux_char_leave(device, minor);
			return PTR_ERR(made);
		}
		name = kasprintf(GFP_KERNEL, "%s%u", device->name, minor);
		status = name ? kmi_linux_taken("/dev/", name, number) : -ENOMEM;
		kfree(name);
		if (status) {
			kmi_linux_char_leave(device, minor + 1);
			return status;
		}
	}
	return 0;
}

static __maybe_unused noinline __cold int kmi_linux_char_publish(struct kmi_linux_char *device,
							  struct kmi_linux_groups *groups, const void *operations)
{
	int status = kmi_linux_groups_make(groups, operations);

	if (status)
		return status;
	status = alloc_chrdev_region(&device->first, 0, device->count, device->name);
	if (status)
		goto groups;
	cdev_init(&device->cdev, device->operations);
	device->cdev.owner = THIS_MODULE;
	status = cdev_add(&device->cdev, device->first, device->count);
	if (status) {
		kobject_put(&device->cdev.kobj);
		goto region;
	}
	status = kmi_linux_char_class(device);
	if (status)
		goto files;
	status = kmi_linux_char_enter(device, groups);
	if (!status)
		return 0;
	class_destroy(device->kind);
files:
	cdev_del(&device->cdev);
region:
	unregister_chrdev_region(device->first, device->count);
groups:
	kmi_linux_groups_end(groups);
	return status;
}

static __maybe_unused noinline __cold void kmi_linux_char_withdraw(struct kmi_linux_char *device,
							    struct kmi_linux_groups *groups)
{
	kmi_linux_char_leave(device, device->count);
	class_destroy(device->kind);
	cdev_del(&device->cdev);
	unregister_chrdev_region(device->first, device->count);
	kmi_linux_groups_end(groups);
}

#endif
