"""The simulated kernel: the interface in plain Python, deterministic and adversarial.

    with SimulatedKernel(seed=7) as kernel:
        kernel.load("examples/echo.py", capacity=16)
        user = kernel.process()
        fd = user.open("/dev/echo")
        user.write(fd, b"abc")

Every system call runs in a kernel thread, a greenlet; one runs at a time, and at each interface call a seeded
scheduler decides which. Time is virtual. The interface modules of `kmi` get their implementations from the
modules of the same names here; the kernel itself is `kmi.kernels.simulated.kernel.SimulatedKernel`.
"""
