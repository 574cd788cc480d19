"""The greenlets that threads run on: used again, with nothing of one thread left for the next."""

import gc
import sys
import weakref

import pytest

from kmi.kernels.simulated.carriers import Carrier
from kmi.kernels.simulated.scheduler import Scheduler, Thread, current, running


class Thing:
    """Something that a thread makes."""


def run(scheduler: Scheduler, body: object) -> Thread:
    thread = scheduler.spawn("it", body)  # type: ignore[arg-type]
    scheduler.run_until(lambda: thread.done)
    return thread


def test_a_carrier_runs_one_thread_after_the_other_and_keeps_nothing_of_them() -> None:
    scheduler = Scheduler(seed=1)
    carriers: list[Carrier | None] = []
    things: list[weakref.ref[Thing]] = []

    def body(fails: bool) -> Thing:
        carriers.append(current().carrier)
        made = Thing()
        things.append(weakref.ref(made))
        if fails:
            raise ValueError(made)
        return made

    for fails in (False, True, False):
        thread = run(scheduler, lambda fails=fails: body(fails))  # type: ignore[misc]
        assert thread.carrier is None and (thread.failure is not None) == fails
        threads = weakref.ref(thread)
        del thread
        gc.collect()
        assert threads() is None
        assert things[-1]() is None
    assert carriers[0] is carriers[1] is carriers[2]
    assert running() is None


def test_threads_that_are_killed_leave_their_carriers_to_others() -> None:
    scheduler = Scheduler(seed=1)
    cleaned: list[str] = []

    def body() -> None:
        try:
            scheduler.block("nothing")
        finally:
            cleaned.append(current().name)

    blocked = [scheduler.spawn(name, body) for name in ("one", "other")]
    while not scheduler.settled():
        scheduler.step()
    never = scheduler.spawn("never begun", body)
    carriers = {thread.carrier for thread in blocked}
    assert never.carrier is None and None not in carriers
    scheduler.kill_all()
    assert sorted(cleaned) == ["one", "other"]
    again = Scheduler(seed=2)
    assert run(again, lambda: current().carrier).value in carriers
    assert scheduler.ended is None and again.ended is None


def test_whoever_traces_gets_a_carrier_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler = Scheduler(seed=1)
    rested = run(scheduler, lambda: current().carrier).value
    lines: list[str] = []

    def trace(frame: object, event: str, argument: object) -> object:
        if event == "call" and (name := frame.f_code.co_name) == "seen":  # type: ignore[attr-defined]
            lines.append(name)
        return None

    def seen() -> object:
        return current().carrier

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        used = run(scheduler, seen).value
    finally:
        sys.settrace(before)
    assert lines == ["seen"] and used is not rested
    if before is None:
        assert run(scheduler, lambda: current().carrier).value is rested
