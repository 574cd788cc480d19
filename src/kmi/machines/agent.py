"""The host's end of the agent's channel: requests go out, replies come back in any order.

    ticket = agent.ask(Op.SPAWN, 1)
    reply = agent.reply(ticket, "making a process", timeout=30)

Every wait has a limit, and each way in which the guest may fail to answer is an outcome of its own
(``outcomes.py``); once one has happened, every later question raises the same again.
"""

from __future__ import annotations

import select
import socket
import time
from typing import Protocol

from kmi.kernels.userspace import PATIENCE
from kmi.machines.mailbox import Mailbox
from kmi.machines.outcomes import MachineError, MachineLost
from kmi.machines.wire import Decoder, Op, Reply, request


class Witness(Protocol):
    """What can say why a machine does not answer: QEMU."""

    def console(self) -> str: ...
    def gone(self, what: str) -> MachineError: ...
    def late(self, what: str, seconds: float) -> MachineError: ...


class Agent:
    """The connection to the agent of one running guest."""

    def __init__(self, channel: socket.socket, mailbox: Mailbox, witness: Witness) -> None:
        self._channel = channel
        self._mailbox = mailbox
        self._witness = witness
        self._decoder = Decoder()
        self._replies: dict[int, Reply] = {}
        self._next = 1
        self._failure: MachineError | None = None

    def ask(self, op: Op, process: int = 0, body: bytes = b"") -> int:
        """Send a request; its number, for ``reply``."""
        if self._failure:
            raise self._failure
        ticket = self._next
        self._next += 1
        frame = request(op, process, ticket, body)
        deadline = time.monotonic() + PATIENCE
        while not self._mailbox.room(len(frame)):
            # Full: the agent takes requests as they come, unless it waits for its replies to be taken.
            self._receive(0.001, "the mailbox was full")
            if time.monotonic() > deadline:
                raise self._witness.late("the mailbox was full", PATIENCE)
        self._mailbox.put(frame)
        try:
            self._channel.sendall(b"?")
        except OSError:
            raise self._fail(self._witness.gone("a request was sent")) from None
        return ticket

    def arrived(self, ticket: int) -> bool:
        """Whether the reply is here already."""
        if ticket not in self._replies:
            self._receive(0.0, "asking whether a call is done")
        return ticket in self._replies

    def reply(self, ticket: int, what: str, timeout: float) -> Reply:
        """The reply to a request, waited for at most ``timeout`` seconds; a reply is given once."""
        deadline = time.monotonic() + timeout
        while ticket not in self._replies:
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not self._receive(remaining, what):
                if ticket not in self._replies and deadline - time.monotonic() <= 0:
                    # The machine may be fine and only this call too long: not a failure of all that follows.
                    raise self._witness.late(what, timeout)
        return self._replies.pop(ticket)

    def _receive(self, timeout: float, what: str) -> bool:
        if self._failure:
            raise self._failure
        ready, _, _ = select.select([self._channel], [], [], timeout)
        if not ready:
            return False
        try:
            bells = self._channel.recv(4096)
        except OSError:
            bells = b""
        try:
            for reply in self._decoder.feed(self._mailbox.take()):
                self._replies[reply.id] = reply
        except ValueError as error:
            raise self._fail(MachineLost(f"{error}, while {what}", self._witness.console())) from None
        if not bells:
            raise self._fail(self._witness.gone(what))
        return True

    def _fail(self, failure: MachineError) -> MachineError:
        self._failure = failure
        return failure
