"""All parts of the modelled kernel, in the order in which they are made and told of files."""

from __future__ import annotations

from typing import Final

from kmi.machines.freebsd.kpi.callout import Callouts
from kmi.machines.freebsd.kpi.cdevpriv import CdevPrivate
from kmi.machines.freebsd.kpi.clock import Clock
from kmi.machines.freebsd.kpi.contigmalloc import Contigmalloc
from kmi.machines.freebsd.kpi.copy import Copying
from kmi.machines.freebsd.kpi.critical import Critical
from kmi.machines.freebsd.kpi.entropy import Entropy
from kmi.machines.freebsd.kpi.epoch import Epochs
from kmi.machines.freebsd.kpi.eventhandler import EventHandlers
from kmi.machines.freebsd.kpi.kenv import Environment
from kmi.machines.freebsd.kpi.kthread import KernelThreads
from kmi.machines.freebsd.kpi.locks import Locks
from kmi.machines.freebsd.kpi.make_dev import Devices
from kmi.machines.freebsd.kpi.malloc import Malloc
from kmi.machines.freebsd.kpi.mutex import Mutexes
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.kpi.printing import Printing
from kmi.machines.freebsd.kpi.processors import Processors
from kmi.machines.freebsd.kpi.rmlock import ReadMostly
from kmi.machines.freebsd.kpi.rwlock import ReaderWriter
from kmi.machines.freebsd.kpi.scratch import Scratch
from kmi.machines.freebsd.kpi.select import Selecting
from kmi.machines.freebsd.kpi.sema import Semaphores
from kmi.machines.freebsd.kpi.sleeping import Sleeping
from kmi.machines.freebsd.kpi.sleepqueue import SleepQueue
from kmi.machines.freebsd.kpi.strings import Strings
from kmi.machines.freebsd.kpi.sx import SharedExclusive
from kmi.machines.freebsd.kpi.sysctl import SysctlTree
from kmi.machines.freebsd.kpi.sysctl_contexts import Contexts
from kmi.machines.freebsd.kpi.sysctl_handlers import Handlers
from kmi.machines.freebsd.kpi.taskqueue import Taskqueues
from kmi.machines.freebsd.kpi.uio import Uios
from kmi.machines.freebsd.kpi.vm import VmObjects
from kmi.machines.freebsd.kpi.witness import Witness

__all__ = ["PARTS"]

PARTS: Final[tuple[type[Part], ...]] = (
    Printing,
    Clock,
    Malloc,
    Locks,
    Witness,
    Mutexes,
    Sleeping,
    Callouts,
    KernelThreads,
    Taskqueues,
    Processors,
    SleepQueue,
    Semaphores,
    Epochs,
    EventHandlers,
    ReadMostly,
    Contigmalloc,
    SharedExclusive,
    ReaderWriter,
    Critical,
    Entropy,
    Strings,
    Scratch,
    Copying,
    Uios,
    Devices,
    CdevPrivate,
    Selecting,
    Environment,
    VmObjects,
    SysctlTree,
    Contexts,
    Handlers,
)  # fmt: skip
"""One line each; the linker comes before them. One finds another by `kernel.part(Other)`."""
