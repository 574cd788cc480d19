"""Functions as values: what a `Callable[[A, B], R]` is, one class for each number of parameters.

    apply(twice, 3)      ->  an object of a class that the compiler makes for `twice`, with this as its base

A value is called by the class of the object, as any overridden method is: no C function's address is taken.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Generic, TypeVar

from kmi.interface import context

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
R = TypeVar("R")


class Callable0(Generic[R]):
    @abstractmethod
    def __call__(self) -> R: ...


class Callable1(Generic[A, R]):
    @abstractmethod
    def __call__(self, first: A, /) -> R: ...


class Callable2(Generic[A, B, R]):
    @abstractmethod
    def __call__(self, first: A, second: B, /) -> R: ...


class Callable3(Generic[A, B, C, R]):
    @abstractmethod
    def __call__(self, first: A, second: B, third: C, /) -> R: ...


class Callable4(Generic[A, B, C, D, R]):
    @abstractmethod
    def __call__(self, first: A, second: B, third: C, fourth: D, /) -> R: ...


class Callable5(Generic[A, B, C, D, E, R]):
    @abstractmethod
    def __call__(self, first: A, second: B, third: C, fourth: D, fifth: E, /) -> R: ...


class Callable6(Generic[A, B, C, D, E, F, R]):
    @abstractmethod
    def __call__(self, first: A, second: B, third: C, fourth: D, fifth: E, sixth: F, /) -> R: ...


class Callback:
    """A bound method that does not hold its object: what the constructors of registrations take.

    It is called in a thread of the kernel's own. Each kind of callback is a class of its own, so that a call
    of one reaches no method that is only another's.
    """

    @context("process")
    @abstractmethod
    def __call__(self) -> None: ...


class ThreadCallback:
    """What a thread of the module's own runs: its waits end when it is stopped."""

    @context("process")
    @abstractmethod
    def __call__(self) -> None: ...


class SoftirqCallback:
    """What is called in softirq context, where nothing may sleep."""

    @context("softirq")
    @abstractmethod
    def __call__(self) -> None: ...


class ShowCallback(Generic[R]):
    """The same, which gives a text to who reads an attribute."""

    @abstractmethod
    def __call__(self) -> R: ...


class StoreCallback(Generic[A, R]):
    """The same, which is given the text that somebody wrote to an attribute."""

    @abstractmethod
    def __call__(self, first: A, /) -> R: ...
