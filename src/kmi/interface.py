"""What the interface modules (`kmi.device`, `kmi.sync`, ...) are declared with.

An interface module is the only nominal declaration of its names: signatures, documentation and declared
effects. Type checkers and kmi's compiler read the declaration; CPython gets, under the same name, what the
simulated kernel provides:

    @provided
    class Mutex(Generic[T]):
        @sleeps
        def __enter__(self) -> T: ...

Invariants: a declaration's body is its docstring and `...`; the effects are upper bounds over all kernels; an
implementation has the qualified name of its declaration and lives in `kmi.kernels.<kernel>.<same module>`.
"""

from collections.abc import Callable
from importlib import import_module
from types import FunctionType
from typing import Literal, TypeVar

__all__ = [
    "Callback",
    "Context",
    "ShowCallback",
    "SoftirqCallback",
    "StoreCallback",
    "ThreadCallback",
    "confined",
    "context",
    "metadata",
    "provided",
    "raises",
    "sleeps",
    "sleeps_with",
]

D = TypeVar("D")
F = TypeVar("F", bound=Callable[..., object])

Context = Literal["process", "softirq", "atomic", "any"]
"""Where code runs; see `context`."""

Callback = Callable[[], None]
"""What a registration calls, in a thread that may sleep: a bound method of the object whose field it is.

A parameter of this type holds no reference to that object, which ends the registration before it dies. It is
given ``self.method`` in the ``__init__`` of that object, and nothing else.
"""

SoftirqCallback = Callable[[], None]
"""The same, called in softirq context, where nothing may sleep."""

ThreadCallback = Callable[[], None]
"""The same, called once, in a thread of its own, whose waits end when it is stopped."""

ShowCallback = Callable[[], str]
"""What tells user space a text, in its thread: a bound method, as a `Callback` is one."""

StoreCallback = Callable[[str], None]
"""What is told a text by user space, in its thread: a bound method, as a `Callback` is one."""

SIMULATED = "kmi.kernels.simulated"


def provided(declaration: D) -> D:
    """A class or function that each kernel implements; in CPython, the simulated kernel's implementation.

    Raises ImportError or AttributeError when the simulated kernel lacks the name: there is no fallback.
    """
    home: str = getattr(declaration, "__module__")  # noqa: B009  (D is any class or function)
    name: str = getattr(declaration, "__qualname__")  # noqa: B009
    simulated = home.replace("kmi", SIMULATED, 1)
    try:
        implementation: D = getattr(import_module(simulated), name)
    except ModuleNotFoundError as error:
        if home.count(".") < 2 or not simulated.startswith(error.name or simulated + "."):
            raise
        kernel = home.split(".")[1]
        raise ImportError(f"{home} is of the kernel {kernel} alone: run it with --on {kernel}") from None
    _document(implementation, declaration)
    return implementation


def _document(implementation: object, declaration: object) -> None:
    """Give an implementation, and what it defines itself, the documentation of the declaration."""
    implementation.__doc__ = declaration.__doc__
    if isinstance(declaration, type):
        for name, member in vars(declaration).items():
            own = vars(implementation).get(name)
            if isinstance(own, (FunctionType, property)) and member.__doc__:
                own.__doc__ = member.__doc__


def sleeps(function: F) -> F:
    """A function that may sleep, on at least one kernel: not to be called in atomic context."""
    return function


def sleeps_with(parameter: str, flag: int, other: int) -> Callable[[F], F]:
    """A function that may sleep if an argument has one flag, and does not if it has the other.

    Each call gives exactly one of the two, as a constant: whether it may sleep is seen where it is made.
    """
    return lambda function: function


def metadata(function: F) -> F:
    """A decorator for the module's class that says something of it to the kernel, by constants alone."""
    return function


def confined(declaration: D) -> D:
    """A class whose objects belong to one thread, or to one lock: they change, and guard nothing.

    A kernel's implementation says so, too.
    """
    return declaration


def raises(*errors: type[BaseException]) -> Callable[[F], F]:
    """An upper bound of what a function raises; a function without it raises nothing."""
    return lambda function: function


def context(*allowed: Context) -> Callable[[F], F]:
    """The contexts in which a callback is called, or from which a function may be called.

    `process`: a thread that may sleep. `atomic`: it may not. `softirq`: between two instructions of a thread,
    which may not sleep either. `any`: each of these; the default of functions.
    """
    return lambda function: function
