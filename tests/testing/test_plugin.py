"""The pytest plugin, over kernels that are made up here: each fails in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kmi.cli import test as command
from kmi.cli.exits import Exit
from kmi.kernels.building.lacking import Missing
from kmi.machines.outcomes import KernelPanic, MachineLost, TimedOut
from kmi.testing.kernels import registry as kernels
from kmi.testing.kernels.kernel import Report


@dataclass
class Running:
    """A kernel that does nothing, and ends as its kind says."""

    name: str
    seed: int
    beside: Path
    complaints: Sequence[Report] = ()
    end: Exception | None = None
    settled: bool = False

    def load(self, path: str) -> None:
        if self.end is not None:
            raise self.end

    def log(self) -> list[str]:
        return [f"log of {self.name}"]

    def reports(self) -> Sequence[Report]:
        return self.complaints if self.settled else ()

    def settle(self) -> Sequence[Report]:
        self.settled = True
        return self.complaints

    def explain(self, error: BaseException) -> None:
        error.add_note(f"{self.name} ended in line 7")


@dataclass
class FakeKind:
    name: str
    complaints: Sequence[Report] = ()
    end: Exception | None = None
    lacking: Sequence[Missing] = ()
    seeds: list[int] = field(default_factory=list)
    prepared: int = 0
    closed: int = 0

    def missing(self) -> Sequence[Missing]:
        return self.lacking

    def prepare(self, note: kernels.Note) -> None:
        self.prepared += 1

    @contextmanager
    def start(self, seed: int, beside: Path) -> Iterator[Running]:
        self.seeds.append(seed)
        try:
            yield Running(self.name, seed, beside, self.complaints, self.end)
        finally:
            self.closed += 1


LEAK = Report("leak", "2 objects of Echo", ("made at echo.py:3",))


@pytest.fixture(autouse=True)
def outside_of_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest's summary repeats whole messages where CI is set; what is counted here is what a person sees."""
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeKind]:
    made = [
        FakeKind("fake:good"),
        FakeKind("fake:leaks", complaints=[LEAK]),
        FakeKind("fake:panics", end=KernelPanic("the kernel panicked", "Oops: 0002")),
        FakeKind("fake:lost", end=MachineLost("the machine was lost")),
        FakeKind("fake:hangs", end=TimedOut("no answer")),
        FakeKind("fake:refuses", end=PermissionError(1, "no")),
        FakeKind("fake:missing", lacking=[Missing("its headers", "apt-get install headers")]),
    ]
    by_name = {kind.name: kind for kind in made}
    # Loading hypothesis anew takes longer than each of these runs.
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
    monkeypatch.setattr(kernels, "every", lambda: by_name)
    return by_name


@pytest.fixture
def two(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(
        test_two="""
        def test_loads(kernel):
            kernel.load("echo.py")

        def test_knows_its_place(kernel, request):
            assert kernel.beside == request.path.parent

        def test_without():
            pass
        """
    )
    return pytester


def test_each_test_runs_on_each_kernel(two: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    kinds["fake:also"] = FakeKind("fake:also")
    result = two.runpytest_inprocess("-v", "--on", "fake:good,fake:also,fake:good")
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["*test_loads[[]fake:good[]]*", "*test_loads[[]fake:also[]]*"])
    good = kinds["fake:good"]
    assert (good.prepared, len(good.seeds), good.closed) == (1, 2, 2)


def test_seeds_repeat_and_differ(two: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    for seed in ("7", "7", "8"):
        two.runpytest_inprocess("--on", "fake:good", "--seed", seed)
    seeds = kinds["fake:good"].seeds
    assert seeds[0:2] == seeds[2:4] and len(set(seeds)) == 4


def test_a_failure_tells_its_seed_and_log(pytester: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    pytester.makepyfile("def test_wrong(kernel): assert 1 == 2")
    result = pytester.runpytest_inprocess("--on", "fake:good")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*kernel fake:good*",
            f"seed {kinds['fake:good'].seeds[0]}; again: kmi test '*test_wrong[[]fake:good[]]' --on *",
            "  log of fake:good",
        ]
    )


REFUSED = """
def helper(kernel):
    kernel.load("echo.py")

def test_refused(kernel):
    helper(kernel)
"""


def test_a_traceback_ends_at_the_call_that_the_kernel_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(REFUSED)
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    wanted = [">   * kernel.load(*", "E   *FileNotFoundError*", "*.py:2: FileNotFoundError"]
    result.stdout.fnmatch_lines(wanted)
    result.stdout.no_fnmatch_line("*kmi/kernels/*")


def test_a_full_traceback_goes_on(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(REFUSED)
    result = pytester.runpytest_inprocess("--full-trace")
    result.stdout.fnmatch_lines(["*kmi/kernels/simulated/kernel.py:*"])


def test_an_error_that_nobody_expected_keeps_its_traceback(
    pytester: pytest.Pytester, kinds: dict[str, FakeKind]
) -> None:
    kinds["fake:broken"] = FakeKind("fake:broken", end=LookupError("no answer of a kernel"))
    pytester.makepyfile(REFUSED)
    result = pytester.runpytest_inprocess("--on", "fake:broken")
    result.stdout.fnmatch_lines(["*test_plugin.py:*LookupError*"])


def test_exit_code_when_a_module_does_not_compile(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(REFUSED)
    pytester.makefile(".py", echo="def twice(number): return 2 * number")
    outcomes = command.Outcomes()
    status = pytester.inline_run(plugins=[outcomes]).ret
    assert outcomes.exit_code(int(status), kernels.chosen("simulated")) is Exit.NOT_COMPILED


def test_a_failure_elsewhere_tells_how_to_get_there(
    pytester: pytest.Pytester, kinds: dict[str, FakeKind], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pytester.makepyfile("def test_wrong(kernel): assert 1 == 2")
    elsewhere = pytester.mkdir("elsewhere")
    monkeypatch.chdir(elsewhere)
    result = pytester.runpytest_inprocess("--on", "fake:good", f"--rootdir={path.parent}", str(path))
    result.stdout.fnmatch_lines([f"*again: kmi test --rootdir '{path.parent}' '{path}::test_wrong*"])


def test_the_console_of_a_dead_kernel_is_shown_once(
    pytester: pytest.Pytester, kinds: dict[str, FakeKind], monkeypatch: pytest.MonkeyPatch
) -> None:
    def log(self: Running) -> list[str]:
        raise KernelPanic("the kernel panicked", "Oops: 0002")

    monkeypatch.setattr(Running, "log", log)
    pytester.makepyfile("def test_dies(kernel): kernel.load('x.py')")
    result = pytester.runpytest_inprocess("--on", "fake:panics")
    result.stdout.fnmatch_lines(["(its log cannot be read any more: the kernel panicked)"])
    result.stdout.fnmatch_lines(["E * fake:panics ended in line 7"])
    assert sum(line.endswith("  | Oops: 0002") for line in result.outlines) == 1


def test_a_complaint_fails_the_test(two: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    result = two.runpytest_inprocess("--on", "fake:leaks")
    result.assert_outcomes(failed=2, passed=1)
    wanted = ["*fake:leaks complained*", "leak: 2 objects of Echo", "    made at echo.py:3"]
    result.stdout.fnmatch_lines([*wanted, "ring: set one of the fields of the ring to None*"])
    assert result.outlines.count("leak: 2 objects of Echo") == 2, "once for each test"


def test_a_complaint_that_was_asked_for(pytester: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.reports("leak")
        def test_leaks(kernel): pass

        @pytest.mark.reports("leak", "deadlock")
        def test_more(kernel): pass

        @pytest.mark.reports("deadlock")
        def test_another(kernel): pass
        """
    )
    result = pytester.runpytest_inprocess("--on", "fake:leaks")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*was to report deadlock, and did not", "leak: 2 objects of Echo"])


def test_an_unknown_kernel_is_a_usage_error(two: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    result = two.runpytest_inprocess("--on", "fake:good,vax")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*there is no kernel 'vax'; there are fake:good, fake:leaks,*"])


def test_a_missing_kernel_is_an_error_and_no_skip(two: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    result = two.runpytest_inprocess("--on", "fake:missing")
    result.assert_outcomes(errors=2, passed=1)
    result.stdout.fnmatch_lines(["*fake:missing cannot run here: its headers missing*"])


def test_available_leaves_out_and_says_so(two: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    for name in list(kinds):
        if name not in ("fake:good", "fake:missing"):
            del kinds[name]
    result = two.runpytest_inprocess("--on", "available")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        [
            "*left out*",
            "fake:missing cannot run here: its headers missing; this installs it:",
            "    apt-get install headers",
            "*3 passed*",
        ]
    )


NEEDY = """
import pytest

@pytest.mark.needs("sh")
def test_met(): pass

@pytest.mark.needs("sh", "no-such-program")
def test_unmet(): raise AssertionError("must not run")
"""


def test_a_need_that_is_not_met_is_an_error(pytester: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    pytester.makepyfile(NEEDY)
    result = pytester.runpytest_inprocess("--on", "fake:good")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*the test needs no-such-program*", "*apt-get install * no-such-program"])


@pytest.mark.parametrize("workers", [[], ["-n", "1"]])
def test_needs_are_left_out_where_that_was_asked_for(pytester: pytest.Pytester, workers: list[str]) -> None:
    pytester.makepyfile(NEEDY)
    # The kernels that can run here: workers are processes of their own and know no made-up ones.
    result = pytester.runpytest_inprocess("--on", "available", *workers)
    result.assert_outcomes(passed=1, deselected=0 if workers else 1)
    result.stdout.fnmatch_lines(["1 test needs no-such-program, which is not here; *", "*1 passed*"])


def test_only_on(pytester: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    kinds["other"] = FakeKind("other")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.only_on("fake")
        def test_fakes(kernel): assert kernel.name == "fake:good"

        @pytest.mark.only_on("other")
        def test_other(kernel): assert kernel.name == "other"

        @pytest.mark.only_on("other", "fake:leaks")
        def test_neither_good(kernel): assert kernel.name == "other"
        """
    )
    result = pytester.runpytest_inprocess("--on", "fake:good,other")
    result.assert_outcomes(passed=3, deselected=3)


def test_a_test_that_takes_too_long(pytester: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    pytester.makepyfile("def test_spins(kernel):\n    while True: pass")
    result = pytester.runpytest_inprocess("--on", "fake:good", "--time-limit", "0.05")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*took longer than the 0.05 s of --time-limit*"])
    assert kinds["fake:good"].closed == 1


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ("fake:good", Exit.OK),
        ("fake:refuses", Exit.FAILED),
        ("fake:leaks", Exit.FAILED),
        ("fake:panics", Exit.PANIC),
        ("fake:lost", Exit.LOST),
        ("fake:hangs", Exit.TIMEOUT),
        ("fake:hangs,fake:lost,fake:refuses,fake:panics", Exit.PANIC),
    ],
)
def test_exit_codes_of_kmi_test(
    two: pytest.Pytester, kinds: dict[str, FakeKind], on: str, code: Exit
) -> None:
    outcomes = command.Outcomes()
    status = two.inline_run("--on", on, plugins=[outcomes]).ret
    assert outcomes.exit_code(int(status), kernels.chosen(on)) is code


def test_exit_code_when_nothing_was_collected(pytester: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    outcomes = command.Outcomes()
    status = pytester.inline_run("--on", "fake:good", plugins=[outcomes]).ret
    assert outcomes.exit_code(int(status), kernels.chosen("fake:good")) is Exit.USAGE


def test_exit_code_when_a_file_cannot_be_imported(
    pytester: pytest.Pytester, kinds: dict[str, FakeKind]
) -> None:
    pytester.makepyfile(test_broken="import no_such_module")
    outcomes = command.Outcomes()
    status = pytester.inline_run("--on", "fake:good", plugins=[outcomes]).ret
    assert outcomes.exit_code(int(status), kernels.chosen("fake:good")) is Exit.FAILED


def test_exit_code_of_ctrl_c(pytester: pytest.Pytester, kinds: dict[str, FakeKind]) -> None:
    pytester.makepyfile("def test_interrupted():\n    raise KeyboardInterrupt")
    outcomes = command.Outcomes()
    status = pytester.inline_run("--on", "fake:good", plugins=[outcomes], no_reraise_ctrlc=True).ret
    assert outcomes.exit_code(int(status), kernels.chosen("fake:good")) is Exit.INTERRUPTED


def test_kernels_left_out_fail_only_continuous_integration(kinds: dict[str, FakeKind]) -> None:
    choice = kernels.chosen("available")
    assert [one.name for one in choice.left_out] == ["fake:missing"]
    assert command.incomplete(choice, environment=["CI"]) is Exit.FAILED
    assert command.incomplete(choice, environment=[]) is Exit.OK
    assert command.incomplete(kernels.chosen("fake:good"), environment=["CI"]) is Exit.OK
