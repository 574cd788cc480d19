"""What the import hook puts into a module's code: the checks that CPython does not make by itself.

The hook leaves a `Checks` in the module's globals, under the name that also marks its frames. Every method
here is called from rewritten code; what it raises is attributed to the line that was rewritten.

Invariants: a check changes no value and no order of evaluation; what it raises has the words of compiled
code.
"""

import collections
import contextlib
import enum
import functools
import operator
import sys
from collections.abc import Callable, Sized
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeVar, cast

from kmi.kernels.simulated import integers
from kmi.kernels.simulated.leaks import Tracker
from kmi.kernels.simulated.scheduler import current, running
from kmi.kernels.simulated.world import world
from kmi.language.limits import DEEPEST

__all__ = ["Checks", "GROWING"]

C = TypeVar("C", bound=type)
F = TypeVar("F", bound=Callable[..., Any])

GROWING: Final = (
    "add", "append", "appendleft", "extend", "extendleft", "insert", "setdefault", "update"
)  # fmt: skip
"""The methods by which a container grows, which may find no memory."""

_BOUNDS: Final = {"int": (integers.i64.MINIMUM, integers.i64.MAXIMUM)} | {
    name: (width.MINIMUM, width.MAXIMUM)
    for name, width in vars(integers).items()
    if isinstance(width, type) and issubclass(width, integers.Width) and width is not integers.Width
}
_I64: Final = _BOUNDS["int"]
_IN_PLACE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "Add": operator.iadd,
    "Sub": operator.isub,
    "Mult": operator.imul,
    "FloorDiv": operator.ifloordiv,
    "Mod": operator.imod,
    "Pow": operator.ipow,
    "LShift": operator.ilshift,
    "RShift": operator.irshift,
    "BitAnd": operator.iand,
    "BitOr": operator.ior,
    "BitXor": operator.ixor,
}
_EXACT: Final = 1 << 127
_CONTAINERS: Final = (bytearray, collections.deque, dict, list, set)
_SEQUENCES: Final = (bytearray, bytes, collections.deque, dict, list, memoryview, str, tuple)


class Checks:
    """The checks of one loaded module."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.tracker = Tracker()
        self.watching = False
        """Whether threads are alive that could share something: see `races`, which sets it."""
        self.race_name = Path(path).stem
        self.module_level: dict[int, str] = {}
        """The names of the containers that the module itself holds, by their ids."""

    # Integers.

    def fit(self, place: str, value: Any) -> Any:
        """The value, stored in a place of that width; OverflowError if it does not fit."""
        if type(value) is int:
            low, high = _BOUNDS.get(place, _I64)  # an enum's name is a place of 64 bits
            if not low <= value <= high:
                raise OverflowError(f"{value} does not fit {place}")
        return value

    def argument(self, place: str, value: Any) -> Any:
        """The same for a parameter: what does not fit is the caller's, and told with the caller's line."""
        try:
            return self.fit(place, value)
        except OverflowError as raised:
            raised.kmi_outwards = 1  # type: ignore[attr-defined]
            raise

    def exact(self, value: Any) -> Any:
        """The value of an arithmetic expression, exact to 128 bits; joining sequences allocates."""
        if type(value) is int:
            if not -_EXACT <= value < _EXACT:
                raise OverflowError("value does not fit 128 bits")
        elif isinstance(value, _SEQUENCES):
            self.made(value)
        return value

    def power(self, base: Any, exponent: Any) -> Any:
        """`base ** exponent`, exact to 128 bits."""
        if type(base) is int and type(exponent) is int:
            if exponent < 0:
                raise ValueError("negative exponent")
            if abs(base) > 1 and exponent > 127:
                raise OverflowError("value does not fit 128 bits")
        return self.exact(base**exponent)

    def in_place(self, operation: str, place: str | None, old: Any, operand: Any) -> Any:
        """What `old op= operand` stores in a place of that width; None: in one that is no integer's."""
        power = operation == "Pow"
        value = self.power(old, operand) if power else self.exact(_IN_PLACE[operation](old, operand))
        return value if place is None else self.fit(place, value)

    def atomic(self, width: str, made: Any) -> Any:
        """An atomic number, which is declared with that width."""
        made.of_width(width)
        return made

    def parsed(self, value: Any, *arguments: Any, **named: Any) -> int:
        """`int(…)`: of a text, a number of 64 bits, for compiled code reads no larger one."""
        made = int(value, *arguments, **named)
        if isinstance(value, (str, bytes, bytearray)) and not _I64[0] <= made <= _I64[1]:
            raise OverflowError("value does not fit 64 bits")
        return made

    def joined(self, *arguments: Any, signed: bool = False, **named: Any) -> int:
        """`int.from_bytes(…)`, of 64 bits."""
        made = int.from_bytes(*arguments, signed=signed, **named)
        low, high = _I64 if signed else _BOUNDS["u64"]
        if not low <= made <= high:
            raise OverflowError("value does not fit 64 bits")
        return made

    def ascii(self, value: Any) -> Any:
        """A text whose kinds of characters are asked for, which compiled code knows of ASCII alone."""
        if isinstance(value, str) and not value.isascii():
            raise NotImplementedError("only ASCII has cases and kinds of characters in a kernel")
        return value

    # Containers.

    def at(self, container: Any, place: str | None = None) -> Any:
        """The container, to be indexed: with errors that say the index and the length.

        `place` is the width of an item that is about to change in place.
        """
        return _Indexed(self, container, place) if type(container) in _SEQUENCES else container

    def grow(self, container: Any, method: str, *arguments: Any, **named: Any) -> Any:
        """Call a method that makes a container grow."""
        if type(container) in _CONTAINERS:
            if self.watching:
                self.touch(container, True, sys._getframe(1))
            self._allocate(type(container).__name__)
            arguments = tuple(self.fit("int", argument) for argument in arguments)
        return getattr(container, method)(*arguments, **named)

    def made(self, value: Any) -> Any:
        """A value that was just built in memory of its own."""
        self._allocate(type(value).__name__)
        return value

    # What threads share: each of these is a preemption point, and remembered.

    def load(self, owner: Any, field: str) -> Any:
        """The value of a field that changes."""
        if self.watching and (thread := running()) is not None:
            thread.scheduler.preempt()
            if field in getattr(owner, "__dict__", ()):
                thread.scheduler.races.read(owner, field, sys._getframe(1))
        return self.look(owner, field)

    def look(self, owner: Any, field: str) -> Any:
        """The value of a field that never changes; a container in it may."""
        value = getattr(owner, field)
        if self.watching and type(value) in _CONTAINERS:
            current().scheduler.races.holds(owner, field, value)
        return value

    def storing(self, owner: Any, field: str) -> Any:
        """The owner of a field that is about to be set or deleted."""
        if self.watching and (thread := running()) is not None:
            thread.scheduler.preempt()
            thread.scheduler.races.write(owner, field, sys._getframe(1))
        return owner

    def reading(self, container: Any) -> Any:
        """A container that is about to be looked at as a whole."""
        if self.watching and type(container) in _CONTAINERS:
            self.touch(container, False, sys._getframe(1))
        return container

    def changing(self, container: Any) -> Any:
        """A container that is about to be changed by a method of its own."""
        if self.watching and type(container) in _CONTAINERS:
            self.touch(container, True, sys._getframe(1))
        return container

    def touch(self, container: Any, write: bool, frame: FrameType) -> None:
        """An operation on a container begins, on the frame's line."""
        thread = running()
        if thread is None:
            return
        thread.scheduler.preempt()
        races = thread.scheduler.races
        if (name := self.module_level.get(id(container))) is not None:
            owner, field = self, name
        elif (held := races.holder_of(container)) is not None:
            owner, field = held
        else:
            races.guards.check(container, "", write, thread, frame)
            return
        (races.write if write else races.read)(owner, f"{field}[…]", frame)

    def global_read(self, name: str) -> None:
        """A variable of the module was read."""
        self._global(name, False, sys._getframe(1))

    def global_set(self, name: str, value: Any) -> Any:
        """The value that a variable of the module is about to be set to."""
        self._global(name, True, sys._getframe(1))
        return value

    def _global(self, name: str, write: bool, frame: FrameType) -> None:
        if self.watching and (thread := running()) is not None:
            thread.scheduler.preempt()
            (thread.scheduler.races.write if write else thread.scheduler.races.read)(self, name, frame)

    # Objects and calls.

    def tracked(self, kind: C) -> C:
        """The class, known as the module's, and its objects' allocation watched unless they are values."""
        if hasattr(kind, "_kmi_checks") and not issubclass(kind, BaseException):
            return kind  # what its base has, it inherits
        kind._kmi_checks = self  # type: ignore[attr-defined]
        if issubclass(kind, (BaseException, enum.Enum)):
            return kind
        checks = self
        original: Callable[..., Any] = kind.__new__

        def new(cls: type, /, *arguments: Any, **named: Any) -> Any:
            if running() is None:
                return original(cls) if original is object.__new__ else original(cls, *arguments, **named)
            checks._allocate(cls.__name__)
            made: Any = original(cls) if original is object.__new__ else original(cls, *arguments, **named)
            checks.tracker.add(made, sys._getframe(1))
            return made

        kind.__new__ = new  # type: ignore[method-assign, assignment]
        return kind

    def recursive(self, function: F) -> F:
        """A function that can come to call itself: RecursionError, at the call, if nested too deep."""

        @functools.wraps(function)
        def counted(*arguments: Any, **named: Any) -> Any:
            thread = current()
            if thread.depth >= DEEPEST:
                raise RecursionError("maximum recursion depth exceeded")
            thread.depth += 1
            try:
                return function(*arguments, **named)
            finally:
                thread.depth -= 1

        return cast(F, counted)

    def unwound(self) -> None:
        """A handler or a `finally` begins: for an exception, the locals of frames that it left die now.

        In CPython they would live as long as the traceback; compiled code has no frame to keep them in.
        """
        error, here = sys.exception(), sys._getframe(1)
        trace = error.__traceback__ if error is not None else None
        while trace is not None:
            if trace.tb_frame is not here:
                with contextlib.suppress(RuntimeError):  # it still runs
                    trace.tb_frame.clear()
            trace = trace.tb_next

    def preempt(self) -> None:
        """A preemption point in a loop: another thread may run here, so waiting for it in a loop ends."""
        if (thread := running()) is not None:
            thread.scheduler.preempt()

    def _allocate(self, what: str) -> None:
        if running() is not None:  # constants of the module are built before it is loaded
            world().allocator.point(what)


class _Indexed:
    """A container whose errors say which index, and of how many."""

    __slots__ = ("_checks", "_container", "_place")

    def __init__(self, checks: Checks, container: Any, place: str | None) -> None:
        self._checks = checks
        self._container = container
        self._place = place or "int"

    def __getitem__(self, index: Any) -> Any:
        if self._checks.watching:
            self._checks.touch(self._container, False, sys._getframe(1))
        if isinstance(index, slice) and not isinstance(self._container, memoryview):
            if running() is not None:
                world().allocator.point(type(self._container).__name__)
        try:
            return self._container[index]
        except IndexError:
            raise _out_of_range(index, self._container) from None

    def __setitem__(self, index: Any, value: Any) -> None:
        if self._checks.watching:
            self._checks.touch(self._container, True, sys._getframe(1))
        if isinstance(self._container, dict) or isinstance(index, slice):
            if running() is not None:
                world().allocator.point(type(self._container).__name__)
        self._checks.fit(self._place, value)
        try:
            self._container[index] = value
        except IndexError:
            raise _out_of_range(index, self._container) from None

    def __delitem__(self, index: Any) -> None:
        if self._checks.watching:
            self._checks.touch(self._container, True, sys._getframe(1))
        try:
            del self._container[index]
        except IndexError:
            raise _out_of_range(index, self._container) from None


def _out_of_range(index: Any, container: Sized) -> IndexError:
    return IndexError(f"index {index} out of range of {len(container)}")
