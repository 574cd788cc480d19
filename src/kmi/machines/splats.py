"""What a kernel reports as a bug in its log, as data: a pure function of the log's lines.

    >>> log = ["hello", "BUG: KASAN: slab-out-of-bounds in write+0x1/0x2 [m]", "Write of size 1", "=" * 66]
    >>> [(splat.kind, splat.title) for splat in parse(log)]
    [('KASAN', 'slab-out-of-bounds in write+0x1/0x2 [m]')]

A report begins at a line that the kernel prints for nothing else, and ends at the mark that closes its kind
(a rule of "=", ``---[ end trace``, the end of the stack), or where the next report begins, or with the log.

Invariants: every bug that the kernel reports gives one splat at least, which may be too long but never lost;
the same lines give the same splats; an ordinary log gives none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Splat:
    """One report of the kernel about a bug, as it stood in the log."""

    #: ``KASAN``, ``lockdep``, ``RCU``, ``atomic-sleep``, ``UBSAN``, ``kmemleak``, ``refcount``, ``WARNING``,
    #: ``BUG``, ``Oops``, ``hung-task``, ``lockup``, ``debug-objects``, ``list`` or ``panic``.
    kind: str
    #: The report in one line, without addresses that differ from run to run.
    title: str
    #: All its lines.
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind}: {self.title}"


# The first that matches wins, so the special stand before the general. The group "title" is the title.
_BEGINNINGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("KASAN", r"BUG: KASAN: (?P<title>.*)"),
        ("KASAN", r"KASAN: (?P<title>(?:null-ptr-deref|probably|maybe).*)"),
        ("UBSAN", r"UBSAN: (?P<title>.*)"),
        ("lockdep", r"WARNING: (?P<title>possible (?:circular locking|recursive locking|irq lock).*)"),
        ("lockdep", r"WARNING: (?P<title>inconsistent lock state.*)"),
        ("lockdep", r"WARNING: (?P<title>\S+-safe -> \S+-unsafe lock order detected.*)"),
        ("lockdep", r"WARNING: (?P<title>bad unlock balance.*)"),
        ("lockdep", r"WARNING: (?P<title>held lock freed!.*)"),
        ("lockdep", r"WARNING: (?P<title>\S+ still has locks held.*)"),
        ("lockdep", r"WARNING: (?P<title>lock held when returning to user space.*)"),
        ("lockdep", r"(?:WARNING|BUG): (?P<title>Invalid wait context.*)"),
        ("lockdep", r"\[ (?P<title>BUG: Invalid wait context) \]"),
        ("lockdep", r"WARNING: (?P<title>Nested lock was not taken.*)"),
        ("lockdep", r"BUG: (?P<title>MAX_(?:LOCK|STACK)\S+ too low!.*)"),
        ("lockdep", r"INFO: (?P<title>trying to register non-static key.*)"),
        ("RCU", r"WARNING: (?P<title>suspicious RCU usage.*)"),
        ("RCU", r"(?:rcu: )?INFO: (?P<title>rcu\S* .*detected.*stall.*)"),
        ("atomic-sleep", r"BUG: (?P<title>sleeping function called from invalid context.*)"),
        ("atomic-sleep", r"BUG: (?P<title>scheduling while atomic).*"),
        ("atomic-sleep", r"(?P<title>do not call blocking ops when !TASK_RUNNING.*)"),
        ("kmemleak", r"kmemleak: (?P<title>\d+ new suspected memory leaks).*"),
        ("refcount", r"(?P<title>refcount_t: .*)"),
        ("list", r"(?P<title>list_(?:add|del) corruption.*)"),
        ("debug-objects", r"ODEBUG: (?P<title>.*)"),
        ("lockup", r"(?:watchdog: )?BUG: (?P<title>soft lockup.*)"),
        ("lockup", r"(?:NMI watchdog|watchdog): .*(?P<title>hard LOCKUP.*)"),
        ("hung-task", r"INFO: task (?P<title>\S+ blocked for more than \d+ seconds).*"),
        ("WARNING", r"WARNING: CPU: \d+ PID: \d+ at (?P<title>.*)"),
        ("Oops", r"BUG: (?P<title>unable to handle .*)"),
        ("Oops", r"BUG: (?P<title>kernel NULL pointer dereference.*)"),
        ("Oops", r"(?P<title>general protection fault.*)"),
        ("Oops", r"Oops: (?P<title>.*)"),
        ("Oops", r"(?P<title>(?:divide error|invalid opcode|double fault|stack segment): .*)"),
        ("BUG", r"kernel BUG at (?P<title>.*)"),
        ("BUG", r"BUG (?P<title>\S+ .*: .*)"),  # SLUB: "BUG kmalloc-32 (Tainted: G): Poison overwritten"
        ("BUG", r"BUG: (?P<title>.*)"),
        ("panic", r"Kernel panic - not syncing: (?P<title>.*)"),
        ("WARNING", r"WARNING: (?P<title>.*)"),
    )
)

_RULE = re.compile(r"={20,}$")
_CUT = "------------[ cut here ]------------"
_TRACE_END = re.compile(r"---\[ end (?:trace|Kernel panic)")
_STACK_END = re.compile(r"\s*</TASK>|\s*</IRQ>$")

#: The line that closes a report of each kind; any other kind is closed by ``---[ end trace``.
_CLOSED_BY = {
    "KASAN": _RULE,
    "UBSAN": re.compile(rf"{_RULE.pattern}|{_TRACE_END.pattern}"),
    "lockdep": _STACK_END,
    "RCU": _STACK_END,
    "atomic-sleep": _STACK_END,
    "hung-task": _STACK_END,
    "lockup": _STACK_END,
    "kmemleak": re.compile(""),
}

# Frames are "[<ffff…>] name+0x1/0x2 [module]" in older kernels and "name+0x1/0x2 [module]" in newer.
_FRAME = re.compile(r"^\s+(?:\[<[^>]*>\] )?([\w.]+)\+0x[0-9a-f]+/0x[0-9a-f]+(?: \[(\w+)\])?", re.MULTILINE)


def parse(lines: Iterable[str]) -> list[Splat]:
    """The reports among the lines of a kernel's log, in their order."""
    splats: list[Splat] = []
    before: list[str] = []  # a rule, or "cut here" with what WARN() prints, that belongs to the next report
    body: list[str] = []
    kind = title = ""

    def finish() -> None:
        nonlocal kind, body
        if kind:
            splats.append(Splat(kind, title, tuple(body)))
        kind, body = "", []

    for line in lines:
        begins = _beginning(line)
        if begins and not (kind and _continues(kind, begins[0], body)):
            finish()
            kind, title = begins
            body, before = [*before, line], []
        elif kind:
            body.append(line)
        elif line == _CUT or _RULE.match(line):
            before = [line]
            continue
        elif before and before[0] == _CUT and len(before) < 4:
            before.append(line)
            continue
        else:
            before = []
            continue
        closing = _CLOSED_BY.get(kind, _TRACE_END)
        if closing.match(line) and (len(body) > 1 or kind == "kmemleak"):
            finish()
    finish()
    return splats


def parse_kmemleak(report: str) -> list[Splat]:
    """The leaks that ``/sys/kernel/debug/kmemleak`` lists."""
    splats = []
    for part in re.split(r"^(?=unreferenced object )", report, flags=re.MULTILINE):
        if not part.startswith("unreferenced object "):
            continue
        lines = part.rstrip("\n").split("\n")
        size = re.search(r"\(size (\d+)\)", lines[0])
        task = re.search(r'comm "([^"]*)"', part)
        frames = _FRAME.findall(part)
        first = frames[0][0] if frames else "an unknown place"
        # The compiler's ".constprop.0" and the like are its own business.
        blamed = next((name for name, module in frames if module), first).split(".")[0]
        who = f" by {task[1]}" if task else ""
        splats.append(
            Splat("kmemleak", f"{size[1] if size else '?'} bytes allocated in {blamed}{who}", tuple(lines))
        )
    return splats


def _beginning(line: str) -> tuple[str, str] | None:
    for kind, pattern in _BEGINNINGS:
        if match := pattern.match(line):
            title = match["title"].strip()
            return kind, re.sub(r"\b(?:0x)?[0-9a-f]{16}\b", "…", title)
    return None


def _continues(kind: str, begun: str, body: list[str]) -> bool:
    """Whether a line that could begin a report belongs to the one before it: one bug, one splat."""
    if begun == "Oops":
        # After "BUG: unable to handle …" comes "Oops: 0002 [#1]"; after "kernel BUG at", "invalid opcode".
        return kind in ("Oops", "BUG", "KASAN", "list")
    if begun == "KASAN":
        return kind == "Oops"
    if begun == "WARNING":
        # refcount_t, list and ODEBUG complain first, and then WARN says where.
        return kind in ("refcount", "list", "debug-objects", "atomic-sleep") and len(body) <= 4
    if begun == "BUG":
        return kind == "list" and len(body) <= 4
    return False
