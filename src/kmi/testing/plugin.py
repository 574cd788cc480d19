"""The pytest plugin: ``def test_x(kernel): …`` runs on every kernel asked for.

    pytest examples --on simulated,linux:6.12

gives ``test_x[simulated]`` and ``test_x[linux:6.12]``. Each test has a kernel of its own, and fails

- if its assertions do;
- if the kernel complained (a leak, a lock out of order, any splat), with the lines of the complaint;
- if after it, when all its processes have ended, a module cannot be unloaded;
- if its module does not compile (exit code 3 of ``kmi test``);
- if the kernel panicked, the machine was lost or time ran out (exit codes 4, 5 and 124).

A traceback ends in the test, at the call that the kernel refused: ``--full-trace`` shows the rest.

A test of a module that is wrong on purpose names what the kernel has to report, and fails without it:
``@pytest.mark.reports("leak")``.

A kernel that cannot run here is an error with the line that installs it, never a skip: only
``--on available`` leaves out kernels, and tests whose needs are not met (``@pytest.mark.needs("gcc")``),
and says so at the end. ``@pytest.mark.only_on("linux")`` keeps a test to some kernels.

Options: ``--on``, ``--seed`` (each test's own seed derives from it and the test's name; the default is
fixed, so runs repeat), ``--schedule`` (how the simulated kernel chooses threads: ``random``, ``pct:3``),
``--explore N`` (each test under N schedules of it, see :mod:`kmi.testing.explore`), ``--time-limit`` (seconds
a test, or one schedule of it, may take).
"""

from __future__ import annotations

import hashlib
import random
import signal
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import TypeGuard

import pytest

from kmi.kernels.building.refused import CheckFailed
from kmi.kernels.simulated.hook import loader
from kmi.kernels.simulated.reports import SimulationError
from kmi.kernels.simulated.schedules import UnknownSchedule, schedule_named
from kmi.machines.outcomes import MachineError, ProcessEnded
from kmi.testing import explore
from kmi.testing.doctests.collect import BadDocstring, Untranslatable
from kmi.testing.doctests.items import module_file
from kmi.testing.kernels.freebsd import FreeBSDKind
from kmi.testing.kernels.kernel import KernelFailure, Report
from kmi.testing.kernels.registry import (
    Choice,
    KernelMissing,
    Kind,
    RunningKernel,
    UnknownKernel,
    chosen,
    find,
)
from kmi.testing.kernels.simulated import SimulatedKind
from kmi.testing.needs import Unmet, unmet

CHOICE: pytest.StashKey[Choice] = pytest.StashKey()
KINDS: pytest.StashKey[dict[str, Kind]] = pytest.StashKey()
RUNNING: pytest.StashKey[RunningKernel] = pytest.StashKey()
EXPLORED: pytest.StashKey[explore.Explored] = pytest.StashKey()
#: Whether the test failed because of the kernel's reports, and shows them.
COMPLAINED: pytest.StashKey[bool] = pytest.StashKey()
#: What kinds of reports there were in the schedules of a test.
SEEN: pytest.StashKey[set[str]] = pytest.StashKey()
#: How many tests were left out for each need that is not met.
LACKING: pytest.StashKey[dict[str, int]] = pytest.StashKey()

#: What a module that does not compile is refused with, by the simulated kernel and by a build.
NOT_COMPILED = (loader.CheckFailed, CheckFailed, BadDocstring, Untranslatable)

#: Errors that are a kernel's answer to a test, and no mistake of kmi's.
ANSWERS = (OSError, AssertionError, KernelFailure, MachineError, ProcessEnded, SimulationError, *NOT_COMPILED)

#: The kernels whose threads a schedule chooses.
EXPLORABLE = (SimulatedKind.name, FreeBSDKind.name)

#: The property of a test report that carries the exit code of a kernel's end.
EXIT_CODE = "kmi_exit_code"


ABOUT_LEAKS = (
    "(Objects are freed when nothing refers to them any more. What is left mostly refers to itself, in a\n"
    "ring: set one of the fields of the ring to None when it is done with.)"
)


class NeedUnmet(Exception):
    """A test that cannot run on this computer as it is."""


class TestTimedOut(KernelFailure):
    """A test that took longer than ``--time-limit``."""

    __test__ = False
    exit_code = 124


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("kmi", "kernels that tests run on")
    group.addoption(
        "--on",
        default="simulated",
        metavar="KERNELS",
        help="kernels by name, joined by commas (simulated, linux:6.1, …), or 'all', or 'available'",
    )
    group.addoption("--seed", type=int, default=1, help="where every test's own seed comes from")
    group.addoption(
        "--schedule",
        metavar="NAME",
        help="how simulated and freebsd choose threads: random, pct, pct:DEPTH (default: random)",
    )
    group.addoption(
        "--explore",
        type=int,
        default=1,
        metavar="N",
        help="run each test under N schedules of simulated and freebsd, up to the first that fails",
    )
    group.addoption(
        "--time-limit", type=float, default=120.0, help="seconds that a test with a kernel may take"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only_on(*kernels): the test runs on these ('linux': any Linux)")
    config.addinivalue_line("markers", "reports(*kinds): what the kernel has to complain of, only that")
    config.addinivalue_line("markers", "needs(*needs): programs, or kernels' headers, that the test uses")
    try:
        choice = chosen(config.getoption("on"))
    except UnknownKernel as error:
        raise pytest.UsageError(f"--on: {error}") from None
    if config.getoption("explore") < 1:
        raise pytest.UsageError(f"--explore: 1 schedule or more, not {config.getoption('explore')}")
    try:
        schedule_named(config.getoption("schedule") or "random", random.Random(0))
    except UnknownSchedule as error:
        raise pytest.UsageError(f"--schedule: {error}") from None
    config.stash[EXPLORED] = explore.Explored(each=config.getoption("explore"))
    config.stash[CHOICE] = choice
    config.stash[KINDS] = {}
    config.stash[LACKING] = {}
    # The workers of pytest-xdist are given these two: all of them must collect the same tests.
    config.option.lenient = config.getoption("on") == "available" or getattr(config.option, "lenient", False)
    config.option.on = ",".join(choice.names)


def pytest_report_header(config: pytest.Config) -> str:
    return f"kernels: {', '.join(config.stash[CHOICE].names)}; seed {config.getoption('seed')}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kernel" in metafunc.fixturenames:
        metafunc.parametrize("kernel", metafunc.config.stash[CHOICE].names, indirect=True)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    # pytest takes a file that is named on the command line for tests, whatever it is called: see below.
    return None if parent.session.isinitpath(file_path) else _doctests(file_path, parent)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    return _doctests(module_path, parent)


def _doctests(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The doctests of a kernel module's file; None where it has none."""
    return module_file(path, parent, parent.config.stash[CHOICE].names, _started)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept: list[pytest.Item] = []
    out: list[pytest.Item] = []
    for item in items:
        (kept if _wanted(item) and not _left_out(item) else out).append(item)
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = kept


def _left_out(item: pytest.Item) -> bool:
    if not item.config.option.lenient or (lacking := _unmet(item)) is None:
        return False
    counts = item.config.stash[LACKING]
    counts[lacking.need] = counts.get(lacking.need, 0) + 1
    return True


def _unmet(item: pytest.Item) -> Unmet | None:
    needs = (need for marker in item.iter_markers("needs") for need in marker.args)
    return next((lacking for need in needs if (lacking := unmet(need)) is not None), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if lacking := _unmet(item):
        sentence = f"the test needs {lacking.need}, which is not here; this installs it:"
        raise NeedUnmet(f"{sentence}\n    {lacking.line}")


def _wanted(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("only_on")
    call = getattr(item, "callspec", None)
    if marker is None or call is None or "kernel" not in call.params:
        return True
    name = str(call.params["kernel"])
    return any(name == only or name.startswith(f"{only}:") for only in marker.args)


def _round(item: pytest.Item) -> explore.Round:
    """The schedule that the test runs under."""
    given = explore.Round(0, item.config.getoption("seed"), item.config.getoption("schedule") or "random")
    return item.stash.get(explore.ROUND, given)


def _seed(item: pytest.Item) -> int:
    text = f"{_round(item).seed} {item.nodeid}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest())


@pytest.fixture
def kernel(request: pytest.FixtureRequest) -> Iterator[RunningKernel]:
    """A kernel of the test's own, see :class:`kmi.testing.kernels.kernel.Kernel`."""
    item = request.node
    assert isinstance(item, pytest.Item)
    with _started(item, str(request.param)) as running:
        yield running


@contextmanager
def _started(item: pytest.Item, name: str) -> Iterator[RunningKernel]:
    kind = _prepared(item.config, name)
    if isinstance(kind, SimulatedKind | FreeBSDKind):
        kind.schedule = _round(item).schedule
    with kind.start(_seed(item), item.path.parent) as running:
        item.stash[RUNNING] = running
        yield running


def _explored(item: pytest.Item) -> TypeGuard[pytest.Function]:
    """Whether the test runs under several schedules."""
    if item.config.getoption("explore") == 1 or not isinstance(item, pytest.Function):
        return False
    return hasattr(item, "callspec") and item.callspec.params.get("kernel") in EXPLORABLE


def _plan(item: pytest.Item) -> list[explore.Round]:
    option = item.config.getoption
    return list(explore.rounds(option("seed"), option("explore"), option("schedule")))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Set a test up anew for each schedule, where more than its kernel is made for it."""
    if not _explored(item) or explore.only_kernel(item):
        return None
    explore.by_protocol(item, nextitem, _plan(item), item.config.stash[EXPLORED])
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Call a test again for each schedule, where only its kernel is made for it."""
    item = pyfuncitem
    if not _explored(item) or not explore.only_kernel(item):
        return None
    limit = float(item.config.getoption("time_limit"))
    wanted = _wanted_reports(item)
    seen: set[str] = set()

    def begin(one: explore.Round, stack: ExitStack) -> object:
        if one.number == 0:
            return item.stash[RUNNING]
        if threading.current_thread() is threading.main_thread():
            signal.setitimer(signal.ITIMER_REAL, limit)
        return stack.enter_context(_started(item, str(item.callspec.params["kernel"])))

    def judge() -> None:
        running = item.stash[RUNNING]
        if reports := running.settle():
            seen.update(report.kind for report in reports)
            _complain(item, running, _complaint(running, reports, wanted))

    explore.by_call(item, _plan(item), begin, judge, item.config.stash[EXPLORED])
    item.stash[SEEN] = seen
    return True


def _prepared(config: pytest.Config, name: str) -> Kind:
    kinds = config.stash[KINDS]
    if name not in kinds:
        kind = find(name)
        if missing := kind.missing():
            raise KernelMissing(name, missing)
        kind.prepare(lambda part: None)
        kinds[name] = kind
    return kinds[name]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    running = item.stash.get(RUNNING, None)
    if running is None:
        return (yield)
    limit = float(item.config.getoption("time_limit"))
    with _time_limit(limit, item.name):
        result = yield
        running = item.stash[RUNNING]
        reports = running.settle()
    wanted = _wanted_reports(item)
    seen: set[str] = item.stash.setdefault(SEEN, set())
    seen |= {report.kind for report in reports}
    _complain(item, running, _complaint(running, reports, wanted) or _missing(running, wanted - seen))
    return result


def _wanted_reports(item: pytest.Item) -> set[str]:
    marker = item.get_closest_marker("reports")
    return set(marker.args) if marker is not None else set()


def _complain(item: pytest.Item, running: RunningKernel, complaint: str | None) -> None:
    if complaint:
        item.stash[COMPLAINED] = True
        pytest.fail(complaint, pytrace=False)


def _complaint(running: RunningKernel, reports: Sequence[Report], wanted: set[str]) -> str | None:
    lines = [str(report) for report in reports if report.kind not in wanted]
    if lines:
        if any(report.kind == "leak" and "leak" not in wanted for report in reports):
            lines.append(ABOUT_LEAKS)
        return "\n".join([f"the kernel {running.name} complained, although every assertion held:", *lines])
    return None


def _missing(running: RunningKernel, lacking: set[str]) -> str | None:
    if not lacking:
        return None
    return f"the kernel {running.name} was to report {', '.join(sorted(lacking))}, and did not"


@contextmanager
def _time_limit(seconds: float, name: str) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread gets signals; the waits for a guest have limits of their own.
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TestTimedOut(f"{name} took longer than the {seconds:g} s of --time-limit")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def pytest_enter_pdb() -> None:
    """Time stands still while somebody looks."""
    if threading.current_thread() is threading.main_thread():
        signal.setitimer(signal.ITIMER_REAL, 0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    ended = item.stash.get(RUNNING, None)
    if call.excinfo is not None and ended is not None:
        ended.explain(call.excinfo.value)
    if call.excinfo is not None and ended is not None and not item.config.getoption("fulltrace"):
        call.excinfo = _shortened(call.excinfo)
    report = yield
    if call.excinfo is None or not report.failed:
        return report
    refused = isinstance(call.excinfo.value, NOT_COMPILED)
    code = 3 if refused else getattr(call.excinfo.value, "exit_code", None)
    if isinstance(code, int):
        report.user_properties.append((EXIT_CODE, code))
    running = item.stash.get(RUNNING, None)
    if running is not None:
        told = item.stash.get(COMPLAINED, False)
        report.sections.append((f"kernel {running.name}", _state(item, running, told)))
    return report


def _shortened(excinfo: pytest.ExceptionInfo[BaseException]) -> pytest.ExceptionInfo[BaseException]:
    """The same error with a traceback of the author's lines alone, where the error is the kernel's answer.

    The exception itself keeps its traceback, for debuggers.
    """
    entries = [found for found in _entries(excinfo.tb) if not _is_inner(found)]
    if not isinstance(excinfo.value, ANSWERS) or not entries:
        return excinfo
    made: TracebackType | None = None
    for entry in reversed(entries):
        made = TracebackType(made, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    assert made is not None
    return pytest.ExceptionInfo.from_exc_info((excinfo.type, excinfo.value, made))


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _is_inner(entry: TracebackType) -> bool:
    """Whether this is a line of kmi's, or of the standard library that kmi called."""
    name = str(entry.tb_frame.f_globals.get("__name__")).partition(".")[0]
    return name == "kmi" or name in sys.stdlib_module_names


def _state(item: pytest.Item, running: RunningKernel, told: bool) -> str:
    """The seed and the log, and the kernel's reports unless they are ``told`` as the failure itself."""
    one, root = _round(item), item.config.rootpath
    # A test's name, and with it its seed, is relative to the root, which pytest finds by where it is called.
    which = f"'{item.nodeid}'"
    if root != item.config.invocation_params.dir:
        which = f"--rootdir '{root}' '{root}/{item.nodeid}'"
    schedule = "" if one.schedule == "random" else f" --schedule {one.schedule}"
    lines = [f"seed {running.seed}; again: kmi test {which} --on {running.name} --seed {one.seed}{schedule}"]
    if one.number:
        count = item.config.getoption("explore")
        lines.insert(0, f"schedule {one.number + 1:,} of {count:,}, {one.schedule}; those before it passed")
    try:
        lines += [f"  {line}" for line in running.log()[-50:]]
        lines += [] if told else [str(report) for report in running.reports()]
    except Exception as error:  # the kernel may be the very thing that is gone
        # What it was, its console's last lines, is in the failure itself already.
        lines.append(f"(its log cannot be read any more: {str(error).partition(chr(10))[0]})")
    return "\n".join(lines)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = config.stash[CHOICE].left_out
    lacking = config.stash[LACKING]
    explored = config.stash[EXPLORED]
    if explored.tests:
        terminalreporter.section("explored")
        terminalreporter.line(str(explored))
    if left_out or lacking:
        terminalreporter.section("left out: what cannot run here", yellow=True)
    for one in left_out:
        terminalreporter.line(f"{one}; this installs it:")
        terminalreporter.line(f"    {one.line}")
    for need, count in lacking.items():
        why = unmet(need)
        tests = "1 test needs" if count == 1 else f"{count} tests need"
        terminalreporter.line(f"{tests} {need}, which is not here; this installs it:")
        terminalreporter.line(f"    {why.line if why else ''}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:  # a worker of pytest-xdist, whose controller collects nothing
        output["kmi_lacking"] = session.config.stash[LACKING]
        explored = session.config.stash[EXPLORED]
        output["kmi_explored"] = [explored.tests, explored.schedules, explored.seconds]
    # Hypothesis' plugin imports all of it, a third of a second, for a summary of tests that never used it.
    plugins = session.config.pluginmanager
    if "hypothesis" not in sys.modules and plugins.has_plugin("hypothesispytest"):
        plugins.unregister(name="hypothesispytest")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    config, output = getattr(node, "config", None), getattr(node, "workeroutput", {})
    if isinstance(config, pytest.Config):
        config.stash[LACKING].update(output.get("kmi_lacking", {}))
        tests, schedules, seconds = output.get("kmi_explored", (0, 0, 0.0))
        explored = config.stash[EXPLORED]
        explored.tests, explored.schedules = explored.tests + tests, explored.schedules + schedules
        explored.seconds = max(explored.seconds, seconds)  # the workers worked side by side
