"""One emulated processor on which several threads of control take turns.

    engine = Engine()
    engine.map(0xFFFFFFFF82000000, 0x4000)
    engine.write(0xFFFFFFFF82000000, code)
    registers = Registers(rip=0xFFFFFFFF82000000, rsp=stack)
    stop = engine.run(registers, instructions=500)

What the code calls outside of itself are gates: addresses that a host function stands behind. Running stops
there, the host does the work in Python, with nothing of the emulator on its stack, and lets the code go on:
so a host function may switch to another thread, or call code again.

Invariants: a thread's registers are in the processor or in its `Registers`, never in both; memory that was
not mapped cannot be touched, and an access of it ends the run with its address.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from unicorn import (
    UC_ARCH_X86,
    UC_ERR_INSN_INVALID,
    UC_HOOK_MEM_INVALID,
    UC_HOOK_MEM_READ,
    UC_HOOK_MEM_WRITE,
    UC_MEM_WRITE,
    UC_MEM_WRITE_PROT,
    UC_MEM_WRITE_UNMAPPED,
    UC_MODE_64,
    UC_PROT_EXEC,
    UC_PROT_READ,
    UC_PROT_WRITE,
    UC_TLB_VIRTUAL,
    Uc,
    UcError,
)
from unicorn.x86_const import (
    UC_X86_REG_GS_BASE,
    UC_X86_REG_R8,
    UC_X86_REG_R9,
    UC_X86_REG_RAX,
    UC_X86_REG_RBP,
    UC_X86_REG_RCX,
    UC_X86_REG_RDI,
    UC_X86_REG_RDX,
    UC_X86_REG_RIP,
    UC_X86_REG_RSI,
    UC_X86_REG_RSP,
)

__all__ = ["PAGE", "Access", "BadAccess", "Engine", "Registers", "Stop"]

PAGE: Final = 4096
GATE: Final = 16
"""Bytes from one gate to the next."""
HALT: Final = b"\xf4"
ARGUMENTS: Final = (
    UC_X86_REG_RDI, UC_X86_REG_RSI, UC_X86_REG_RDX, UC_X86_REG_RCX, UC_X86_REG_R8, UC_X86_REG_R9,
)  # fmt: skip
"""The registers that carry the first arguments of a call (System V ABI)."""


class Stop(enum.Enum):
    """Why the processor stopped."""

    GATE = "a gate"
    SPENT = "the instructions that it was given are spent"
    TRAP = "an instruction that no module should have"


@dataclass(frozen=True)
class Access:
    """An access of memory."""

    address: int
    size: int
    write: bool
    rip: int
    """The instruction that made it."""

    def __str__(self) -> str:
        verb = "written" if self.write else "read"
        return f"{self.size} bytes at {self.address:#x} were {verb}"


class BadAccess(Exception):
    """Code touched memory that it has no right to."""

    def __init__(self, access: Access, why: str) -> None:
        super().__init__(f"{why}: {access}")
        self.access = access
        self.why = why


class Registers:
    """The registers of a thread that is not on the processor."""

    __slots__ = ("saved", "rip", "rsp")

    def __init__(self, rip: int, rsp: int) -> None:
        self.saved: Any = None
        self.rip = rip
        self.rsp = rsp


Watch = Callable[[int, int, bool], str | None]
"""Looks at an access, by its address, size and whether it writes; what is wrong with it, if anything."""


class Engine:
    """The processor and its memory."""

    def __init__(self) -> None:
        self._uc: Any = Uc(UC_ARCH_X86, UC_MODE_64)
        # Addresses are virtual, and not translated: kernels live in the upper half.
        self._uc.ctl_set_tlb_mode(UC_TLB_VIRTUAL)
        self._bad: BadAccess | None = None
        self._uc.hook_add(UC_HOOK_MEM_INVALID, self._invalid)
        self._fresh = self._uc.context_save()
        self._first_gate = self._last_gate = 0
        self._watched: list[tuple[int, int, Watch]] = []

    # Memory.

    def map(self, address: int, size: int, *, writable: bool = True, executable: bool = False) -> None:
        """Map whole pages, which are zero."""
        rights = UC_PROT_READ | (UC_PROT_WRITE if writable else 0) | (UC_PROT_EXEC if executable else 0)
        self._uc.mem_map(address, size, rights)

    def protect(self, address: int, size: int, *, writable: bool, executable: bool) -> None:
        """Change what pages may be used for."""
        rights = UC_PROT_READ | (UC_PROT_WRITE if writable else 0) | (UC_PROT_EXEC if executable else 0)
        self._uc.mem_protect(address, size, rights)

    def unmap(self, address: int, size: int) -> None:
        """Take whole pages away."""
        self._uc.mem_unmap(address, size)

    def gates(self, address: int, count: int) -> None:
        """Map room for gates."""
        size = -(-count * GATE // PAGE) * PAGE
        self._uc.mem_map(address, size, UC_PROT_READ | UC_PROT_EXEC)
        self._uc.mem_write(address, HALT * size)
        self._first_gate, self._last_gate = address, address + size

    def read(self, address: int, size: int) -> bytes:
        """Bytes of memory; BadAccess where some are not mapped, or where who watches them finds it wrong."""
        self._look(address, size, False)
        return self.peek(address, size)

    def write(self, address: int, data: bytes) -> None:
        """Store bytes; BadAccess where some are not mapped, or where who watches them finds it wrong."""
        self._look(address, len(data), True)
        self.poke(address, data)

    def peek(self, address: int, size: int) -> bytes:
        """Bytes of memory, which nobody watches being read."""
        try:
            return bytes(self._uc.mem_read(address, size))
        except UcError:
            raise BadAccess(Access(address, size, False, 0), "memory that is not mapped") from None

    def poke(self, address: int, data: bytes) -> None:
        """Store bytes, which nobody watches."""
        try:
            self._uc.mem_write(address, bytes(data))
        except UcError:
            raise BadAccess(Access(address, len(data), True, 0), "memory that is not mapped") from None

    def watch(self, first: int, last: int, look: Watch) -> None:
        """Have each access of these addresses looked at; one that is wrong ends the run with BadAccess."""

        def seen(uc: Any, kind: int, address: int, size: int, value: int, data: object) -> None:
            write = kind == UC_MEM_WRITE
            why = look(address, size, write)
            if why is not None and self._bad is None:
                rip = uc.reg_read(UC_X86_REG_RIP)
                self._bad = BadAccess(Access(address, size, write, rip), why)
                uc.emu_stop()

        self._uc.hook_add(UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, seen, None, first, last)
        self._watched.append((first, last, look))

    def _look(self, address: int, size: int, write: bool) -> None:
        for first, last, look in self._watched:
            if first <= address <= last and size:
                why = look(address, size, write)
                if why is not None:
                    raise BadAccess(Access(address, size, write, 0), why)

    def _invalid(self, uc: Any, kind: int, address: int, size: int, value: int, data: object) -> bool:
        write = kind in (UC_MEM_WRITE_UNMAPPED, UC_MEM_WRITE_PROT)
        rip = uc.reg_read(UC_X86_REG_RIP)
        self._bad = BadAccess(Access(address, size, write, rip), "memory that is not mapped")
        return False

    # Running.

    def enter(self, registers: Registers) -> None:
        """Put a thread's registers into the processor."""
        self._uc.context_restore(self._fresh if registers.saved is None else registers.saved)
        if registers.saved is None:
            self._uc.reg_write(UC_X86_REG_RSP, registers.rsp)
            self._uc.reg_write(UC_X86_REG_RBP, 0)

    def leave(self, registers: Registers) -> None:
        """Take them out again."""
        registers.saved = self._uc.context_save()

    def set_processor_data(self, address: int) -> None:
        """Where %gs points: the data of the processor that the running thread is on."""
        self._uc.reg_write(UC_X86_REG_GS_BASE, address)

    def run(self, rip: int, instructions: int = 0) -> tuple[Stop, int]:
        """Run from there; 0 instructions: as many as it takes. Why it stopped, and where; or BadAccess."""
        try:
            self._uc.emu_start(rip, 0, count=instructions)
        except UcError as error:
            if self._bad is None:
                if error.errno != UC_ERR_INSN_INVALID:
                    raise
                return Stop.TRAP, int(self._uc.reg_read(UC_X86_REG_RIP))
        if self._bad is not None:
            bad, self._bad = self._bad, None
            raise bad
        at = int(self._uc.reg_read(UC_X86_REG_RIP))
        if self._first_gate <= at <= self._last_gate:
            # Before the gate's first byte, if the instructions were spent there, else behind it.
            return Stop.GATE, at if at % GATE == 0 else at - 1
        return Stop.SPENT, at

    def push(self, value: int) -> None:
        """Push a word on the running thread's stack."""
        rsp = int(self._uc.reg_read(UC_X86_REG_RSP)) - 8
        self._uc.reg_write(UC_X86_REG_RSP, rsp)
        self.write(rsp, value.to_bytes(8, "little"))

    def pop(self) -> int:
        """Pop a word: a call's return address."""
        rsp = int(self._uc.reg_read(UC_X86_REG_RSP))
        self._uc.reg_write(UC_X86_REG_RSP, rsp + 8)
        return int.from_bytes(self.read(rsp, 8), "little")

    @property
    def stack(self) -> int:
        """The running thread's stack pointer."""
        return int(self._uc.reg_read(UC_X86_REG_RSP))

    @stack.setter
    def stack(self, address: int) -> None:
        self._uc.reg_write(UC_X86_REG_RSP, address)

    @property
    def frame(self) -> int:
        """The running thread's frame pointer."""
        return int(self._uc.reg_read(UC_X86_REG_RBP))

    @frame.setter
    def frame(self, address: int) -> None:
        self._uc.reg_write(UC_X86_REG_RBP, address)

    def argument(self, index: int) -> int:
        """An argument of the call whose gate was reached, as 64 bits; its return address is popped."""
        if index < len(ARGUMENTS):
            return int(self._uc.reg_read(ARGUMENTS[index]))
        at = self.stack + 8 * (index - len(ARGUMENTS))
        return int.from_bytes(self.read(at, 8), "little")

    def set_arguments(self, arguments: tuple[int, ...]) -> None:
        """The arguments, at most six, of a call that is to be made."""
        for register, value in zip(ARGUMENTS, arguments, strict=False):
            self._uc.reg_write(register, value & 0xFFFF_FFFF_FFFF_FFFF)

    @property
    def result(self) -> int:
        """What a call gave, as 64 bits."""
        return int(self._uc.reg_read(UC_X86_REG_RAX))

    @result.setter
    def result(self, value: int) -> None:
        self._uc.reg_write(UC_X86_REG_RAX, value & 0xFFFF_FFFF_FFFF_FFFF)

    def registers(self) -> dict[str, int]:
        """What a report shows."""
        names = {
            "rip": UC_X86_REG_RIP, "rsp": UC_X86_REG_RSP, "rbp": UC_X86_REG_RBP, "rax": UC_X86_REG_RAX,
            "rdi": UC_X86_REG_RDI, "rsi": UC_X86_REG_RSI, "rdx": UC_X86_REG_RDX, "rcx": UC_X86_REG_RCX,
        }  # fmt: skip
        return {name: int(self._uc.reg_read(number)) for name, number in names.items()}
