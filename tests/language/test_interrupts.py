"""Which spin locks are taken with softirqs off."""

from pathlib import Path
from textwrap import dedent

from kmi.language import analyse
from kmi.language.library import Library
from kmi.language.report.render import plain
from kmi.language.tree import With
from kmi.language.tree.walk import functions, walk

PROGRAM = """
from kmi import Module, module
from kmi.sync import Mutex, RawSpinLock, SpinLock
from kmi.timer import Timer


class Count:
    def __init__(self) -> None:
        self.number: int = 0


class Counts:
    def __init__(self) -> None:
        self.ticks = SpinLock(Count())
        self.under = SpinLock(Count())
        self.around = SpinLock(Count())
        self.apart = SpinLock(Count())
        self.raw = RawSpinLock(Count())
        self.slow = Mutex(Count())
        {field}

    def tick(self) -> None:
        self.add()

    def add(self) -> None:
        with self.ticks as ticks:
            ticks.number += 1

    def more(self) -> None:
        with self.ticks as ticks:
            with self.under as under:
                under.number += ticks.number
        with self.around as around:
            self.add()
        with self.slow as slow:
            with self.apart as apart:
                slow.number += apart.number
        with self.raw as raw:
            raw.number += 1


@module(license="GPL", description="locks and timers")
class Locks(Module):
    def __init__(self) -> None:
        self.counts = Counts()
        self.counts.more()
"""


def masked(tmp_path: Path, field: str) -> dict[str, bool]:
    file = tmp_path / "program.py"
    file.write_text(dedent(PROGRAM).format(field=field))
    analysis = analyse(file, Library())
    assert analysis.program is not None, plain(analysis.diagnostics)
    found: dict[str, bool] = {}
    for function in functions(analysis.program.main):
        for node in walk(function.body):
            if isinstance(node, With):
                name = node.context.span.text.removeprefix("self.")
                assert found.setdefault(name, node.masks) == node.masks
    return found


def test_what_a_softirq_takes_and_what_is_taken_under_or_around_it(tmp_path: Path) -> None:
    assert masked(tmp_path, "self.timer = Timer(self.tick)") == {
        "ticks": True,
        "under": True,
        "around": True,
        "apart": False,
        "slow": False,
        "raw": False,
    }


def test_without_softirqs_nothing_is_masked(tmp_path: Path) -> None:
    assert not any(masked(tmp_path, "self.nothing = 0").values())
