"""The guest's first file system: the agent as ``/init`` and nothing else, written as a "newc" cpio archive.

Sources: ``Documentation/driver-api/early-userspace/buffer-format.rst`` of Linux. The archive is the same
bytes for the same agent, because the snapshot's key contains it.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from kmi import cache

SOURCES = Path(__file__).parent / "agent"

_DIRECTORIES = ("dev", "proc", "sys", "run", "tmp")
_COMPILE = ("gcc", "-std=gnu11", "-O2", "-static", "-s", "-Wall", "-Wextra", "-Werror")


class AgentError(Exception):
    """The guest's agent cannot be compiled."""


def build() -> bytes:
    """The initramfs; its agent is compiled once per source and compiler."""
    return archive((build_agent() / "init").read_bytes())


def build_agent() -> Path:
    """The cache entry with the agent's executable, ``init``."""
    if not shutil.which("gcc"):
        raise AgentError("the guest's agent needs a C compiler: apt-get install gcc libc6-dev")
    files = sorted(SOURCES.glob("*.[ch]"))
    program = [str(file) for file in files if file.suffix == ".c"]
    version = subprocess.run(["gcc", "--version"], capture_output=True, check=True).stdout

    def make(path: Path) -> None:
        done = subprocess.run([*_COMPILE, "-o", str(path / "init"), *program], capture_output=True, text=True)
        if done.returncode:
            raise AgentError(
                "the guest's agent does not compile; if a header is missing: apt-get install libc6-dev\n"
                + done.stderr
            )

    return cache.get("agent", cache.key(version, *_COMPILE, *(file.read_bytes() for file in files)), make)


def archive(init: bytes) -> bytes:
    """The cpio archive whose ``/init`` is this program."""
    parts = [_member(name, 0o040755, b"", 2, inode) for inode, name in enumerate(_DIRECTORIES, 1)]
    parts.append(_member("init", 0o100755, init, 1, len(_DIRECTORIES) + 1))
    # The kernel opens /dev/console for init before anything is mounted.
    parts.append(_member("dev/console", 0o020600, b"", 1, len(_DIRECTORIES) + 2, (5, 1)))
    parts.append(_member("TRAILER!!!", 0, b"", 1, 0))
    return b"".join(parts)


def _member(
    name: str, mode: int, data: bytes, links: int, inode: int, device: tuple[int, int] = (0, 0)
) -> bytes:
    encoded = name.encode() + b"\0"
    fields = (inode, mode, 0, 0, links, 0, len(data), 0, 0, *device, len(encoded), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
    return _padded(head) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
