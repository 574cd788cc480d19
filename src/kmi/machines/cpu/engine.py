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

import ctypes
import enum
import mmap
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from unicorn import (
    UC_ARCH_X86,
    UC_ERR_INSN_INVALID,
    UC_HOOK_MEM_INVALID,
    UC_HOOK_MEM_READ,
    UC_HOOK_MEM_WRITE,
    UC_MEM_FETCH_PROT,
    UC_MEM_FETCH_UNMAPPED,
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
from unicorn.unicorn_py3.unicorn import uclib
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

__all__ = ["ARGUMENTS", "PAGE", "Access", "BadAccess", "Engine", "Registers", "Stop"]

PAGE: Final = 4096
GATE: Final = 16
"""Bytes from one gate to the next."""
NOWHERE: Final = 0x8000_0000_0000_0001
"""An address that no code can be at: unicorn wants one where it would stop."""
HALT: Final = b"\xf4"
SHOWN: Final = (
    UC_X86_REG_RIP, UC_X86_REG_RSP, UC_X86_REG_RBP, UC_X86_REG_RAX, UC_X86_REG_RDI, UC_X86_REG_RSI,
    UC_X86_REG_RDX, UC_X86_REG_RCX, UC_X86_REG_R8, UC_X86_REG_R9,
)  # fmt: skip
"""The registers that the host looks at: where the code is, its stack, its result, and then its arguments."""
RIP, RSP, RBP, RAX, FIRST = range(5)
ARGUMENTS: Final = 6
"""How many arguments of a call are in registers (System V ABI)."""
SEEN: Final = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_int, ctypes.c_uint64, ctypes.c_int, ctypes.c_int64, ctypes.c_void_p
)
"""What unicorn calls at an access: uc_cb_hookmem_t."""


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
    fetch: bool = False
    """It was to be executed."""

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
        self._handle = self._uc._uch
        # Addresses are virtual, and not translated: kernels live in the upper half.
        self._uc.ctl_set_tlb_mode(UC_TLB_VIRTUAL)
        self._bad: BadAccess | None = None
        self._uc.hook_add(UC_HOOK_MEM_INVALID, self._invalid)
        self._fresh = self._uc.context_save()
        self._first_gate = self._last_gate = 0
        self._watched: list[tuple[int, int, Watch]] = []
        self._watchers: list[object] = []
        self._bases: list[int] = []
        self._memory: list[tuple[int, int, mmap.mmap]] = []
        """What is mapped, by its address: from where, to where, and what is there."""
        self._values = (ctypes.c_uint64 * len(SHOWN))()
        self._numbers = (ctypes.c_int32 * len(SHOWN))(*SHOWN)
        at = ctypes.addressof(self._values)
        self._places = (ctypes.c_void_p * len(SHOWN))(*(at + 8 * n for n in range(len(SHOWN))))
        # Behind the first, which is rip: where to go on is said when it runs.
        self._set_numbers = (ctypes.c_int32 * len(SHOWN[1:]))(*SHOWN[1:])
        self._set_places = (ctypes.c_void_p * len(SHOWN[1:]))(*(at + 8 * n for n in range(1, len(SHOWN))))
        self._changed = False
        """Some of the values were changed here, and the processor does not have them yet."""

    # Memory.

    def map(
        self,
        address: int,
        size: int,
        *,
        writable: bool = True,
        executable: bool = False,
        memory: mmap.mmap | None = None,
    ) -> None:
        """Map whole pages, which are zero, or memory of the host that has that size."""
        rights = UC_PROT_READ | (UC_PROT_WRITE if writable else 0) | (UC_PROT_EXEC if executable else 0)
        # Memory of this process, which the processor and the host share.
        memory = mmap.mmap(-1, size) if memory is None else memory
        where = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        self._uc.mem_map_ptr(address, size, rights, where)
        index = bisect_right(self._bases, address)
        self._bases.insert(index, address)
        self._memory.insert(index, (address, address + size, memory))

    def protect(self, address: int, size: int, *, writable: bool, executable: bool) -> None:
        """Change what pages may be used for."""
        rights = UC_PROT_READ | (UC_PROT_WRITE if writable else 0) | (UC_PROT_EXEC if executable else 0)
        self._uc.mem_protect(address, size, rights)

    def unmap(self, address: int, size: int) -> None:
        """Take away what was mapped there, all of it."""
        index = self._bases.index(address)
        self._uc.mem_unmap(address, size)
        del self._bases[index], self._memory[index]

    def gates(self, address: int, count: int) -> None:
        """Map room for gates."""
        size = -(-count * GATE // PAGE) * PAGE
        self.map(address, size, writable=False, executable=True)
        self.poke(address, HALT * size)
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
        index = bisect_right(self._bases, address) - 1
        base, end, memory = self._memory[index]
        if base <= address and address + size <= end:
            return memory[address - base : address - base + size]
        if base <= address < end and index + 1 < len(self._bases) and self._bases[index + 1] == end:
            return self.peek(address, end - address) + self.peek(end, size - (end - address))
        raise BadAccess(Access(address, size, False, 0), "memory that is not mapped")

    def poke(self, address: int, data: bytes) -> None:
        """Store bytes, which nobody watches; not code that has run."""
        index, size = bisect_right(self._bases, address) - 1, len(data)
        base, end, memory = self._memory[index]
        if base <= address and address + size <= end:
            memory[address - base : address - base + size] = data
        elif base <= address < end and index + 1 < len(self._bases) and self._bases[index + 1] == end:
            self.poke(address, data[: end - address])
            self.poke(end, data[end - address :])
        else:
            raise BadAccess(Access(address, size, True, 0), "memory that is not mapped")

    def watch(self, first: int, last: int, look: Watch) -> None:
        """Have each access of these addresses looked at; one that is wrong ends the run with BadAccess."""

        def seen(handle: int, kind: int, address: int, size: int, value: int, key: int) -> None:
            why = look(address, size, kind == UC_MEM_WRITE)
            if why is not None and self._bad is None:
                rip = self._uc.reg_read(UC_X86_REG_RIP)
                self._bad = BadAccess(Access(address, size, kind == UC_MEM_WRITE, rip), why)
                self._uc.emu_stop()

        # Added without the package's own wrappers, which take longer than what they wrap.
        function = SEEN(seen)
        hook = ctypes.c_size_t()
        kinds = UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE
        status = uclib.uc_hook_add(
            self._handle, ctypes.byref(hook), kinds, ctypes.cast(function, ctypes.c_void_p), None, first, last
        )
        if status:
            raise UcError(status)
        self._watchers.append(function)
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
        fetch = kind in (UC_MEM_FETCH_UNMAPPED, UC_MEM_FETCH_PROT)
        self._bad = BadAccess(Access(address, size, write, rip, fetch), "memory that is not mapped")
        return False

    # Running.

    def enter(self, registers: Registers) -> None:
        """Put a thread's registers into the processor."""
        self._uc.context_restore(self._fresh if registers.saved is None else registers.saved)
        self._fetch()
        if registers.saved is None:
            self._values[RSP], self._values[RBP], self._changed = registers.rsp, 0, True

    def leave(self, registers: Registers) -> None:
        """Take them out again."""
        self._store()
        if registers.saved is None:
            registers.saved = self._uc.context_save()
        else:
            self._uc.context_update(registers.saved)

    def _fetch(self) -> None:
        """Learn the values of the registers that are of interest."""
        uclib.uc_reg_read_batch(self._handle, self._numbers, self._places, len(SHOWN))
        self._changed = False

    def _store(self) -> None:
        """Tell the processor what was changed of them."""
        if self._changed:
            uclib.uc_reg_write_batch(self._handle, self._set_numbers, self._set_places, len(SHOWN) - 1)
            self._changed = False

    def set_processor_data(self, address: int) -> None:
        """Where %gs points: the data of the processor that the running thread is on."""
        self._uc.reg_write(UC_X86_REG_GS_BASE, address)

    def run(self, rip: int, instructions: int = 0) -> tuple[Stop, int]:
        """Run from there; 0 instructions: as many as it takes. Why it stopped, and where; or BadAccess."""
        self._store()
        status = uclib.uc_emu_start(self._handle, rip, NOWHERE, 0, instructions)
        self._fetch()
        if status and self._bad is None:
            if status != UC_ERR_INSN_INVALID:
                raise UcError(status)
            return Stop.TRAP, self._values[RIP]
        if self._bad is not None:
            bad, self._bad = self._bad, None
            raise bad
        at: int = self._values[RIP]
        if self._first_gate <= at <= self._last_gate:
            # Before the gate's first byte, if the instructions were spent there, else behind it.
            return Stop.GATE, at if at % GATE == 0 else at - 1
        return Stop.SPENT, at

    def push(self, value: int) -> None:
        """Push a word on the running thread's stack."""
        self._values[RSP] -= 8
        self._changed = True
        self.poke(self._values[RSP], value.to_bytes(8, "little"))

    def pop(self) -> int:
        """Pop a word: a call's return address."""
        rsp: int = self._values[RSP]
        self._values[RSP] = rsp + 8
        self._changed = True
        return int.from_bytes(self.peek(rsp, 8), "little")

    @property
    def stack(self) -> int:
        """The running thread's stack pointer."""
        return int(self._values[RSP])

    @stack.setter
    def stack(self, address: int) -> None:
        self._values[RSP], self._changed = address, True

    @property
    def frame(self) -> int:
        """The running thread's frame pointer."""
        return int(self._values[RBP])

    @frame.setter
    def frame(self, address: int) -> None:
        self._values[RBP], self._changed = address, True

    def argument(self, index: int) -> int:
        """An argument of the call whose gate was reached, as 64 bits; its return address is popped."""
        if index < ARGUMENTS:
            return int(self._values[FIRST + index])
        return int.from_bytes(self.peek(self._values[RSP] + 8 * (index - ARGUMENTS), 8), "little")

    def set_arguments(self, arguments: tuple[int, ...]) -> None:
        """The arguments, at most six, of a call that is to be made."""
        for index, value in enumerate(arguments):
            self._values[FIRST + index] = value & 0xFFFF_FFFF_FFFF_FFFF
        self._changed = True

    @property
    def result(self) -> int:
        """What a call gave, as 64 bits."""
        return int(self._values[RAX])

    @result.setter
    def result(self, value: int) -> None:
        self._values[RAX], self._changed = value & 0xFFFF_FFFF_FFFF_FFFF, True

    def registers(self) -> dict[str, int]:
        """What a report shows."""
        names = ("rip", "rsp", "rbp", "rax", "rdi", "rsi", "rdx", "rcx", "r8", "r9")
        return {name: int(value) for name, value in zip(names, self._values, strict=True)}
