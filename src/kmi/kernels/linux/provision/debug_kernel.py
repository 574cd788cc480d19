"""The debug kernel: the recipe of ``linux:debug``, with what finds bugs and what the guest's agent needs."""

from __future__ import annotations

from kmi.kernels.linux.provision.from_source import Recipe

# A comment says what a group is for.
_CONFIG = """
# the machine
64BIT=y SMP=y NR_CPUS=4 RELOCATABLE=y PCI=y ACPI=y HPET_TIMER=y HIGH_RES_TIMERS=y PREEMPT=y MAGIC_SYSRQ=y
TTY=y VT=n UNIX98_PTYS=n SERIAL_8250=y SERIAL_8250_CONSOLE=y DEVMEM=y
VIRTIO_MENU=y VIRTIO_PCI=y VIRTIO_CONSOLE=y
# what emulation is slow at: a return costs it far more than a branch, and a timer's tick many
CC_OPTIMIZE_FOR_PERFORMANCE=y KASAN_INLINE=y UNWINDER_FRAME_POINTER=y NO_HZ_IDLE=y INIT_STACK_NONE=y
# the agent and the tests' processes
PRINTK=y PRINTK_TIME=y BUG=y KALLSYMS=y KALLSYMS_ALL=y MULTIUSER=y BINFMT_ELF=y BINFMT_SCRIPT=y
POSIX_TIMERS=y FUTEX=y EPOLL=y EVENTFD=y SIGNALFD=y TIMERFD=y AIO=y SHMEM=y MEMBARRIER=y
PROC_FS=y PROC_SYSCTL=y SYSFS=y DEVTMPFS=y TMPFS=y DEBUG_FS=y CONFIGFS_FS=y
NET=y UNIX=y INET=n WIRELESS=n ETHTOOL_NETLINK=n
BLK_DEV_INITRD=y RD_GZIP=y RD_BZIP2=n RD_LZMA=n RD_XZ=n RD_LZO=n RD_LZ4=n RD_ZSTD=n KERNEL_GZIP=y
# modules
MODULES=y MODULE_UNLOAD=y FRAME_WARN=2048
# memory errors
SLUB_TINY=n SLUB_DEBUG=y KASAN=y KASAN_GENERIC=y KASAN_VMALLOC=y DEBUG_LIST=y
UBSAN=y UBSAN_BOUNDS=y UBSAN_SHIFT=y UBSAN_BOOL=y UBSAN_ENUM=y
DEBUG_OBJECTS=y DEBUG_OBJECTS_FREE=y DEBUG_OBJECTS_TIMERS=y DEBUG_OBJECTS_WORK=y
# locks and contexts; lockdep's tables small (four times what a boot fills), since kmemleak reads through them
LOCKDEP_BITS=13 LOCKDEP_CHAINS_BITS=14 LOCKDEP_STACK_TRACE_BITS=17 LOCKDEP_STACK_TRACE_HASH_BITS=12
LOCKDEP_CIRCULAR_QUEUE_BITS=11
DEBUG_KERNEL=y STACKTRACE=y PROVE_LOCKING=y DEBUG_ATOMIC_SLEEP=y DETECT_HUNG_TASK=y
# leaks, looked for only when asked
DEBUG_KMEMLEAK=y DEBUG_KMEMLEAK_DEFAULT_OFF=n DEBUG_KMEMLEAK_AUTO_SCAN=n DEBUG_KMEMLEAK_MEM_POOL_SIZE=2500
# failures made to happen
FAULT_INJECTION=y FAULT_INJECTION_DEBUG_FS=y FAILSLAB=y FAIL_PAGE_ALLOC=y FAULT_INJECTION_USERCOPY=y
# vmlinux's debug information doubles the build and its size; a module's frames are what matters
DEBUG_INFO_NONE=y
"""

# They make the search for leaks quick enough to follow every test (half a second, not six) and touch
# nothing that a module could notice.
_PATCHES = (
    # kmemleak takes nothing for a leak that is younger than five seconds, since its address may still be in
    # a register only. A test looks when all is quiet; it need not wait that long.
    ("mm/kmemleak.c", "#define MSECS_MIN_AGE\t\t5000\t", "#define MSECS_MIN_AGE\t\t100\t"),
    # A leak is what two scans find unreferenced and unchanged, and the second is the one that says so: it is
    # made here, and only where the first has found something. A scan takes thousands of locks, one after the
    # other; lockdep need not watch them.
    (
        "mm/kmemleak.c",
        '"scan", 4) == 0)\n\t\tkmemleak_scan();',
        """"scan", 4) == 0) {
\t\tlockdep_off();
\t\tkmemleak_suspects = 0;
\t\tkmemleak_scan();
\t\tif (kmemleak_suspects) {
\t\t\tmsleep(MSECS_MIN_AGE + 20);
\t\t\tkmemleak_scan();
\t\t}
\t\tlockdep_on();
\t}""",
    ),
    (
        "mm/kmemleak.c",
        """\t\traw_spin_lock_irq(&object->lock);
\t\tif (color_white(object) && (object->flags & OBJECT_ALLOCATED)
\t\t    && update_checksum(""",
        """\t\traw_spin_lock_irq(&object->lock);
\t\tif (color_white(object) && (object->flags & OBJECT_ALLOCATED)
\t\t    && !(object->flags & OBJECT_REPORTED))
\t\t\tkmemleak_suspects++;
\t\tif (color_white(object) && (object->flags & OBJECT_ALLOCATED)
\t\t    && update_checksum(""",
    ),
    # Of the words that it reads, it looks up those only that can be the address of an object: not what lies
    # between the page descriptors and the modules, which are these descriptors, KASAN's shadow and the
    # kernel itself. A block without one needs no lock, and objects that are known to be in use none either.
    (
        "mm/kmemleak.c",
        "static int scan_block(void *_start,",
        """static unsigned int kmemleak_suspects;

static __always_inline bool may_point(unsigned long word)
{
\tif (word >= min_percpu_addr && word < max_percpu_addr)
\t\treturn true;
\treturn word >= min_addr && word < max_addr && !(word >= VMEMMAP_START && word < MODULES_VADDR);
}

static int scan_block(void *_start,""",
    ),
    (
        "mm/kmemleak.c",
        """\traw_spin_lock_irqsave(&kmemleak_lock, flags);
\tfor (ptr = start; ptr < end; ptr++) {
\t\tunsigned long pointer;

\t\tif (scan_should_stop()) {
\t\t\tstop = 1;
\t\t\tbreak;
\t\t}

\t\tkasan_disable_current();
\t\tpointer = *(unsigned long *)kasan_reset_tag((void *)ptr);
\t\tkasan_enable_current();

""",
        """\tif (scan_should_stop())
\t\treturn 1;
\tfor (ptr = start; ptr < end && !may_point(*ptr); ptr++)
\t\t;
\tif (ptr >= end)
\t\treturn 0;
\traw_spin_lock_irqsave(&kmemleak_lock, flags);
\tfor (; ptr < end; ptr++) {
\t\tunsigned long pointer = *ptr;

\t\tif (!may_point(pointer))
\t\t\tcontinue;
""",
    ),
    (
        "mm/kmemleak.c",
        "\t\t/* self referenced, ignore */\n\t\treturn;\n",
        """\t\t/* self referenced, ignore */
\t\treturn;
\tif (!color_white(object) && !object->excess_ref)
\t\treturn;
""",
    ),
    # A scan begins by forgetting what was counted before, object by object. Nobody else counts, so that this
    # needs no lock.
    ("mm/kmemleak.c", "\t\traw_spin_lock_irq(&object->lock);\n#ifdef DEBUG\n", "#ifdef DEBUG\n"),
    (
        "mm/kmemleak.c",
        """\t\tif (color_gray(object) && get_object(object))
\t\t\tlist_add_tail(&object->gray_list, &gray_list);

\t\traw_spin_unlock_irq(&object->lock);
""",
        """\t\tif (color_gray(object) && get_object(object))
\t\t\tlist_add_tail(&object->gray_list, &gray_list);
""",
    ),
    # 16 MiB of hash table, which kmemleak would read through at every scan.
    ("lib/stackdepot.c", "BUCKET_NUMBER_ORDER_MAX 20", "BUCKET_NUMBER_ORDER_MAX 12"),
    # The checkers need not check each other.
    (
        "kernel/locking/Makefile",
        "KCSAN_SANITIZE_lockdep.o := n\n",
        "KCSAN_SANITIZE_lockdep.o := n\nKASAN_SANITIZE_lockdep.o := n\nUBSAN_SANITIZE_lockdep.o := n\n",
    ),
)

_KEPT_ARCH = ("Makefile", "Makefile.um", "Makefile.postlink", "Makefile_32.cpu", "include", "scripts")

RECIPE = Recipe(
    title="the debug kernel",
    architecture="x86",
    config=_CONFIG,
    patches=_PATCHES,
    targets=("bzImage", "modules"),
    image="arch/x86/boot/bzImage",
    kept=(*(f"arch/x86/{name}" for name in _KEPT_ARCH), "tools/objtool/objtool", "arch/x86/entry/syscalls"),
    files=1100,
)
