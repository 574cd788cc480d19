"""``kmi test``: pytest with the kernels prepared first, and the exit codes of kmi."""

from __future__ import annotations

import gc
import os
from collections.abc import Container

import click
import pytest

from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.cli.progress import Progress
from kmi.testing.kernels.registry import Choice, KernelMissing, UnknownKernel, chosen
from kmi.testing.plugin import EXIT_CODE

#: Of several kernels' ends, the one that the exit code tells: the first of these.
GRAVITY = (Exit.PANIC, Exit.LOST, Exit.TIMEOUT, Exit.NOT_COMPILED)

#: pytest would rewrite the assertions of every plugin's package; kmi's own are not for users to read.
NO_NEWS = "ignore:Module already imported so cannot be rewritten; kmi:pytest.PytestAssertRewriteWarning"


@click.command(context_settings={"ignore_unknown_options": True}, short_help="Run tests on kernels.")
@click.option(
    "--on",
    default="simulated",
    metavar="KERNELS",
    help="Kernels, joined by commas: simulated, linux:6.1, …; 'all'; 'available': what can run here.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENTS]…")
def command(on: str, arguments: tuple[str, ...]) -> int:
    """Run pytest; a test that takes the fixture 'kernel' runs once on each kernel asked for.

    Ends with 0 if all passed, 1 if a test failed, 3 if a module does not compile, 4 if a kernel panicked,
    5 if a machine was lost, 124 if time ran out.
    """
    choice = named(on)
    prepare(choice)
    outcomes = Outcomes()
    gc.freeze()  # modules and classes live to the end: not to be looked through each time
    status = pytest.main(["-W", NO_NEWS, "--on", on, *arguments], plugins=[outcomes])
    return outcomes.exit_code(int(status), choice)


def named(on: str) -> Choice:
    """The kernels of an ``--on`` option; Failure where one is unknown."""
    try:
        return chosen(on)
    except UnknownKernel as error:
        raise Failure(f"--on: {error}", code=Exit.USAGE) from None


def prepare(choice: Choice) -> None:
    """Boot each of the kernels, so that it is ready for tests; KernelMissing where one cannot run here."""
    progress = Progress()
    for kind in choice.kinds:
        if missing := kind.missing():
            raise KernelMissing(kind.name, missing)
        if kind.name != "simulated":
            with progress.step(f"{kind.name}: get it ready") as note:
                kind.prepare(note)


class Outcomes:
    """A pytest plugin that sees how tests ended, also those of pytest-xdist's workers."""

    def __init__(self) -> None:
        self.codes: set[int] = set()
        self.interrupted = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == EXIT_CODE and isinstance(value, int):
                self.codes.add(value)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # pytest ends a session in the same way when a file of tests cannot be imported, by a subclass.
        self.interrupted = excinfo.type is KeyboardInterrupt

    def pytest_unconfigure(self) -> None:
        # pytest collects garbage five times at its end, for errors in a `__del__`. Once finds them all in
        # CPython; the others need not look through whole programs and their syntax again.
        gc.collect()
        gc.freeze()

    def exit_code(self, status: int, choice: Choice) -> Exit:
        """kmi's exit code for pytest's."""
        match status:
            case _ if self.interrupted:
                return Exit.INTERRUPTED
            case pytest.ExitCode.OK:
                return incomplete(choice)
            case pytest.ExitCode.TESTS_FAILED:
                return next((code for code in GRAVITY if code in self.codes), Exit.FAILED)
            case pytest.ExitCode.INTERRUPTED:  # a file of tests that cannot be imported
                return Exit.FAILED
            case pytest.ExitCode.USAGE_ERROR | pytest.ExitCode.NO_TESTS_COLLECTED:
                return Exit.USAGE
            case _:
                return Exit.INTERNAL


def incomplete(choice: Choice, environment: Container[str] | None = None) -> Exit:
    """OK, unless kernels were left out in continuous integration (``CI`` set): nobody reads output there."""
    names = os.environ if environment is None else environment
    return Exit.FAILED if choice.left_out and "CI" in names else Exit.OK
