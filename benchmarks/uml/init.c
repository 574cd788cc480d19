// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * The first process of User Mode Linux under measurement: it carries out /plan, one line at a time, and ends.
 *
 *     load echo.ko capacity=4096        unload echo
 *
 * What modules say in the kernel's log, the console prints; a call that fails ends the run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

static int load(const char *file, const char *parameters)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), status;

	if (fd < 0)
		return -1;
	status = syscall(SYS_finit_module, fd, parameters, 0);
	close(fd);
	return status;
}

int main(void)
{
	char line[512];
	FILE *plan;

	if (mount("none", "/dev", "devtmpfs", 0, NULL) || mount("none", "/sys", "sysfs", 0, NULL))
		goto failed;
	plan = fopen("/plan", "re");
	if (!plan)
		goto failed;
	while (fgets(line, sizeof(line), plan)) {
		char *rest = strchrnul(line, '\n'), *word;

		*rest = '\0';
		rest = line;
		word = strsep(&rest, " ");
		if (!strcmp(word, "load")) {
			char *file = strsep(&rest, " ");

			/* The driver refuses to stay: ECANCELED says that it has measured. */
			if (load(file, rest ? rest : "") && errno != ECANCELED)
				goto failed;
		} else if (!strcmp(word, "unload")) {
			if (syscall(SYS_delete_module, rest, O_NONBLOCK))
				goto failed;
		} else {
			errno = EINVAL;
			goto failed;
		}
	}
	printf("bench: done\n");
	goto off;
failed:
	printf("bench: failed: %s: %s\n", line, strerror(errno));
off:
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
