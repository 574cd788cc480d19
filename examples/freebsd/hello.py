"""Says hello when it is loaded, and what else FreeBSD tells a module.

    # kldload ./hello.ko
    # kldunload hello
"""

from kmi import info, module
from kmi.freebsd.module import EventModule


@module(license="Dual BSD/GPL", description="says hello", version="1.0")
class Hello(EventModule):
    def __init__(self) -> None:
        info("hello: loaded")

    def quiesce(self) -> None:
        info("hello: asked whether it may go")

    def shutdown(self) -> None:
        info("hello: the system goes down")
