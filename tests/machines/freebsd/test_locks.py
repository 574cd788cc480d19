"""Locks, sleeping and WITNESS: what they are for, what they forbid, and FreeBSD's words for it."""

from __future__ import annotations

from typing import Any

import pytest

from kmi.kernels.simulated.reports import Deadlock
from kmi.machines.freebsd import errors
from kmi.machines.outcomes import KernelPanic

ROUNDS = 30


def both(services: Any, name: str) -> int:
    """Two threads count, each so often; how far they came."""
    threads = [services.spawn(name, ROUNDS) for _ in range(2)]
    services.kernel.threads.run_until(lambda: all(thread.done for thread in threads))
    assert [thread.failure for thread in threads] == [None, None]
    return int(services.variable("shared_count", 8))


def test_counting_needs_a_lock(another: Any) -> None:
    assert any(both(another(seed), "t_count_bare") < 2 * ROUNDS for seed in range(3)), "a missing lock shows"
    for name in ("mutex", "spin", "sx", "rw", "atomic"):
        assert both(another(4), f"t_count_{name}") == 2 * ROUNDS, name
    services = another(5)
    both(services, "t_count_counter")
    assert services("t_counted") == 2 * ROUNDS
    assert not services.kernel.reports


def test_recursion_upgrades_and_trying(services: Any) -> None:
    assert services("t_recurse") == 11
    assert services("t_upgrade") == 31
    assert services("t_rm") == 10
    assert services("t_try") == 1
    assert not services.kernel.reports


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("t_lock_twice", "recursed on non-recursive mutex first"),
        ("t_unlock_free", "mutex first not owned at"),
        ("t_spin_as_mutex", r"mtx_lock\(\) of spin mutex spinning @"),
        ("t_destroyed", r"mtx_lock\(\) of destroyed mutex"),
        ("t_mutex_under_spin", "acquiring blockable sleep lock with spinlock or critical section held "
         r"\(sleep mutex\) first @"),
        ("t_malloc_under_spin", "malloc: called with spinlock or critical section held"),
        ("t_sleep_critical", "mi_switch: switch in a critical section"),
    ],
)  # fmt: skip
def test_misuse_panics(services: Any, name: str, said: str) -> None:
    with pytest.raises(KernelPanic, match=said):
        services(name)


def test_what_may_not_be_done_with_a_mutex(services: Any) -> None:
    services("t_malloc_under_mutex")
    services("t_sleep_under_mutex")
    services("t_sx_under_mutex")
    titles = [report.title for report in services.kernel.reports]
    assert titles == [
        'malloc(M_WAITOK) of "services" with the following non-sleepable locks held:',
        'Sleeping on "nap" with the following non-sleepable locks held:',
        "lock order reversal: (sleepable after non-sleepable)",
    ]
    line = services.kernel.reports[0].lines[0]
    assert line.startswith("exclusive sleep mutex first r = 0 (0x") and " locked @ " in line


def test_the_order_of_locks(services: Any) -> None:
    services("t_first_second")
    services("t_first_second")
    assert not services.kernel.reports
    services("t_second_first")
    services("t_second_first")
    (report,) = services.kernel.reports
    assert report.title == "lock order reversal:"
    assert " second (second, sleep mutex) @ " in report.lines[0]
    assert " first (first, sleep mutex) @ " in report.lines[1]
    assert "lock order first -> second established at:" in report.lines
    assert "lock order second -> first attempted at:" in report.lines


def test_waiting(another: Any) -> None:
    for seed in range(3):
        for name in ("t_wait_mutex", "t_wait_cv"):
            services = another(seed)
            waiting = [services.spawn(name, 0, 0), services.spawn(name, 1, 0), services.spawn(name, 0, 5000)]
            services("t_set")
            services.kernel.threads.run_until(lambda waiting=waiting: all(w.done for w in waiting))
            assert [w.value for w in waiting] == [0, 0, 0]
    before = services.kernel.threads.now
    services = another()
    for name in ("t_wait_mutex", "t_wait_cv"):
        before = services.kernel.threads.now
        assert services.number(name, 0, 100) == errors.EWOULDBLOCK
        assert 99 <= (services.kernel.threads.now - before) / 1e6 <= 102, "hz is 1000"
        assert services.number("t_pause", 20) == errors.EWOULDBLOCK
        for answer in (errors.EINTR, errors.ERESTART):
            sleeper = services.spawn(name, 1, 0)
            services.kernel.threads.run_until(lambda sleeper=sleeper: sleeper.interruptible)
            sleeper.interrupted = answer
            services.kernel.threads.signal(sleeper)
            services.kernel.threads.run_until(lambda sleeper=sleeper: sleeper.done)
            assert sleeper.value & 0xFFFF_FFFF == answer & 0xFFFF_FFFF
    deaf = services.spawn("t_wait_mutex", 0, 0)
    with pytest.raises(Deadlock, match="event"):
        services.kernel.threads.run_until(lambda: deaf.done)
    services.kernel.threads.signal(deaf)
    with pytest.raises(Deadlock, match="event"):
        services.kernel.threads.run_until(lambda: deaf.done)


def test_semaphores(services: Any) -> None:
    taker = services.spawn("t_take", 0)
    assert services.number("t_take", 10) == errors.EWOULDBLOCK
    services("t_post")
    services.kernel.threads.run_until(lambda: taker.done)
    services("t_post")
    assert services.number("t_take", 10) == 0


def test_time(services: Any) -> None:
    start, first = services("t_uptime"), services.number("t_ticks")
    services("t_pause", 1500)
    assert 1.5 <= (services("t_uptime") - start) / (1 << 32) < 1.6
    assert 1500 <= services.number("t_ticks") - first < 1600
