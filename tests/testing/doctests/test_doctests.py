"""Doctests: collected, translated, run in CPython and in kernels, written as KTAP."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

from kmi.cli.exits import Exit
from kmi.cli.main import main
from kmi.kernels.linux.provision import kunit
from kmi.testing.doctests import ktap
from kmi.testing.doctests.collect import BadDocstring, collect, is_module, unique
from kmi.testing.doctests.outcome import Incomplete, Outcome
from kmi.testing.doctests.translate import Untranslatable, translate
from kmi.testing.kernels.registry import RunningKernel

MODULES = Path(__file__).parent / "modules"
RING = MODULES / "ring.py"

MODULE = '''
from kmi import Module, module


def f(x: int) -> int:
    """What it does.

    {}
    """
    return x


@module(license="GPL", description="of a test")
class Example(Module):
    pass
'''

PACKAGE = {
    "__init__": '''
from kmi import Module, info, module

from .inner import inner


@module(license="GPL", description="two files more")
class Pair(Module):
    """Two.

    >>> inner(4)
    6
    """

    def __init__(self) -> None:
        info(f"{inner(1)}")
''',
    "inner": '''
from .deep import deep


def inner(x: int) -> int:
    """
    >>> inner(1)
    3
    """
    return deep(x) + 1
''',
    "deep": '''
def deep(x: int) -> int:
    """
    >>> deep(1)
    3
    """
    return x + 1
''',
}

WRONG = [
    Outcome("Ring.first", ("Ring.first: expected 3, got 4 (ring.py:88)",), False),
    Outcome("Ring.clear", ("Ring.clear: expected KeyError: 5, raised nothing (ring.py:98)",), False),
    Outcome(
        "Ring.last",
        ("Ring.last: expected no exception, raised IndexError: index -1 out of range of 0 (ring.py:108)",),
        False,
    ),
    Outcome(
        "Ring.lookup", ("Ring.lookup: expected LookupError: 'a', raised KeyError: 'a' (ring.py:116)",), False
    ),
]


def written(directory: Path, *lines: str) -> Path:
    file = directory / "example.py"
    file.write_text(MODULE.format("\n    ".join(lines)))
    return file


def test_a_docstring_is_a_case_with_its_lines() -> None:
    cases = {case.name: case for case in collect(RING)}
    assert list(cases) == [
        "ring", "double", "Ring", "Ring.first", "Ring.clear", "Ring.last", "Ring.lookup", "Guarded"
    ]  # fmt: skip
    lines = RING.read_text().splitlines()
    for case in cases.values():
        for example in case.examples:
            there = lines[case.line_of(example) - 1][case.column_of(example) :]
            assert there == example.source.splitlines()[0]
    assert "double(7)" not in [example.source.strip() for example in cases["double"].examples]


def test_only_files_with_a_class_under_module_are_modules(tmp_path: Path) -> None:
    assert is_module(RING)
    assert not is_module(Path(__file__))
    broken = tmp_path / "broken.py"
    broken.write_text("from kmi import module\n@module(\n")
    assert not is_module(broken)


def test_every_kernel_finds_the_same(kernel: RunningKernel) -> None:
    outcomes = kernel.doctest(RING)
    assert [one for one in outcomes if not one.passed] == WRONG
    assert [one.name for one in outcomes] == [case.name for case in collect(RING)]


def test_one_docstring_alone(kernel: RunningKernel) -> None:
    assert kernel.doctest(RING, "Guarded") == [Outcome("Guarded")]


def test_a_package_has_the_doctests_of_all_its_files(kernel: RunningKernel, tmp_path: Path) -> None:
    package = tmp_path / "pair"
    package.mkdir()
    for name, text in PACKAGE.items():
        (package / f"{name}.py").write_text(text)
    assert kernel.doctest(package) == [
        Outcome("Pair"),
        Outcome("inner.inner"),
        Outcome("deep.deep", ("deep.deep: expected 3, got 2 (deep.py:4)",), False),
    ]


def test_python_itself_agrees() -> None:
    """`python -m doctest` on a file whose doctests need no kernel."""
    name = "only_doctest_of_ring"
    code = f"import importlib.util as u, doctest; s = u.spec_from_file_location({name!r}, {str(RING)!r}); "
    code += "m = u.module_from_spec(s); s.loader.exec_module(m); print(doctest.testmod(m, name='ring'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    for one in WRONG:
        assert f"in ring.{one.name}" in done.stdout
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([">>> x = f(1)", "1"], "this gives no value, so it cannot be '1'"),
        ([">>> f(1)", "None"], "CPython prints nothing for None: leave the line out"),
        ([">>> f(1)  # doctest: +REPORT_UDIFF", "1"], "the option REPORT_UDIFF is not known in the kernel"),
        ([">>> def g() -> None: pass"], "a definition within a doctest: define it in the file"),
        ([">>> f(1", "1"], "'(' was never closed"),
    ],
)
def test_what_a_kernel_cannot_run_is_refused(tmp_path: Path, lines: list[str], said: str) -> None:
    file = written(tmp_path, *lines)
    with pytest.raises(Untranslatable) as refused:
        translate(file, collect(file))
    assert str(refused.value) == f"example.py:8: the doctest of f: {said}"


def test_a_docstring_that_doctest_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(
        BadDocstring, match=r"^example\.py:6: the docstring of f: line 3 .*lacks blank after >>>"
    ):
        collect(written(tmp_path, ">>>f(1)"))


def test_of_a_name_defined_twice_the_last_counts(tmp_path: Path) -> None:
    file = written(tmp_path, ">>> f(1)", "1")
    file.write_text(file.read_text() + file.read_text())
    assert [case.line for case in unique(collect(file))] == [6 + len(MODULE.splitlines()) + 1]


@pytest.mark.needs("linux:6.1")
def test_a_mistake_in_a_doctest_points_into_the_docstring(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, ">>> f(1)", "1", ">>> f('a') + 1", "2")
    assert main(["run", str(file), "--on", "linux:6.1", "--ktap"]) == Exit.NOT_COMPILED
    assert "example.py:10:11" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ([], "the kernel promised no results of doctests and gave 0"),
        (["KTAP version 1", "1..1", "    1..2", "    ok 1 a"], "promised 2 results of doctests and gave 1"),
        (["KTAP version 1", "1..1", "    1..2", "    ok 2 b"], "result 2, b, came after 0 results"),
        (["KTAP version 1", "1..1", "    1..0", "ok 1 s"], "promised no results"),
    ],
)
def test_a_result_that_did_not_come_is_no_pass(log: list[str], said: str) -> None:
    with pytest.raises(Incomplete, match=said):
        ktap.outcomes(log)


def test_ktap_reads_what_it_writes() -> None:
    outcomes = [Outcome("a"), Outcome("b", ("b: expected 1, got 2 (b.py:3)", "more"), False), Outcome("c")]
    lines = list(ktap.written("suite", outcomes))
    assert ktap.outcomes(["hello", *lines, "not ok 9 of something else"]) == outcomes
    assert ktap.lines(["before", *lines, "after"]) == lines


@pytest.mark.parametrize("on", ["simulated", "linux:6.1"])
@pytest.mark.needs("linux:6.1", "kunit")
def test_linux_reads_our_ktap(on: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(RING), "--on", on, "--ktap"]) == Exit.FAILED
    text = tmp_path / "ktap.txt"
    text.write_text(capfd.readouterr().out)
    scripts = kunit.scripts()
    assert scripts is not None
    command = [sys.executable, str(scripts / "kunit.py"), "parse", str(text)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "Testing complete. Ran 8 tests: passed: 4, failed: 4" in done.stdout
    assert "[FAILED] Ring.first" in done.stdout
    assert "[PASSED] Guarded" in done.stdout


def test_pytest_collects_them(tmp_path: Path, pytester: pytest.Pytester) -> None:
    (pytester.path / "ring.py").write_text(RING.read_text())
    outcome = pytester.runpytest_subprocess("ring.py", "--on", "simulated", "-p", "no:cacheprovider")
    outcome.assert_outcomes(passed=4, failed=4)
    outcome.stdout.fnmatch_lines(["Ring.first: expected 3, got 4 (ring.py:88)"])
    outcome = pytester.runpytest_subprocess("--on", "simulated", "-q", "--collect-only")
    outcome.stdout.fnmatch_lines(["ring.py::Ring.first[[]simulated]"])


def test_doctest_itself_is_what_reads_them() -> None:
    """The collector's examples are those that CPython finds in the same docstring."""
    for case in collect(RING):
        found = doctest.DocTestParser().get_examples(case.docstring)
        kept = [one for one in found if not one.options.get(doctest.SKIP)]
        assert [one.source for one in kept] == [one.source for one in case.examples]
