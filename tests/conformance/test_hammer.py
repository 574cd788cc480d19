"""Everything at once: many processes use two devices, and what must always hold, holds.

Each process makes one call after the other, and the calls of all of them are in flight together. Which call
is next is drawn from the kernel's seed; when it ends is up to the kernel. So this is checked for any order:

- a byte names its writer and its place among the writer's bytes: what one read gives is in order, and in the
  end each byte that was taken has come out once;
- a permit is taken as often as one was given, and no more were ever taken than given;
- an error is one that was provoked: would-block where asked, EINTR by a signal, EFAULT by a bad buffer.
"""

from __future__ import annotations

import errno
import os
import select
import signal
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
import semaphore

from kmi.kernels.userspace import Call
from kmi.testing.kernels.kernel import Kernel

EXAMPLES = "../../examples"
CAPACITY = 48
STEPS = {"linux:debug": 400}  # where a call takes ten times as long
MOST_STEPS = 1200
#: A writer's byte: three bits say whose it is, five are its place among the writer's bytes.
PLACES = 32
BOTH = select.POLLIN | select.POLLOUT
READY = BOTH | select.POLLRDNORM | select.POLLWRNORM


class Actor(ABC):
    """A process with one call in flight."""

    def __init__(self, kernel: Kernel, random: Random, path: str) -> None:
        self.kernel = kernel
        self.random = random
        self.path = path
        self.enter()
        self.begin()

    def enter(self) -> None:
        """A new process, which opens the device once to wait and once not to."""
        self.user = self.kernel.process()
        self.waiting = self.user.open(self.path, os.O_RDWR)
        self.quick = self.user.open(self.path, os.O_RDWR | os.O_NONBLOCK)

    def begin(self) -> None:
        """Start the next call."""
        self.blocking = self.random.random() < 0.3
        self.fd = self.waiting if self.blocking else self.quick
        self.signalled = False
        self.fault: int | None = None
        self.call: Call[object] = self.start()

    @abstractmethod
    def start(self) -> Call[object]:
        """The call itself; it may sleep only if `blocking`."""

    @abstractmethod
    def ended(self, value: object) -> None:
        """Check and count what the call gave."""

    def broken(self, error: OSError) -> None:
        """Check that the call was to end like this."""
        allowed = {
            errno.EAGAIN: not self.blocking,
            errno.EINTR: self.signalled,
            errno.EFAULT: self.fault == 0,
        }
        assert error.errno is not None and allowed.get(error.errno, False), (type(self).__name__, error)

    def signal(self, signum: int) -> None:
        self.signalled = True
        self.user.signal(signum)

    def finish(self) -> None:
        """Wait for the call and look at what it gave."""
        try:
            value = self.call.result()
        except OSError as error:
            self.broken(error)
        else:
            self.ended(value)

    def stop(self) -> None:
        """End the call, also one that would wait for ever."""
        if self.blocking and not self.call.done():
            try:
                self.call.wait_blocked()
            except AssertionError:
                pass  # it has ended meanwhile
            else:
                self.signal(signal.SIGUSR1)
        self.finish()


class Writer(Actor):
    """Writes its own bytes, in order, as many as there is room for."""

    def __init__(self, kernel: Kernel, random: Random, number: int) -> None:
        self.number = number
        self.written = 0
        super().__init__(kernel, random, "/dev/echo")

    def start(self) -> Call[object]:
        places = range(self.written, self.written + self.random.randrange(1, 14))
        self.data = bytes(self.number * PLACES + place % PLACES for place in places)
        if self.random.random() < 0.2:
            middle = self.random.randrange(len(self.data) + 1)
            return self.user.start("writev", self.fd, [self.data[:middle], b"", self.data[middle:]])
        if self.random.random() < 0.2:
            self.fault = self.random.randrange(len(self.data))
        return self.user.start("write", self.fd, self.data, fault_after=self.fault)

    def ended(self, value: object) -> None:
        assert isinstance(value, int)
        assert 1 <= value <= (self.fault or len(self.data)), value
        self.written += value


class Reader(Actor):
    """Reads what comes."""

    def __init__(self, kernel: Kernel, random: Random, pieces: list[bytes]) -> None:
        self.pieces = pieces
        super().__init__(kernel, random, "/dev/echo")

    def start(self) -> Call[object]:
        self.length = self.random.randrange(1, 20)
        if self.random.random() < 0.2:
            first = self.random.randrange(self.length)
            return self.user.start("readv", self.fd, [first, self.length - first])
        if self.random.random() < 0.2:
            self.fault = self.random.randrange(self.length)
        return self.user.start("read", self.fd, self.length, fault_after=self.fault)

    def ended(self, value: object) -> None:
        piece = value if isinstance(value, bytes) else b"".join(value) if isinstance(value, list) else b""
        assert 1 <= len(piece) <= (self.fault or self.length), value
        for places in by_writer(piece).values():
            assert all((one + 1) % PLACES == other for one, other in pairwise(places)), piece
        self.pieces.append(piece)


class Permits:
    """What all users of the semaphore have done so far, counted where they can tell."""

    given = 0  # by calls that were started
    confirmed = 0  # by calls that have returned
    taken = 0
    taking = 0  # reads in flight


class Holder(Actor):
    """Gives permits, takes them and asks how many were taken."""

    def __init__(self, kernel: Kernel, random: Random, permits: Permits) -> None:
        self.permits = permits
        super().__init__(kernel, random, "/dev/semaphore")

    def start(self) -> Call[object]:
        what = self.random.random()
        self.reading, self.number = what < 0.6, 0
        self.floor = self.permits.taken
        if self.reading:
            self.permits.taking += 1
            self.fault = 0 if self.random.random() < 0.1 else None
            return self.user.start("read", self.fd, 5, fault_after=self.fault)
        self.blocking = False
        if what < 0.85:
            self.number = self.random.randrange(1, 4)
            self.permits.given += self.number
            return self.user.start("write", self.fd, bytes(self.number))
        return self.user.start("ioctl", self.fd, semaphore.GET_TAKEN, bytes(semaphore.Taken.SIZE))

    def ended(self, value: object) -> None:
        permits = self.permits
        if self.reading:
            assert value == b"\0"
            permits.taking -= 1
            permits.taken += 1
            assert permits.taken <= permits.given
        elif self.number:
            assert value == self.number
            permits.confirmed += self.number
        else:
            assert isinstance(value, tuple) and value[0] == 0
            count = semaphore.Taken.unpack(value[1]).count
            assert self.floor <= count <= permits.taken + permits.taking <= permits.given + permits.taking

    def broken(self, error: OSError) -> None:
        assert self.reading, error
        self.permits.taking -= 1
        super().broken(error)


class Visitor(Actor):
    """Opens, polls, tries commands that there are none of, closes, and is killed while it waits."""

    def start(self) -> Call[object]:
        self.command = False
        if self.random.random() < 0.3:
            self.user.close(self.waiting)
            self.waiting = self.user.open(self.path, os.O_RDWR)
            self.fd = self.waiting if self.blocking else self.quick
        if self.random.random() < 0.2:
            self.blocking, self.command = False, True
            return self.user.start("ioctl", self.fd, 0x7777)
        timeout = -1 if self.blocking else self.random.choice((0, 1))
        wanted = self.random.choice((0, select.POLLIN, select.POLLOUT, BOTH))
        return self.user.start("poll", [(self.fd, wanted)], timeout)

    def ended(self, value: object) -> None:
        assert not self.command and isinstance(value, list)
        assert all(fd == self.fd and 0 < ready & BOTH and not ready & ~READY for fd, ready in value), value

    def broken(self, error: OSError) -> None:
        if self.command:
            assert error.errno == errno.ENOTTY
        else:
            super().broken(error)

    def die(self) -> None:
        self.user.end()
        self.enter()
        self.begin()


def by_writer(piece: bytes) -> dict[int, list[int]]:
    """The places of each writer's bytes, in the order in which they came."""
    places: dict[int, list[int]] = {}
    for byte in piece:
        places.setdefault(byte // PLACES, []).append(byte % PLACES)
    return places


def hammer(random: Random, actors: Sequence[Actor], steps: int) -> None:
    for _ in range(steps):
        actor = random.choice(actors)
        if actor.blocking and not actor.call.done():
            chance = random.random()
            if chance < 0.05 and isinstance(actor, Visitor):
                actor.die()
            elif chance < 0.3:
                actor.signal(random.choice((signal.SIGUSR1, signal.SIGUSR2)))
            continue
        actor.finish()
        actor.begin()
    for actor in actors:
        actor.stop()


@pytest.mark.parametrize("readers", [1, 3])
def test_many_processes_at_once(kernel: Kernel, readers: int) -> None:
    kernel.load(f"{EXAMPLES}/echo.py", capacity=CAPACITY)
    kernel.load(f"{EXAMPLES}/semaphore.py")
    random = Random(kernel.seed)
    pieces: list[bytes] = []
    permits = Permits()
    writers = [Writer(kernel, random, number) for number in range(3)]
    actors: list[Actor] = [
        *writers,
        *(Reader(kernel, random, pieces) for _ in range(readers)),
        *(Holder(kernel, random, permits) for _ in range(3)),
        Visitor(kernel, random, "/dev/echo"),
        Visitor(kernel, random, "/dev/semaphore"),
    ]
    hammer(random, actors, STEPS.get(kernel.name, MOST_STEPS))

    user = kernel.process()
    echo = user.open("/dev/echo", os.O_RDWR | os.O_NONBLOCK)
    left = b""
    if user.poll([(echo, select.POLLIN)]):
        left = user.read(echo, 2 * CAPACITY)
        assert len(left) <= CAPACITY
        pieces.append(left)
    with pytest.raises(BlockingIOError):
        user.read(echo, 1)
    came = by_writer(b"".join(pieces))
    for writer in writers:
        assert writer.written > 0
        sent = [place % PLACES for place in range(writer.written)]
        places = came.get(writer.number, [])
        assert places == sent if readers == 1 else Counter(places) == Counter(sent)

    counter = user.open("/dev/semaphore", os.O_RDWR | os.O_NONBLOCK)
    assert permits.taking == 0 and permits.given == permits.confirmed >= permits.taken > 0
    reply = user.ioctl(counter, semaphore.GET_TAKEN, bytes(semaphore.Taken.SIZE))[1]
    assert semaphore.Taken.unpack(reply).count == permits.taken
    for _ in range(permits.given - permits.taken):
        assert user.read(counter, 1) == b"\0"
    with pytest.raises(BlockingIOError):
        user.read(counter, 1)


def test_loading_and_unloading_twenty_times(kernel: Kernel) -> None:
    """While others try to open: each finds the device whole or not at all, and no file outlives it."""
    users = [kernel.process() for _ in range(3)]
    for time in range(20):
        calls = [user.start("open", "/dev/echo", os.O_RDWR | os.O_NONBLOCK) for user in users]
        module = kernel.load(f"{EXAMPLES}/echo.py", capacity=4)
        for user, call in zip(users, calls, strict=True):
            try:
                fd = call.result()
            except OSError as refused:
                assert refused.errno in (errno.ENOENT, errno.ENXIO, errno.ENODEV)
                fd = user.open("/dev/echo", os.O_RDWR | os.O_NONBLOCK)
            if time % 2:
                with pytest.raises(BlockingIOError):
                    kernel.unload(module)
            user.close(fd)
        user = users[time % len(users)]
        fd = user.open("/dev/echo", os.O_RDWR | os.O_NONBLOCK)
        with pytest.raises(BlockingIOError):
            user.read(fd, 1)  # nothing is left of the time before
        assert user.write(fd, b"kept until unloaded") == 4
        user.close(fd)
        kernel.unload(module)
        with pytest.raises(FileNotFoundError):
            user.open("/dev/echo")
    assert len([line for line in kernel.log() if line == "echo: keeps up to 4 bytes"]) == 20
