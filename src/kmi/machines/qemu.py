"""One QEMU process: started, spoken to through QMP, and never outliving who started it.

Everything goes over inherited descriptors, so that no socket file can clash or remain: a socket pair for QMP,
one for the agent's serial port, and a file in memory into which the guest's console is written.

Invariants:

- QEMU dies with the thread that started it, even by SIGKILL: the kernel sends it SIGKILL (PR_SET_PDEATHSIG),
  and the launcher looks after setting that whether the parent is still the parent.
- Nothing here waits without end.
- QEMU's exit status says nothing about the guest, and is only shown, never judged.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kmi.machines import splats
from kmi.machines.mailbox import SIZE, Mailbox
from kmi.machines.outcomes import PANIC, KernelPanic, MachineError, MachineLost, TimedOut

PROGRAM = "qemu-system-x86_64"

#: Become QEMU only if the parent, whose death is waited for from here on, has not died before.
_LAUNCH = 'test "$PPID" -eq "$0" && exec "$@"'

_STAMP = re.compile(r"^\[ *\d+\.\d+\] ?", re.MULTILINE)
_WHERE = re.compile(r"^RIP: 0010:(\S+)(?: (\[\w+\]))?", re.MULTILINE)

# The memory is a file beside the state; completion is an event, not something to ask for again and again.
_CAPABILITIES = [{"capability": name, "state": True} for name in ("x-ignore-shared", "events")]


class MissingQemu(Exception):
    """There is no QEMU for x86_64 on this computer."""


@cache
def version() -> str:
    """QEMU's version line; it is part of a snapshot's key."""
    if not shutil.which(PROGRAM):
        raise MissingQemu(f"there is no {PROGRAM}: apt-get install --no-install-recommends qemu-system-x86")
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]


class Qemu:
    """A running QEMU with its agent channel (``channel``), console and monitor."""

    def __init__(self, options: Sequence[str], *, files: Sequence[int] = ()) -> None:
        version()
        self._console = os.memfd_create("kmi-console", os.MFD_CLOEXEC)
        self.mailbox = Mailbox()
        self.channel, channel = socket.socketpair()
        self._monitor, monitor = socket.socketpair()
        self._received = b""
        shared = "memory-backend-file,id=mailbox,share=on"
        command = [
            *("setpriv", "--pdeathsig", "KILL", "sh", "-c", _LAUNCH, str(os.getpid())),
            *(PROGRAM, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
            *("-chardev", f"file,id=console,path=/proc/self/fd/{self._console}"),
            *("-serial", "chardev:console"),
            *("-chardev", f"socket,id=agent,fd={channel.fileno()}", "-serial", "chardev:agent"),
            *("-chardev", f"socket,id=monitor,fd={monitor.fileno()}", "-mon", "chardev=monitor,mode=control"),
            *("-object", f"{shared},size={SIZE},mem-path=/proc/self/fd/{self.mailbox.fd}"),
            *("-device", "ivshmem-plain,memdev=mailbox,master=on"),
            *options,
        ]
        self._errors = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                pass_fds=(self._console, self.mailbox.fd, channel.fileno(), monitor.fileno(), *files),
                process_group=0,  # Ctrl-C at the terminal is for us; we end QEMU
            )
        except BaseException:
            self._close()
            raise
        finally:
            channel.close()
            monitor.close()

    @property
    def pid(self) -> int:
        """QEMU's process id."""
        return self._process.pid

    def console(self) -> str:
        """All that the guest has printed on its console."""
        if self._console < 0:
            return ""
        size = os.fstat(self._console).st_size
        return os.pread(self._console, size, 0).decode(errors="replace").replace("\r", "")

    def gone(self, what: str) -> MachineError:
        """Why the machine is no longer there, as the outcome to raise."""
        try:
            status: int | None = self._process.wait(5)
        except subprocess.TimeoutExpired:
            status = None
        console = self.console()
        if PANIC in console:
            return KernelPanic(f"the guest's kernel panicked while {what}: {_reason(console)}", console)
        said = self._said()
        how = "still runs but closed its channel" if status is None else f"ended with status {status}"
        return MachineLost(f"QEMU {how} while {what}" + (f": {said}" if said else ""), console)

    def _said(self) -> str:
        """What QEMU itself complained about."""
        size = os.fstat(self._errors.fileno()).st_size
        return os.pread(self._errors.fileno(), size, 0).decode(errors="replace").strip()

    def late(self, what: str, seconds: float) -> MachineError:
        """The outcome to raise when the guest did not answer in time."""
        console = self.console()
        if PANIC in console:
            return self.gone(what)
        return TimedOut(f"the guest gave no answer within {seconds:g} s while {what}", console)

    def command(
        self, name: str, timeout: float = 30.0, *, pass_fd: int | None = None, **arguments: object
    ) -> object:
        """Carry out a QMP command; its result."""
        deadline = time.monotonic() + timeout
        if not self._received:
            self._message(deadline, timeout)  # the greeting
            self._received = b"\n"
            self.command("qmp_capabilities", timeout)
        request = {"execute": name, "arguments": {key.replace("_", "-"): v for key, v in arguments.items()}}
        try:
            line = json.dumps(request).encode() + b"\n"
            if pass_fd is None:
                self._monitor.sendall(line)
            else:
                socket.send_fds(self._monitor, [line], [pass_fd])
        except OSError:
            raise self.gone(f"asked to {name}") from None
        while True:
            message = self._message(deadline, timeout)
            if "error" in message:
                raise MachineLost(f"QEMU refused to {name}: {message['error']}", self.console())
            if "return" in message:
                return message["return"]

    def _message(self, deadline: float, timeout: float) -> dict[str, object]:
        while True:
            line, newline, rest = self._received.lstrip(b"\r\n").partition(b"\n")
            if newline:
                self._received = rest or b"\n"
                message: dict[str, object] = json.loads(line)
                return message
            ready, _, _ = select.select([self._monitor], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise self.late("QEMU's monitor was asked", timeout)
            data = self._monitor.recv(65536)
            if not data:
                raise self.gone("its monitor was asked")
            self._received += data

    def migrate(self, target: Path, timeout: float = 120.0) -> None:
        """Stop the machine and write its state, without the memory that is a shared file, to ``target``."""
        self.command("stop")
        self.command("migrate-set-capabilities", capabilities=_CAPABILITIES)
        self.command("migrate-set-parameters", max_bandwidth=1 << 40)
        file = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            self.command("getfd", pass_fd=file, fdname="state")
            self.command("migrate", uri="fd:state")
            self._migrated("save", timeout)
            _forget_mailbox(file)
        finally:
            os.close(file)

    def resume(self, state: int, timeout: float = 60.0) -> None:
        """Take over the state that ``migrate`` wrote, from a descriptor of it, and run."""
        self.command("migrate-set-capabilities", capabilities=_CAPABILITIES)
        self.command("migrate-incoming", uri=f"fd:{state}")
        self._migrated("restore", timeout)
        self.command("cont")  # it was saved while it was stopped

    def _migrated(self, what: str, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while True:
            message = self._message(deadline, timeout)
            data = message.get("data") if message.get("event") == "MIGRATION" else None
            status = data.get("status") if isinstance(data, dict) else None
            if status == "completed":
                return
            if status in ("failed", "cancelled"):
                raise MachineLost(f"QEMU could not {what} the machine: {self._said()}", self.console())

    def kill(self) -> None:
        """End QEMU now, and wait until it is gone. Twice is harmless."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._close()

    def _close(self) -> None:
        self.channel.close()
        self._monitor.close()
        self.mailbox.close()
        self._errors.close()
        if self._console >= 0:
            os.close(self._console)
            self._console = -1


def _reason(console: str) -> str:
    """The first thing that went wrong, of all that a panic prints, and where."""
    plain = _STAMP.sub("", console)
    found = splats.parse(plain.splitlines())
    reason = str(found[0]) if found else "no report was printed"
    if len(found) > 1 and (where := _WHERE.search(plain)):
        reason += f", at {where[1]}" + (f" {where[2]}" if where[2] else "")
    return reason


def _forget_mailbox(file: int) -> None:
    """Take from a saved state the address at which the mailbox lay.

    QEMU writes down where each shared memory was mapped and insists on it when it restores; but a PCI
    device's memory is mapped only by the state that follows, so that at this moment its address is still 0.
    """
    state = os.pread(file, 1 << 16, 0)
    name = b"/mailbox" + struct.pack(">Q", SIZE)
    place = state.find(name)
    if place < 0 or state.find(name, place + 1) >= 0:
        raise MachineLost("QEMU's saved state does not name the mailbox once; is this QEMU too new?")
    os.pwrite(file, bytes(8), place + len(name))
