/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What goes between the module and a process: bytes of reads and writes, commands of ioctl, events of poll.
 *
 * Part of helpers.h.
 */
#ifndef KMI_FREEBSD_USERSPACE_H
#define KMI_FREEBSD_USERSPACE_H

/*
 * Copies between the kernel's memory and the user's; how many bytes went before a fault.
 *
 * uiomove counts an iovec or nothing of it, though a fault may come in its midst. So what it refused is moved once
 * more, page by page of the user's memory: a page is there or is not.
 */
static __maybe_unused noinline size_t kmi_freebsd_move(struct uio *memory, u8 *kernel, size_t size)
{
	size_t done = 0;
	int error = 0;

	while (done < size && !error) {
		ssize_t before = memory->uio_resid;

		error = uiomove(kernel + done, (int)MIN(size - done, 1 << 30), memory);
		done += before - memory->uio_resid;
	}
	while (done < size) {
		struct iovec *piece = memory->uio_iov;
		size_t room;

		if (piece->iov_len == 0) {
			memory->uio_iov++;
			memory->uio_iovcnt--;
			continue;
		}
		room = PAGE_SIZE - ((uintptr_t)piece->iov_base & PAGE_MASK);
		room = MIN(MIN(room, piece->iov_len), size - done);
		if (uiomove(kernel + done, (int)room, memory))
			break;
		done += room;
	}
	return done;
}

static inline size_t kmi_freebsd_copy_from(struct uio *memory, void *to, size_t size)
{
	return size && kmi_test_call_fails(KMI_FAILS_COPY_IN) ? 0 : kmi_freebsd_move(memory, to, size);
}

static inline size_t kmi_freebsd_copy_to(struct uio *memory, const void *from, size_t size)
{
	return size && kmi_test_call_fails(KMI_FAILS_COPY_OUT) ? 0 :
								 kmi_freebsd_move(memory, __DECONST(void *, from), size);
}

/* Goes forward without a copy. */
static __maybe_unused void kmi_freebsd_skip(struct uio *memory, size_t size)
{
	enum uio_seg kind = memory->uio_segflg;

	memory->uio_segflg = UIO_NOCOPY;
	while (size) {
		size_t piece = MIN(size, 1 << 30);

		(void)uiomove(NULL, (int)piece, memory);
		size -= piece;
	}
	memory->uio_segflg = kind;
}

/*
 * The command in the encoding that modules see, which is one on all kernels: the size, group and number are where
 * FreeBSD has them, the direction is other bits (see language/declarations/ioctls.py). IOC_VOID has none.
 */
#define KMI_IOCTL_TAKES 0x40000000u
#define KMI_IOCTL_GIVES 0x80000000u

static __maybe_unused void kmi_freebsd_request_init(struct kmi_freebsd_request *request, unsigned long command, u8 *data)
{
	request->command = command & 0xffff;
	if (command & IOC_VOID) {
		/* sys_ioctl leaves the argument itself there; of _IOWINT only the int counts. */
		request->value = IOCPARM_LEN(command) ? (u64)*(int *)data : (u64)*(uintptr_t *)data;
		request->data = NULL;
		return;
	}
	request->command |= IOCPARM_LEN(command) << 16;
	if (command & IOC_IN)
		request->command |= KMI_IOCTL_TAKES;
	if (command & IOC_OUT)
		request->command |= KMI_IOCTL_GIVES;
	request->value = 0;
	request->data = data;
}

/* From the caller's side, as in the names: the caller of _IOW writes, so the driver reads. */
static inline bool kmi_freebsd_ioctl_takes(u32 command, size_t size)
{
	return (command & KMI_IOCTL_TAKES) && IOCPARM_LEN(command) == size;
}

static inline bool kmi_freebsd_ioctl_gives(u32 command, size_t size)
{
	return (command & KMI_IOCTL_GIVES) && IOCPARM_LEN(command) == size;
}

/* Test builds may say that it cannot be copied, as on other kernels. */
static inline bool kmi_freebsd_record_in(u8 *to, const u8 *record, size_t size)
{
	if (kmi_test_call_fails(KMI_FAILS_COPY_IN))
		return false;
	memcpy(to, record, size);
	return true;
}

static inline bool kmi_freebsd_record_out(u8 *record, const u8 *from, size_t size)
{
	if (kmi_test_call_fails(KMI_FAILS_COPY_OUT))
		return false;
	memcpy(record, from, size);
	return true;
}

static __maybe_unused u64 kmi_freebsd_random(void)
{
	u64 drawn;

	arc4random_buf(&drawn, sizeof(drawn));
	return drawn;
}

/* What fcntl(2) tells a device of a descriptor's flags: the kernel keeps them itself, and wants to hear 0. */
static inline bool kmi_freebsd_ioctl_of_flags(unsigned long command)
{
	return command == FIONBIO || command == FIOASYNC;
}

/* A result of an ioctl beside the errno. */
static inline void kmi_freebsd_result(struct thread *thread, u32 result)
{
	thread->td_retval[0] = result;
}

/* poll(2)'s bits of what is ready: POSIX's names, and FreeBSD's numbers of those whose numbers differ. */
static __maybe_unused int kmi_freebsd_ready(u32 ready, int asked)
{
	int events = ready & (POLLIN | POLLPRI | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLRDBAND);

	if (ready & 0x100)
		events |= POLLWRNORM;
	if (ready & 0x200)
		events |= POLLWRBAND;
	return events & (asked | POLLERR | POLLHUP);
}

#endif
