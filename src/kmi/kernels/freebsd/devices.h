/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Devices: their methods, and how they come to have names in /dev.
 *
 * A registration is all or nothing: what fails half-way is undone here, in reverse.
 *
 * Part of helpers.h.
 */
#ifndef KMI_FREEBSD_DEVICES_H
#define KMI_FREEBSD_DEVICES_H

/*
 * The methods of one kind of device: static storage, so a macro, so declared for bindgen. There is no d_close: FreeBSD
 * calls it at the last close of the device, of a file what is called is the destructor of its cdevpriv.
 */
#ifdef KMI_BINDGEN
struct cdevsw *kmi_freebsd_operations(int (*open)(struct cdev *, int, int, struct thread *),
				      int (*read)(struct cdev *, struct uio *, int),
				      int (*write)(struct cdev *, struct uio *, int),
				      int (*ioctl)(struct cdev *, unsigned long, u8 *, int, struct thread *),
				      int (*mmap)(struct cdev *, i64 *, u64, struct vm_object **, int),
				      int (*poll)(struct cdev *, int, struct thread *));
#else
#define kmi_freebsd_operations(open_, read_, write_, ioctl_, mmap_, poll_) \
	({                                                          \
		static struct cdevsw kmi_operations = {             \
			.d_version = D_VERSION,                     \
			.d_name = KMI_NAME,                         \
			.d_open = open_,                            \
			.d_read = read_,                            \
			.d_write = write_,                          \
			.d_ioctl = (d_ioctl_t *)ioctl_,             \
			.d_mmap_single = (d_mmap_single_t *)mmap_,  \
			.d_poll = poll_,                            \
		};                                                  \
		&kmi_operations;                                    \
	})
#endif

/* A device, or several of one kind, whose names are numbered. */
struct kmi_freebsd_device {
	struct cdevsw *operations;
	const char *name;
	struct cdev **nodes;
	u32 count;
	u32 mode;
	bool numbered;
	bool told; /* the log says why it could not be made */
	struct sysctl_ctx_list shown;
};

static inline struct kmi_freebsd_device *kmi_freebsd_device_of(struct cdev *node)
{
	return node->si_drv1;
}

static inline u32 kmi_freebsd_minor(struct cdev *node)
{
	return dev2unit(node);
}

/* Removes the first so many nodes; waits until no call is in a method of theirs. */
static __maybe_unused noinline __cold void kmi_freebsd_device_remove(struct kmi_freebsd_device *device, u32 count)
{
	while (count--)
		destroy_dev(device->nodes[count]);
	free(device->nodes, M_KMI);
	device->nodes = NULL;
}

/* 0 or an errno. */
static __maybe_unused noinline __cold int kmi_freebsd_device_publish(struct kmi_freebsd_device *device,
								     const void *operations)
{
	struct make_dev_args arguments;
	u32 unit;
	int status;

	if (kmi_test_fails())
		return ENOMEM;
	status = kmi_freebsd_attributes_show(&device->shown, operations, device->name,
					     device->numbered ? device->count : 0);
	device->told = status != 0;
	if (status)
		return status;
	device->nodes = malloc(device->count * sizeof(*device->nodes), M_KMI, M_WAITOK);
	for (unit = 0; unit < device->count; unit++) {
		make_dev_args_init(&arguments);
		arguments.mda_flags = MAKEDEV_CHECKNAME | MAKEDEV_WAITOK;
		arguments.mda_devsw = device->operations;
		arguments.mda_uid = UID_ROOT;
		arguments.mda_gid = GID_WHEEL;
		arguments.mda_mode = device->mode;
		arguments.mda_unit = unit;
		arguments.mda_si_drv1 = device;
		if (device->numbered)
			status = make_dev_s(&arguments, &device->nodes[unit], "%s%u", device->name, unit);
		else
			status = make_dev_s(&arguments, &device->nodes[unit], "%s", device->name);
		if (status) {
			kmi_freebsd_device_remove(device, unit);
			(void)sysctl_ctx_free(&device->shown);
			return status;
		}
	}
	return 0;
}

static inline void kmi_freebsd_device_withdraw(struct kmi_freebsd_device *device)
{
	kmi_freebsd_device_remove(device, device->count);
	(void)sysctl_ctx_free(&device->shown);
}

/* --- open files ----------------------------------------------------------------------------------------------- */

/* What the file keeps, or NULL: it was not opened through a descriptor. */
static inline void *kmi_freebsd_opened(void)
{
	void *opened;

	return devfs_get_cdevpriv(&opened) ? NULL : opened;
}

/* The flags of the file of this call, where the method is not told. */
static inline int kmi_freebsd_flags(void)
{
	return curthread->td_fpop ? curthread->td_fpop->f_flag : 0;
}

static inline i64 kmi_freebsd_position(void)
{
	return curthread->td_fpop ? curthread->td_fpop->f_offset : 0;
}

#endif
