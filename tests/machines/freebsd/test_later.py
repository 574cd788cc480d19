"""Callouts, task queues and kernel threads: when they run, how they are stopped, what they may do."""

from __future__ import annotations

from typing import Any

import pytest

from kmi.machines.freebsd import errors
from kmi.machines.outcomes import KernelPanic


def test_callouts(services: Any) -> None:
    kernel = services.kernel
    assert services.number("t_callout_stop") == -1, "it was never started"
    services("t_callout_again")
    services("t_pause", 50)
    assert services.variable("fired") == 3, "it asked for itself again, twice"
    before = kernel.threads.now
    assert services.number("t_callout", 50, 1) == 0
    assert services.number("t_callout", 100, 10) == 1, "it was waiting: only its second time counts"
    assert services.number("t_callout_state") == 6
    services("t_pause", 110)
    assert services.variable("fired") == 13 and kernel.threads.now - before >= 100e6
    services("t_callout", 100, 5)
    assert services.number("t_callout_stop") == 1
    assert services.number("t_callout_stop") == -1
    assert services.number("t_callout_drain") == -1
    assert not kernel.reports


def test_a_callout_that_waits_for_its_lock_can_be_stopped(another: Any) -> None:
    for seed in range(4):
        services = another(seed)
        assert services.number("t_callout_beaten") == 1
        services("t_pause", 20)
        assert services.variable("fired") == 0, "it was stopped in time"


def test_a_callout_does_not_sleep(services: Any) -> None:
    services("t_callout_sleeps")
    with pytest.raises(KernelPanic, match="with sleeping prohibited"):
        services("t_pause", 10)


def test_tasks(services: Any) -> None:
    assert services.number("t_task", 3) == 0
    assert (services.variable("fired"), services.variable("seen_pending")) == (1, 3), "once, for all three"
    assert services.number("t_task_cancel") == 2, "both were pending, and none ran"
    assert services.variable("fired") == 1
    assert services.number("t_task_later", 20, 0) == 1, "the second time, one was pending"
    assert services.variable("fired") == 2
    assert services.number("t_task_later", 20, 1) == 11
    assert services.variable("fired") == 2
    assert services.number("t_task_sleeps") == 3, "a thread's queue may sleep"
    with pytest.raises(KernelPanic, match="with sleeping prohibited"):
        services("t_task_swi")


def test_epochs(another: Any) -> None:
    for seed in range(6):
        services = another(seed)
        services("t_epoch_begin")
        threads = [
            services.spawn(*call)
            for call in [
                ("t_epoch_section", 3000),
                ("t_epoch_section", 500),
                ("t_epoch_wait",),
                ("t_epoch_later",),
            ]
        ]
        services.kernel.threads.run_until(lambda threads=threads: all(thread.done for thread in threads))
        assert threads[2].value & 0xFFFF_FFFF == 0, "the sections that had begun are over"
        assert services.variable("fired") == 1, "the callback came after them, too"
        services("t_epoch_end")
    services("t_epoch_begin")
    with pytest.raises(KernelPanic, match="with sleeping prohibited"):
        services("t_epoch_sleeps")


def test_kernel_threads(services: Any) -> None:
    assert services.number("t_thread", 7) == 0, "its end wakes who waits on it"
    assert services.variable("fired") == 7
    services("t_thread_returns")
    services("t_pause", 5)
    assert any("exited prematurely" in line.text for line in services.kernel.console.lines())
    with pytest.raises(KernelPanic, match="cannot exit while holding|returning"):
        services.kernel.run("keeps", lambda: keeps(services))


def keeps(services: Any) -> None:
    """A system call that forgets a lock."""
    services.body("t_keep")()
    services.kernel.witness.returning("read")


def test_unloading_waits_for_nothing_that_never_comes(services: Any) -> None:
    services("t_callout", 100_000, 1)
    services.kernel.unload(services.file)
    assert not services.kernel.reports
    assert errors.EBUSY == 16
