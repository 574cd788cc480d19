"""A running guest: modules in and out, processes, files, and what its kernel had to say.

    with machine.restore() as guest:
        guest.load(Path("echo.ko"), "capacity=16")
        p = guest.process()
        ...
        guest.unload("echo")
        assert not guest.splats()

Errors of the guest's kernel are ``OSError``; a guest that does not answer is an outcome (``outcomes.py``).
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import struct
import time
from dataclasses import dataclass
from pathlib import Path

from kmi.kernels.userspace import PATIENCE
from kmi.machines import splats
from kmi.machines.agent import Agent
from kmi.machines.outcomes import MachineLost
from kmi.machines.process import GuestCall, GuestProcess
from kmi.machines.qemu import Qemu
from kmi.machines.splats import Splat
from kmi.machines.wire import PROCESSES, PROTOCOL, Op, taking

_KMEMLEAK = "/sys/kernel/debug/kmemleak"
#: What the kernel logs when a scan has found leaks; to ask it for the list takes a while, found or not.
_FOUND = re.compile(r"kmemleak: \d+ new suspected memory leaks")


@dataclass(frozen=True)
class Record:
    """One message of the kernel's log."""

    #: 0 (emergency) to 7 (debug).
    level: int
    #: Microseconds since the guest booted.
    time: int
    text: str


def parse_records(data: str) -> list[Record]:
    """The records of ``/dev/kmsg`` (``Documentation/ABI/testing/dev-kmsg`` of Linux)."""
    records = []
    for line in data.split("\n"):
        if line.startswith(" ") or ";" not in line:
            continue  # a continuation line with the record's device, or nothing
        prefix, text = line.split(";", 1)
        priority, _, moment = prefix.split(",")[:3]
        text = re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), text)
        records.append(Record(int(priority) & 7, int(moment), text))
    return records


class Guest:
    """A guest that runs now; made by ``Machine.restore``, ends with its ``with`` block."""

    def __init__(self, qemu: Qemu, seed: int) -> None:
        self._qemu = qemu
        #: What the guest's random numbers come from; the same seed gives the same entropy.
        self.seed = seed
        self._agent = Agent(qemu.channel, qemu.mailbox, qemu)
        self._free = list(range(PROCESSES))
        self._helpers: list[GuestProcess] = []
        self._users: list[GuestProcess] = []
        self._records: list[Record] = []

    def await_boot(self, timeout: float) -> None:
        """Wait for the agent's first sign of life in a machine that boots; before it, nothing may be sent."""
        self._agent.reply(0, "the machine booted", timeout)

    def adopt(self, number: int, pid: int) -> None:
        """Use the helper that was made before the snapshot, by the agent's number for it."""
        self._free.remove(number)
        helper = GuestProcess(self._agent, number, pid, self._fork, self._free.append)
        self._helpers.append(helper)

    def greet(self, timeout: float = PATIENCE) -> None:
        """Tell the agent the time and the seed, and so wait until it answers."""
        now = time.time_ns()
        entropy = hashlib.sha512(b"kmi" + self.seed.to_bytes(8, "little")).digest()
        body = struct.pack("<qq", now // 10**9, now % 10**9) + entropy
        ticket = self._agent.ask(Op.HELLO, 0, body)
        reply = self._agent.reply(ticket, f"the agent was greeted (seed {self.seed})", timeout)
        if reply.value != PROTOCOL:
            raise MachineLost(f"the agent did not understand the greeting: {reply.value}", self.console())

    @property
    def pid(self) -> int:
        """The process id of the QEMU that runs the guest."""
        return self._qemu.pid

    def console(self) -> str:
        """What the guest printed on its console since it was restored."""
        return self._qemu.console()

    # ---- processes ----

    def process(self) -> GuestProcess:
        """A new process with no open files but the standard three: ``/dev/null`` and the console."""
        self._users.append(self._spawn())
        return self._users[-1]

    def end_processes(self) -> None:
        """End every process that ``process`` or a fork of one made."""
        for process in self._users:
            process.end()

    def _spawn(self) -> GuestProcess:
        number = self._number()
        ticket = self._agent.ask(Op.SPAWN, number)
        return self._made(number, ticket, "a process was made")

    def _fork(self, parent: GuestProcess) -> GuestProcess:
        number = self._number()
        ticket = self._agent.ask(Op.FORK, parent.number, struct.pack("<H", number))
        self._users.append(self._made(number, ticket, f"process {parent.pid} forked"))
        return self._users[-1]

    def _number(self) -> int:
        if not self._free:
            raise RuntimeError(f"a guest has {PROCESSES} processes at most; end() some that are done")
        return self._free.pop(0)

    def _made(self, number: int, ticket: int, what: str) -> GuestProcess:
        reply = self._agent.reply(ticket, what, PATIENCE)
        if reply.ended or reply.value < 0:
            code = errno.ECHILD if reply.ended else -reply.value
            raise OSError(code, f"{os.strerror(code)} when {what}")
        return GuestProcess(self._agent, number, reply.value, self._fork, self._free.append)

    def helper(self) -> GuestProcess:
        """A process for the guest's own calls; one that is in no call."""
        for helper in self._helpers:
            if helper.idle:
                return helper
        self._helpers.append(self._spawn())
        return self._helpers[-1]

    # ---- modules ----

    def load(self, module: Path | bytes, parameters: str = "", timeout: float = PATIENCE) -> None:
        """Load a module, a ``.ko`` file or its bytes; ``OSError`` when the kernel or the module refuses."""
        self.start_load(module, parameters).result(timeout)

    def start_load(self, module: Path | bytes, parameters: str = "") -> GuestCall[None]:
        """Begin to load a module, in a process of its own, and return at once."""
        data = module if isinstance(module, bytes) else module.read_bytes()
        image, text = taking(data), taking(parameters.encode() + b"\0")
        return self.helper().call("init_module", [image, len(data), text], lambda value, body: None)

    def unload(self, name: str, timeout: float = PATIENCE) -> None:
        """Unload a module without waiting for its users; ``OSError`` with EAGAIN or EBUSY if it has any."""
        self.start_unload(name).result(timeout)

    def start_unload(self, name: str) -> GuestCall[None]:
        """Begin to unload a module, in a process of its own, and return at once."""
        path = taking(name.encode() + b"\0")
        return self.helper().call("delete_module", [path, os.O_NONBLOCK], lambda value, body: None)

    def modules(self) -> list[str]:
        """The names of the loaded modules, the newest first."""
        return [line.split()[0] for line in self.read_file("/proc/modules").decode().splitlines()]

    # ---- files ----

    def read_file(self, path: str) -> bytes:
        """The whole content of a file of the guest."""
        helper = self.helper()
        fd = helper.open(path, os.O_RDONLY)
        try:
            parts = []
            while part := helper.read(fd, 1 << 16):
                parts.append(part)
            return b"".join(parts)
        finally:
            helper.close(fd)

    def write_file(self, path: str, data: bytes, timeout: float = PATIENCE) -> None:
        """Write a file of the guest, made if need be; files of /proc and /sys take it in one piece."""
        helper = self.helper()
        fd = helper.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            at = 0
            while at < len(data) or at == 0:
                at += helper.start("write", fd, data[at:]).result(timeout)
                if not data:
                    break
        finally:
            helper.close(fd)

    # ---- what the kernel said ----

    def records(self) -> list[Record]:
        """The kernel's log since the restore, oldest first."""
        ticket = self._agent.ask(Op.LOG)
        reply = self._agent.reply(ticket, "the log was read", PATIENCE)
        self._records += parse_records(reply.body.decode(errors="replace"))
        return list(self._records)

    def log(self) -> list[str]:
        """The lines of the kernel's log since the restore, oldest first."""
        return [line for record in self.records() for line in record.text.split("\n")]

    def splats(self) -> list[Splat]:
        """What the kernel reported as a bug since the restore: KASAN, lockdep, warnings and their like.

        Leaks are ``scan_leaks``'s; that the kernel also logs their number is no second report.
        """
        return [splat for splat in splats.parse(self.log()) if splat.kind != "kmemleak"]

    def scan_leaks(self, timeout: float = 60.0) -> list[Splat]:
        """Memory that nothing points to any more, as kmemleak finds it; the debug kernel only.

        An object counts only when two scans in a row found it unchanged and unreferenced; the debug kernel
        makes the second where the first has found one, before this returns. A pointer that a kernel stack
        still holds by chance hides a leak, so end the processes that used the module before; the guest's own,
        which loaded it, are replaced here.
        """
        for helper in [helper for helper in self._helpers if helper.idle]:
            self._helpers.remove(helper)
            helper.end()
        self.write_file(_KMEMLEAK, b"scan", timeout)
        if not any(_FOUND.match(line) for line in self.log()):
            return []
        return splats.parse_kmemleak(self.read_file(_KMEMLEAK).decode(errors="replace"))

    def forget_leaks(self) -> None:
        """Do not report again what kmemleak has reported up to now."""
        self.write_file(_KMEMLEAK, b"clear")
