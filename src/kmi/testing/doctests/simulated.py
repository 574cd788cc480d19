"""Doctests in CPython: by Python's own doctest, in a thread of the simulated kernel.

The module's file is loaded by the import hook, so its integers have their places and its nouns have a kernel.
The examples themselves are CPython's.
"""

from __future__ import annotations

import doctest
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from kmi.kernels.simulated.hook.loader import load
from kmi.kernels.simulated.kernel import SimulatedKernel
from kmi.kernels.simulated.reports import SimulationError
from kmi.testing.doctests.collect import Case, collect, unique
from kmi.testing.doctests.outcome import Incomplete, Outcome
from kmi.testing.kernels.kernel import KernelFailure


def run(kernel: SimulatedKernel, path: Path, only: str | None = None) -> list[Outcome]:
    """The doctests of a module, or of one docstring of it. Raises CheckFailed, BadDocstring."""
    cases = [case for case in unique(collect(path)) if only in (None, case.name)]
    if not cases:
        raise Incomplete(f"{path.name} has no doctests" + (f" of {only}" if only else ""))
    outcomes: list[Outcome] = []
    code = load(path)
    kernel.races.add(code.checks)
    names = {file.__name__: file for file in code.files}
    for case in cases:
        outcomes.append(_one(kernel, case, vars(names[case.module])))
    return outcomes


def _one(kernel: SimulatedKernel, case: Case, namespace: dict[str, object]) -> Outcome:
    test = doctest.DocTest(
        list(case.examples), dict(namespace), case.name, str(case.path), case.line - 1, case.docstring
    )
    said: list[str] = []

    def body() -> None:
        # The module is importable by its name while its examples run, as it is under `python -m doctest`.
        with _importable(case.module, namespace):
            try:
                doctest.DebugRunner(verbose=False).run(test, clear_globs=False)
            except doctest.DocTestFailure as failure:
                said.append(f"{case.name}: {_differs(failure)} ({_where(case, failure.example)})")
            except doctest.UnexpectedException as failure:
                kind, raised, _ = failure.exc_info
                if isinstance(raised, SimulationError | KernelFailure):
                    raise raised from None
                got = "".join(traceback.format_exception_only(kind, raised)).removesuffix("\n")
                place = _where(case, failure.example)
                said.append(f"{case.name}: expected no exception, raised {_unqualified(got)} ({place})")
                raised.__traceback__ = None  # it holds the examples' objects
            finally:
                test.globs.clear()

    kernel.run(f"the doctest of {case.name}", body)
    return Outcome(case.name, tuple(said), not said)


def _where(case: Case, example: doctest.Example) -> str:
    return f"{case.path.name}:{case.line_of(example)}"


def _differs(failure: doctest.DocTestFailure) -> str:
    """What was expected and what came, in the words that a kernel has for it."""
    wanted, got = failure.example.exc_msg, failure.got.removesuffix("\n")
    if wanted is None:
        expected = failure.example.want.removesuffix("\n") or "nothing"
        return f"expected {expected}, got {got or 'nothing'}"
    raised = _unqualified(got.splitlines()[-1]) if got.startswith("Traceback ") else "nothing"
    return f"expected {_unqualified(wanted.removesuffix(chr(10)))}, raised {raised}"


def _unqualified(raised: str) -> str:
    """`KeyError: 5` as it is; `ring.Full: no room` without the module, which kernels do not know."""
    kind, colon, message = raised.partition(":")
    return f"{kind.rpartition('.')[2]}{colon}{message}"


@contextmanager
def _importable(name: str, namespace: dict[str, object]) -> Iterator[None]:
    before = sys.modules.get(name)
    if before is None:
        module = ModuleType(name)
        vars(module).update(namespace)
        sys.modules[name] = module
    try:
        yield
    finally:
        if before is None:
            sys.modules.pop(name, None)
