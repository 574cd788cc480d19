"""Reports are read from logs that real kernels printed (``golden/KERNEL-HOW.log``)."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from kmi.machines import splats
from kmi.machines.splats import parse, parse_kmemleak

GOLDEN = Path(__file__).parent / "golden"

IN_MISBEHAVE = "misbehave.constprop.0+"
NULL = "kernel NULL pointer dereference, address: …"

#: Log -> the kinds and what the titles begin with, in order.
WANTED = {
    "6.1-bug": [("BUG", "probe.c:36!"), ("panic", "Fatal exception")],
    "6.1-oops": [("Oops", NULL), ("panic", "Fatal exception")],
    "6.1-panic": [("panic", "asked to")],
    "6.1-refcount": [("refcount", "refcount_t: addition on 0; use-after-free.")],
    "6.1-warning": [("WARNING", f"probe.c:38 {IN_MISBEHAVE}")],
    "6.12-oops": [("Oops", NULL), ("panic", "Fatal exception")],
    "6.12-warning": [("WARNING", f"probe.c:38 {IN_MISBEHAVE}")],
    "debug-beyond": [("KASAN", f"slab-out-of-bounds in {IN_MISBEHAVE}")],
    "debug-freed": [("KASAN", f"slab-use-after-free in {IN_MISBEHAVE}")],
    "debug-oops": [("KASAN", f"null-ptr-deref in {IN_MISBEHAVE}"), ("Oops", NULL), ("panic", "Fatal")],
    "debug-order": [("lockdep", "possible circular locking dependency detected")],
    "debug-rcu": [("RCU", "suspicious RCU usage")],
    "debug-refcount": [("refcount", "refcount_t: addition on 0; use-after-free.")],
    "debug-shift": [("UBSAN", "shift-out-of-bounds in probe.c:78:29")],
    "debug-sleep": [("atomic-sleep", "sleeping function called from invalid context at probe.c:65")],
    "debug-warning": [("WARNING", f"probe.c:38 {IN_MISBEHAVE}")],
}


def golden(name: str) -> list[str]:
    return (GOLDEN / f"{name}.log").read_text().split("\n")


def test_every_log_is_looked_at() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == {*WANTED, "debug-leak"}


@pytest.mark.parametrize("name", WANTED)
def test_a_real_log_gives_its_reports(name: str) -> None:
    found = parse(golden(name))
    assert [splat.kind for splat in found] == [kind for kind, _ in WANTED[name]]
    for splat, (_, title) in zip(found, WANTED[name], strict=True):
        assert splat.title.startswith(title)
        assert str(splat) == f"{splat.kind}: {splat.title}"


@pytest.mark.parametrize("name", [name for name in WANTED if "panic" not in name])
def test_a_report_has_its_stack_and_not_what_is_around_it(name: str) -> None:
    splat = parse(golden(name))[0]
    assert any("vfs_write+" in line for line in splat.lines)
    assert not any(line.startswith("probe: ") for line in splat.lines)


def test_reports_one_after_the_other_stay_apart() -> None:
    names = ["debug-order", "debug-warning", "debug-freed", "debug-shift", "debug-sleep", "debug-rcu"]
    together = parse([line for name in names for line in golden(name)])
    assert together == [splat for name in names for splat in parse(golden(name))]


@pytest.mark.parametrize("name", WANTED)
def test_a_log_that_breaks_off_still_tells(name: str) -> None:
    lines = golden(name)
    whole = parse(lines)[0]
    begin = lines.index(next(line for line in whole.lines if whole.title.split("…")[0] in line))
    cut = parse(lines[: begin + 1])
    assert [(splat.kind, splat.title) for splat in cut] == [(whole.kind, whole.title)]


def test_an_ordinary_log_gives_none() -> None:
    lines = [
        "probe: loading out-of-tree module taints kernel.",
        "probe: module verification failed: signature and/or required key missing - tainting kernel",
        "clocksource: Switched to clocksource tsc",
        "kmi: echo.py:42 in Echo.read: IndexError: index 7 out of range of 4",
        "echo: a WARNING: that a module prints by itself, and no BUG: of the kernel",
        "==================",
        "debugging is on",
    ]
    assert parse(lines) == []


@pytest.mark.parametrize(
    "line, kind",
    [
        ("WARNING: possible recursive locking detected", "lockdep"),
        ("WARNING: inconsistent lock state", "lockdep"),
        ("WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected", "lockdep"),
        ("WARNING: bad unlock balance detected!", "lockdep"),
        ("WARNING: lock held when returning to user space!", "lockdep"),
        ("[ BUG: Invalid wait context ]", "lockdep"),
        ("INFO: trying to register non-static key.", "lockdep"),
        ("BUG: MAX_LOCKDEP_ENTRIES too low!", "lockdep"),
        ("BUG: scheduling while atomic: init/38/0x00000002", "atomic-sleep"),
        ("rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", "RCU"),
        ("rcu: INFO: rcu_preempt self-detected stall on CPU", "RCU"),
        ("watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [init:85]", "lockup"),
        ("INFO: task init:85 blocked for more than 120 seconds.", "hung-task"),
        ("general protection fault, probably for non-canonical address 0x1: 0000 [#1]", "Oops"),
        ("BUG: unable to handle page fault for address: ffffc90000000000", "Oops"),
        ("list_del corruption. prev->next should be ffffc900003fba98", "list"),
        ("ODEBUG: free active (active state 0) object: 00000000 object type: timer_list", "debug-objects"),
        ("BUG kmalloc-32 (Tainted: G           O    ): Poison overwritten", "BUG"),
        ("BUG: Bad page state in process init  pfn:00c2e", "BUG"),
        ("kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)", "kmemleak"),
        ("Kernel panic - not syncing: System is deadlocked on memory", "panic"),
        ("WARNING: something that nobody has seen yet", "WARNING"),
    ],
)
def test_each_kind_is_known_by_its_first_line(line: str, kind: str) -> None:
    (splat,) = parse(["before", line])
    assert splat.kind == kind
    assert splat.lines == (line,)


def test_leaks_are_read_from_kmemleaks_file() -> None:
    report = (GOLDEN / "debug-leak.log").read_text()
    (leak,) = parse_kmemleak(report)
    assert (leak.kind, leak.title) == ("kmemleak", "64 bytes allocated in misbehave by init")
    assert leak.lines[-1].strip().startswith("entry_SYSCALL_64")
    assert len(parse_kmemleak(report * 3)) == 3
    assert parse_kmemleak("") == []


def test_the_documentation_is_true() -> None:
    assert doctest.testmod(splats).failed == 0
