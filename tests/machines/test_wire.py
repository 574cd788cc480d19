"""Frames, rings and the first file system, without a guest."""

from __future__ import annotations

import socket
import struct
import subprocess

import pytest

from kmi.machines import initramfs
from kmi.machines.agent import Agent
from kmi.machines.guest import parse_records
from kmi.machines.mailbox import Mailbox
from kmi.machines.outcomes import MachineError, MachineLost, TimedOut
from kmi.machines.wire import MAGIC, Buffer, Decoder, Op, Out, encode, request, taking


def reply(id: int, value: int, body: bytes = b"", kind: int = 0, magic: int = MAGIC) -> bytes:
    return struct.pack("<IIIIq", magic, len(body), id, kind, value) + body


def test_replies_are_cut_from_any_pieces() -> None:
    stream = reply(1, -11) + reply(2, 3, b"abc") + reply(3, 9, kind=1)
    for size in range(1, len(stream) + 1):
        decoder = Decoder()
        found = [one for at in range(0, len(stream), size) for one in decoder.feed(stream[at : at + size])]
        assert [(one.id, one.value, one.body, one.ended) for one in found] == [
            (1, -11, b"", False),
            (2, 3, b"abc", False),
            (3, 9, b"", True),
        ]


@pytest.mark.parametrize("bad", [reply(1, 0, magic=5), reply(1, 0, kind=2)])
def test_what_is_no_reply_is_refused(bad: bytes) -> None:
    with pytest.raises(ValueError, match="not a reply of the agent"):
        Decoder().feed(bad)


def test_a_call_is_written_down_with_its_buffers() -> None:
    body = encode(19, [3, taking(bytes(16)), 1], [Buffer(8, b"ab", Out.ALL, inside=(0, 0))])
    number, *arguments, buffers = struct.unpack_from("<8Q", body)
    assert (number, arguments, buffers) == (19, [3, 0, 1, 0, 0, 0], 2)
    assert struct.unpack_from("<QQII", body, 64) == (16, 16, 0, 1)
    assert struct.unpack_from("<QQII", body, 88) == (8, 2, 1, 0x80000000)
    assert body[112:] == bytes(16) + b"ab"
    assert encode(0, [-1])[8:16] == b"\xff" * 8


def test_buffers_say_what_is_mapped() -> None:
    assert taking(b"abcdef", 2) == Buffer(2, b"ab")
    assert taking(b"ab", 9) == Buffer(2, b"ab")
    with pytest.raises(ValueError, match="3 bytes do not fit"):
        Buffer(2, b"abc")
    with pytest.raises(ValueError, match="where its address goes"):
        encode(0, [], [Buffer(1)])


class Guestless:
    """The guest's half of a mailbox, in Python, and a witness of nothing."""

    def __init__(self) -> None:
        self.mailbox = Mailbox()
        self.host, self.guest = socket.socketpair()
        self.agent = Agent(self.host, self.mailbox, self)

    def console(self) -> str:
        return "the console"

    def gone(self, what: str) -> MachineError:
        return MachineLost(what)

    def late(self, what: str, seconds: float) -> MachineError:
        return TimedOut(what)

    def position(self, place: int) -> int:
        value: int = struct.unpack_from("<Q", self.mailbox._memory, place)[0]
        return value

    def requests(self) -> bytes:
        size = (8 << 20) - 4096
        begin, end = self.position(64), self.position(0)
        data = bytes(self.mailbox._memory[4096 + at % size] for at in range(begin, end))
        struct.pack_into("<Q", self.mailbox._memory, 64, end)
        return data

    def answer(self, frame: bytes, bell: bool = True) -> None:
        size, position = 8 << 20, self.position(128)
        for index, byte in enumerate(frame):
            self.mailbox._memory[size + (position + index) % size] = byte
        struct.pack_into("<Q", self.mailbox._memory, 128, position + len(frame))
        if bell:
            self.guest.sendall(b"!")


def test_requests_go_in_and_replies_come_out_in_any_order() -> None:
    it = Guestless()
    first, second = it.agent.ask(Op.SPAWN, 1), it.agent.ask(Op.LOG, 0, b"body")
    assert it.requests() == request(Op.SPAWN, 1, first) + request(Op.LOG, 0, second, b"body")
    assert it.guest.recv(10) == b"??"
    assert not it.agent.arrived(first)
    it.answer(reply(second, 2), bell=False)
    it.answer(reply(first, 1))
    assert it.agent.arrived(second)
    assert it.agent.reply(first, "a test", 1).value == 1
    assert it.agent.reply(second, "a test", 1).value == 2
    with pytest.raises(TimedOut):
        it.agent.reply(first, "a test", 0.01)


def test_rings_go_around() -> None:
    it = Guestless()
    size = (8 << 20) - 4096
    struct.pack_into("<Q", it.mailbox._memory, 0, size - 3)
    struct.pack_into("<Q", it.mailbox._memory, 64, size - 3)
    for place in (128, 192):
        struct.pack_into("<Q", it.mailbox._memory, place, (8 << 20) * 5 - 2)
    ticket = it.agent.ask(Op.LOG, 0, b"around")
    assert it.requests() == request(Op.LOG, 0, ticket, b"around")
    it.answer(reply(ticket, 6, b"around"))
    assert it.agent.reply(ticket, "a test", 1).body == b"around"


def test_a_full_ring_waits_and_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    it = Guestless()
    assert it.mailbox.room((8 << 20) - 4096)
    it.agent.ask(Op.LOG, 0, bytes(4 << 20))
    assert not it.mailbox.room(4 << 20)
    monkeypatch.setattr("kmi.machines.agent.PATIENCE", 0.05)
    with pytest.raises(TimedOut, match="the mailbox was full"):
        it.agent.ask(Op.LOG, 0, bytes(4 << 20))
    with pytest.raises(ValueError, match="longer than the mailbox"):
        it.agent.ask(Op.LOG, 0, bytes(9 << 20))


def test_a_closed_channel_is_told_once_and_for_all_but_replies_first() -> None:
    it = Guestless()
    ticket = it.agent.ask(Op.LOG)
    it.answer(reply(ticket, 5))
    it.guest.close()
    assert it.agent.reply(ticket, "a test", 1).value == 5
    for _ in range(2):
        with pytest.raises(MachineLost):
            it.agent.reply(99, "a test", 1)
    with pytest.raises(MachineLost):
        it.agent.ask(Op.LOG)


def test_records_of_the_kernels_log() -> None:
    text = "6,339,5140900,-;NET: one\n SUBSYSTEM=net\n4,340,5140901,-;tab\\x09 and \\x5c; and\n\n"
    first, second = parse_records(text)
    assert (first.level, first.time, first.text) == (6, 5140900, "NET: one")
    assert (second.level, second.text) == (4, "tab\t and \\; and")


def test_outcomes_show_the_consoles_tail() -> None:
    error = TimedOut("nothing came", "\n".join(f"line {number}" for number in range(100)))
    assert str(error).startswith("nothing came\n")
    assert "line 99" in str(error) and "line 59" not in str(error)
    assert str(MachineLost("gone")) == "gone"


def test_the_first_file_system_is_an_archive() -> None:
    archive = initramfs.archive(b"#!/bin/true\n")
    assert archive == initramfs.archive(b"#!/bin/true\n")
    assert len(archive) % 4 == 0
    names, at = [], 0
    while at < len(archive):
        fields = [int(archive[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        size, length = fields[6], fields[11]
        name = archive[at + 110 : at + 110 + length - 1].decode()
        start = at + (110 + length + 3) // 4 * 4
        names.append((name, fields[1], archive[start : start + size]))
        at = start + (size + 3) // 4 * 4
    assert names[0] == ("dev", 0o040755, b"")
    assert ("init", 0o100755, b"#!/bin/true\n") in names
    assert ("dev/console", 0o020600, b"") in names
    assert names[-1][0] == "TRAILER!!!"


@pytest.mark.needs("gcc")
def test_the_agent_is_one_static_program() -> None:
    init = initramfs.build_agent() / "init"
    assert initramfs.build_agent() / "init" == init
    said = subprocess.run(["ldd", str(init)], capture_output=True, text=True)
    assert "not a dynamic executable" in said.stdout + said.stderr
