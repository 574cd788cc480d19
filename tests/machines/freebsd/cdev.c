/* A device that shows what devfs does: each method says in the log what it was given. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/module.h>
#include <sys/conf.h>
#include <sys/uio.h>
#include <sys/fcntl.h>
#include <sys/filio.h>
#include <sys/ioccom.h>
#include <sys/poll.h>
#include <sys/selinfo.h>

static d_open_t c_open;
static d_close_t c_close;
static d_read_t c_read;
static d_write_t c_write;
static d_ioctl_t c_ioctl;
static d_poll_t c_poll;

static struct cdevsw methods = {
	.d_version = D_VERSION, .d_name = "cdev", .d_open = c_open, .d_close = c_close, .d_read = c_read,
	.d_write = c_write, .d_ioctl = c_ioctl, .d_poll = c_poll,
};
static struct cdevsw tracking = { .d_version = D_VERSION, .d_flags = D_TRACKCLOSE, .d_name = "tracking", .d_close = c_close };
static struct cdevsw old = { .d_version = 0x20011966, .d_name = "old", .d_open = c_open };

static struct cdev *dev, *second, *third, *alias;
static char buffer[64];
static int length;
static struct selinfo sel;
static int answer;

static void
ended(void *data)
{
	printf("destructor %d\n", (int)(intptr_t)data);
}

static int
c_open(struct cdev *d, int flags, int type, struct thread *td)
{
	static int number;
	int error, again;

	if (answer != 0)
		return (answer);
	error = devfs_set_cdevpriv((void *)(intptr_t)++number, ended);
	again = devfs_set_cdevpriv(NULL, ended);
	printf("open %s %x %o %d %d %d\n", d->si_name, flags, type, td == curthread, error, again == EBUSY);
	return (0);
}

static int
c_close(struct cdev *d, int flags, int type, struct thread *td)
{
	printf("close %s %x\n", d->si_name, flags);
	return (0);
}

static int
c_read(struct cdev *d, struct uio *uio, int flags)
{
	void *number;

	if (devfs_get_cdevpriv(&number) != 0)
		return (EDOOFUS);
	printf("read %d %x %ld %ld\n", (int)(intptr_t)number, flags, (long)uio->uio_offset, (long)uio->uio_resid);
	if (answer != 0)
		return (answer);
	return (uiomove_frombuf(buffer, length, uio));
}

static int
c_write(struct cdev *d, struct uio *uio, int flags)
{
	int error;

	if (uio->uio_resid > (ssize_t)sizeof(buffer))
		return (EFBIG);
	length = uio->uio_resid;
	error = uiomove(buffer, length, uio);
	selwakeup(&sel);
	return (error != 0 ? error : answer);
}

static int
c_ioctl(struct cdev *d, u_long command, caddr_t data, int flags, struct thread *td)
{
	switch (command) {
	case FIONBIO:
		printf("blocks %d %x\n", !*(int *)data, flags);
		return (answer);
	case _IOWR('c', 1, long[2]):
		((long *)data)[1] = ((long *)data)[0] + 1;
		return (0);
	case _IOR('c', 2, int):
		printf("zeroed %d\n", *(int *)data);
		*(int *)data = 77;
		return (0);
	case _IO('c', 3):
		answer = (int)*(intptr_t *)data;
		return (0);
	case _IO('c', 4):
		return (destroy_dev_sched(d) ? 0 : EBUSY);
	case _IO('c', 5):
		destroy_dev(d);
		return (0);
	}
	return (ENOIOCTL);
}

static int
c_poll(struct cdev *d, int events, struct thread *td)
{
	if (length > 0)
		return (events & (POLLIN | POLLRDNORM));
	selrecord(td, &sel);
	return (0);
}

static int
event(module_t m, int what, void *arg)
{
	struct make_dev_args args;
	static const char *const names[] = {
		"a b", "", "x/", "./x", "x/../y", "/", "first", "first/x", "group", "null", "//group//three", "q\"",
	};
	struct cdev *made;
	char long_name[300];

	switch (what) {
	case MOD_LOAD:
		make_dev_args_init(&args);
		args.mda_devsw = &methods;
		args.mda_flags = MAKEDEV_WAITOK | MAKEDEV_CHECKNAME;
		args.mda_unit = 7;
		args.mda_si_drv1 = &sel;
		args.mda_mode = 0600;
		printf("first %d\n", make_dev_s(&args, &dev, "first"));
		printf("of group %d %d\n", make_dev_s(&args, &second, "/group//%s%d", "two", 2), dev2unit(second));
		args.mda_devsw = &tracking;
		make_dev_s(&args, &third, "tracking");
		alias = make_dev_alias(dev, "other");
		for (u_int i = 0; i < nitems(names); i++)
			printf("%s: %d\n", names[i], make_dev_s(&args, &made, "%s", names[i]));
		memset(long_name, 'n', sizeof(long_name));
		long_name[299] = 0;
		printf("long: %d\n", make_dev_s(&args, &made, "%s", long_name));
		make_dev(&old, 0, UID_ROOT, GID_WHEEL, 0600, "old");
		return (0);
	case MOD_UNLOAD:
		if (dev->si_flags & SI_NAMED)
			destroy_dev(dev);
		destroy_dev(second);
		destroy_dev(third);
		seldrain(&sel);
		return (0);
	}
	return (EOPNOTSUPP);
}

DEV_MODULE(cdev, event, NULL);
MODULE_VERSION(cdev, 1);
