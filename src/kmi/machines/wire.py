"""The frames that host and agent exchange, and how a system call with its buffers is written down.

The other half is ``agent/agent.c``; a change here is a change there, and a new ``PROTOCOL``. A request has
a magic number, the length of its body, an id, an operation and a process; a reply has the same magic, length
and id, a kind and a signed value, where a failing call gives -errno. All numbers are little-endian.

    body = encode(SYSCALL["read"], [3, Buffer(10, out=Out.RESULT), 10])

Buffers may lie inside others (the address of ``iovec``'s parts): ``Buffer.inside`` places a buffer's address
into an earlier one.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Sequence
from dataclasses import dataclass

MAGIC = 0x31696D6B
PROTOCOL = 1

#: How many processes the agent can have at once.
PROCESSES = 64

_REQUEST = struct.Struct("<IIIHH")
_REPLY = struct.Struct("<IIIIq")
_CALL = struct.Struct("<QQQQQQQQ")
_BUFFER = struct.Struct("<QQII")
_INTO_BUFFER = 0x80000000

#: x86_64's numbers of the calls that tests make (``arch/x86/entry/syscalls/syscall_64.tbl``).
SYSCALL = {
    "read": 0,
    "write": 1,
    "open": 2,
    "close": 3,
    "stat": 4,
    "poll": 7,
    "lseek": 8,
    "mmap": 9,
    "munmap": 11,
    "ioctl": 16,
    "pread": 17,
    "pwrite": 18,
    "readv": 19,
    "writev": 20,
    "dup": 32,
    "fcntl": 72,
    "init_module": 175,
    "delete_module": 176,
    "getdents64": 217,
    "pipe2": 293,
}


class Op(enum.IntEnum):
    """What the agent is asked to do."""

    HELLO = 0
    SPAWN = 1
    FORK = 2
    CALL = 3
    SIGNAL = 4
    BLOCKED = 5
    LOG = 6
    END = 7


class Out(enum.IntFlag):
    """Which bytes of a buffer come back after the call."""

    NONE = 0
    ALL = 1
    RESULT = 2  # as many as the call's value says


@dataclass(frozen=True)
class Buffer:
    """Memory of the calling process: ``mapped`` bytes, first ``content``, that end at an unmapped page."""

    mapped: int
    content: bytes = b""
    out: Out = Out.NONE
    inside: tuple[int, int] | None = None  # (which buffer, offset) that receives the address

    def __post_init__(self) -> None:
        if len(self.content) > self.mapped:
            raise ValueError(f"{len(self.content)} bytes do not fit into a buffer of {self.mapped}")


def taking(data: bytes, fault_after: int | None = None) -> Buffer:
    """A buffer from which the kernel takes ``data``, the tail of it unmapped if ``fault_after`` says so."""
    mapped = len(data) if fault_after is None else min(fault_after, len(data))
    return Buffer(mapped, data[:mapped])


@dataclass(frozen=True)
class Reply:
    """An answer of the agent."""

    id: int
    ended: bool
    value: int
    body: bytes


def request(op: Op, process: int, id: int, body: bytes = b"") -> bytes:
    """The frame of a request."""
    return _REQUEST.pack(MAGIC, len(body), id, op, process) + body


def encode(number: int, arguments: Sequence[int | Buffer], nested: Sequence[Buffer] = ()) -> bytes:
    """The body of a CALL. Buffers are numbered as they come, those among the arguments first."""
    values = [0] * 6
    headers: list[bytes] = []
    contents: list[bytes] = []

    def add(buffer: Buffer, where: int) -> None:
        headers.append(_BUFFER.pack(buffer.mapped, len(buffer.content), buffer.out, where))
        contents.append(buffer.content)

    for index, argument in enumerate(arguments):
        if isinstance(argument, Buffer):
            add(argument, index)
        else:
            values[index] = argument & 0xFFFF_FFFF_FFFF_FFFF
    for buffer in nested:
        if buffer.inside is None:
            raise ValueError("a nested buffer must say where its address goes")
        which, offset = buffer.inside
        add(buffer, _INTO_BUFFER | which << 16 | offset)
    return _CALL.pack(number, *values, len(headers)) + b"".join(headers) + b"".join(contents)


class Decoder:
    """What has come from the agent so far, cut into replies."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[Reply]:
        """Take more bytes; the replies that are whole now. ``ValueError`` when it is not the agent's."""
        self._bytes += data
        replies = []
        while len(self._bytes) >= _REPLY.size:
            magic, length, id, kind, value = _REPLY.unpack_from(self._bytes)
            if magic != MAGIC or kind > 1:
                raise ValueError(f"not a reply of the agent: {bytes(self._bytes[:32])!r}")
            if len(self._bytes) < _REPLY.size + length:
                break
            body = bytes(self._bytes[_REPLY.size : _REPLY.size + length])
            del self._bytes[: _REPLY.size + length]
            replies.append(Reply(id, kind == 1, value, body))
        return replies
