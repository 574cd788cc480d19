"""Where a built module runs: QEMU, booted once for each kernel and restored from a snapshot for every test.

From the outside in: ``machine`` (boot, snapshot, restore) uses ``qemu`` (one process and its life) and gives
a ``guest`` (modules, files, log), whose ``process`` objects make system calls. Both talk to the program in
``agent/`` through ``agent`` (requests and replies), ``wire`` (frames) and ``mailbox`` (shared memory).
``splats`` reads what the kernel reports, ``outcomes`` are the ways in which a machine may fail, and
``initramfs`` is what it boots into.
"""
