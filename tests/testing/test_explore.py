"""`--explore`: the first schedule that fails ends a test, and its line runs it again."""

import re
import textwrap

import pytest

from kmi.testing.explore import rounds

MODULE = '''
"""A counter that loses counts: it lets go of its lock between reading and writing."""

from dataclasses import dataclass

from kmi import Module, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.sync import Mutex
from kmi.uio import Uio


@dataclass
class State:
    count: int = 0


class Counter(FileOperations):
    def __init__(self) -> None:
        self.state = Mutex(State())

    def write(self, file: File, data: Uio) -> None:
        with self.state as state:
            before = state.count
        with self.state as state:
            state.count = before + 1
        data.skip(data.remaining)

    def read(self, file: File, data: Uio) -> None:
        with self.state as state:
            data.put(str(state.count).encode())


@module(license="GPL", description="a counter")
class CounterModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("counter", Counter())
'''

TESTS = """
import pytest

@pytest.fixture
def users(kernel):
    kernel.load("counter.py")
    return [kernel.process() for _ in range(2)]

def scenario(users):
    calls = [user.start("write", user.open("/dev/counter"), b"x") for user in users]
    for call in calls:
        call.result()
    return users[0].read(users[0].open("/dev/counter"), 9)

def test_by_call(kernel):
    kernel.load("counter.py")
    assert scenario([kernel.process() for _ in range(2)]) == b"2"

def test_by_protocol(users, tmp_path):
    (tmp_path / "new").mkdir()  # would fail if the directory were another schedule's
    assert scenario(users) == b"2"

@pytest.mark.parametrize("number", [1, 2])
def test_that_holds(kernel, number):
    kernel.load("counter.py")
    assert scenario([kernel.process()]) == b"1"
"""


@pytest.fixture
def counter(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
    pytester.makepyfile(counter=MODULE, test_counter=TESTS)
    return pytester


@pytest.mark.parametrize("name", ["test_by_call", "test_by_protocol"])
def test_the_line_of_a_failure_replays_it(counter: pytest.Pytester, name: str) -> None:
    explored = counter.runpytest_inprocess("--explore", "200", "-k", name)
    explored.assert_outcomes(failed=1)
    text = explored.stdout.str()
    found = re.search(r"again: kmi test '(\S+)' --on simulated (--seed .*)", text)
    assert found is not None
    assert re.search(r"schedule \d+ of 200, (random|pct:\d); those before it passed", text)
    assert re.search(r"\d+ schedules of 1 test in \S+ s: \S+ schedules a second", text)
    for _ in range(2):
        again = counter.runpytest_inprocess(found[1], *found[2].split())
        again.assert_outcomes(failed=1)
        again.stdout.fnmatch_lines(["*assert b'1' == b'2'*"])


def test_what_holds_is_run_under_each(counter: pytest.Pytester) -> None:
    result = counter.runpytest_inprocess("--explore", "30", "-k", "that_holds")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["60 schedules of 2 tests in *"])


def test_one_kind_of_schedule_alone(counter: pytest.Pytester) -> None:
    result = counter.runpytest_inprocess("--explore", "200", "--schedule", "pct:2", "-k", "by_call")
    result.stdout.fnmatch_lines(["*--schedule pct:2"])


def test_a_report_that_is_wanted_has_to_come_in_some_schedule(counter: pytest.Pytester) -> None:
    counter.makepyfile(
        test_wanted="""
        import pytest

        @pytest.mark.reports("leak")
        def test_wanted(kernel):
            kernel.load("counter.py")
        """
    )
    result = counter.runpytest_inprocess("--explore", "3", "test_wanted.py")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the kernel simulated was to report leak, and did not"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--explore", "0"], "*--explore: 1 schedule or more, not 0"),
        (["--schedule", "fair"], "*--schedule: there is no schedule 'fair'*"),
    ],
)
def test_options_that_make_no_sense(counter: pytest.Pytester, options: list[str], sentence: str) -> None:
    counter.runpytest_inprocess(*options).stderr.fnmatch_lines([sentence])


def test_schedules_are_random_and_by_priorities_in_turn() -> None:
    plan = list(rounds(7, 6, None))
    assert [one.seed for one in plan] == list(range(7, 13))
    assert [one.schedule for one in plan] == ["random", "pct:2", "random", "pct:3", "random", "pct:1"]
    assert {one.schedule for one in rounds(7, 6, "pct:9")} == {"pct:9"}


def test_modules_keep_no_state_from_one_schedule_to_the_next(counter: pytest.Pytester) -> None:
    parameter = textwrap.dedent(
        """
        def test_parameters(kernel):
            for given, expected in (({"step": 5}, b"5"), ({}, b"1")):
                kernel.load("stepping.py", **given)
                user = kernel.process()
                fd = user.open("/dev/stepping")
                assert user.read(fd, 9) == expected
                user.close(fd)
                kernel.unload()
        """
    )
    module = MODULE.replace('"counter"', '"stepping"').replace("Mutex(State())", "Mutex(State(step))")
    module = module.replace("(self) -> None:\n        self.s", "(self, step: int) -> None:\n        self.s")
    module = module.replace("import Module, module", "import Module, Parameter, module")
    module = module.replace(
        "    def __init__(self) -> None:\n        self.device",
        '    step = Parameter(1, "how far")\n\n    def __init__(self) -> None:\n        self.device',
    ).replace("Counter())", "Counter(self.step))")
    counter.makepyfile(stepping=module, test_parameters=parameter)
    counter.runpytest_inprocess("--explore", "5", "test_parameters.py").assert_outcomes(passed=1)
