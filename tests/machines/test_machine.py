"""Outcomes, snapshots and the life of QEMU: what may go wrong around a guest, and what is left over."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kmi.kernels.linux.provision.flavors import UnknownKernel
from kmi.machines.guest import Guest
from kmi.machines.machine import Machine, find
from kmi.machines.outcomes import KernelPanic, MachineLost, TimedOut
from kmi.machines.qemu import Qemu


def misbehave(guest: Guest, how: str, timeout: float = 20.0) -> None:
    process = guest.process()
    process.start("write", process.open("/dev/probe"), b"!" + how.encode()).result(timeout)
    process.end()


def gone(pid: int, within: float = 10.0) -> bool:
    """Whether the process ends in time, told by the event and not by asking again and again."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within)[0])
    finally:
        os.close(handle)


@pytest.mark.parametrize(
    "how, said, sentence",
    [
        ("panic", "asked to", r"panicked while process \d+ was in write: panic: asked to$"),
        ("oops", "Fatal exception", r": Oops: kernel NULL pointer dereference.* at misbehave\S+ \[probe\]$"),
        ("bug", "Fatal exception", r": BUG: .*probe.c:\d+!, at misbehave\S+ \[probe\]$"),
    ],
)
def test_a_panic_and_an_oops_are_a_panic(guest: Guest, how: str, said: str, sentence: str) -> None:
    with pytest.raises(KernelPanic) as raised:
        misbehave(guest, how)
    assert raised.value.exit_code == 4
    assert f"Kernel panic - not syncing: {said}" in str(raised.value)
    assert re.search(sentence, str(raised.value).splitlines()[0])
    assert "misbehave" in raised.value.console
    with pytest.raises(KernelPanic):
        guest.log()


def test_a_hang_runs_out_of_time(guest: Guest) -> None:
    with pytest.raises(TimedOut, match="no answer within 1 s while process") as raised:
        misbehave(guest, "hang", 1.0)
    assert raised.value.exit_code == 124
    assert "probe: value 16" in str(raised.value)


def test_a_killed_machine_is_lost(guest: Guest) -> None:
    os.kill(guest.pid, signal.SIGKILL)
    with pytest.raises(MachineLost, match="QEMU ended with status -9") as raised:
        guest.log()
    assert raised.value.exit_code == 5


def test_a_stopped_machine_runs_out_of_time(guest: Guest) -> None:
    process = guest.process()
    os.kill(guest.pid, signal.SIGSTOP)
    with pytest.raises(TimedOut):
        process.start("poll", [], 0).result(0.5)
    os.kill(guest.pid, signal.SIGCONT)


def test_a_warning_is_seen_and_the_kernel_goes_on(guest: Guest) -> None:
    misbehave(guest, "warning")
    (splat,) = guest.splats()
    assert splat.kind == "WARNING"
    assert "misbehave" in splat.title
    assert "asked to warn" in splat.lines
    assert guest.modules() == ["probe"]


def test_an_answer_that_is_none_is_a_lost_machine(guest: Guest) -> None:
    with pytest.raises(MachineLost, match="not a reply of the agent"):
        from kmi.machines.wire import Op

        guest._agent._decoder.feed(b"x" * 10)
        guest._agent.reply(guest._agent.ask(Op.LOG), "a test", 5.0)


def test_qemu_that_cannot_start_says_why() -> None:
    qemu = Qemu(["-machine", "no-such-machine"])
    try:
        with pytest.raises(MachineLost, match="unsupported machine type"):
            qemu.command("query-status")
    finally:
        qemu.kill()
    qemu.kill()


def test_restores_are_pristine_and_run_side_by_side(machine: Machine) -> None:
    with machine.restore() as one, machine.restore() as two:
        one.write_file("/tmp/mine", b"one")
        with pytest.raises(FileNotFoundError):
            two.read_file("/tmp/mine")
        assert one.pid != two.pid
        pids = one.pid, two.pid
    assert all(gone(pid) for pid in pids)
    with machine.restore() as three:
        with pytest.raises(FileNotFoundError):
            three.read_file("/tmp/mine")
        assert three.log() == []


def test_an_error_in_the_block_leaves_no_machine(machine: Machine) -> None:
    pid = 0
    with pytest.raises(KeyboardInterrupt), machine.restore() as guest:
        pid = guest.pid
        raise KeyboardInterrupt
    assert gone(pid)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_machine_outlives_its_parent(machine: Machine, end: signal.Signals) -> None:
    machine.prepare()
    program = textwrap.dedent(
        f"""
        import signal
        from kmi.machines.machine import find
        with find({machine.name!r}).restore() as guest:
            print(guest.pid, flush=True)
            signal.pause()
        """
    )
    command = [sys.executable, "-c", program]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert b"qemu-system" in Path(f"/proc/{pid}/cmdline").read_bytes()
    parent.send_signal(end)
    parent.wait(20)
    parent.stdout.close()
    assert gone(pid)


def test_two_runs_at_once_make_one_snapshot(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        from kmi.machines.machine import find
        machine = find("linux:6.1")
        machine.prepare(lambda line: print(line, flush=True))
        with machine.restore() as guest:
            assert guest.read_file("/proc/version")
        """
    )
    place = tmp_path / "a, b"  # a comma and a space, which options must survive
    environment = {**os.environ, "KMI_CACHE": str(place)}
    runs = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = "".join(run.communicate(timeout=120)[0] for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert said.count("booting once") == 1
    (entry,) = [path for path in (place / "snapshot").iterdir() if not path.name.startswith(".")]
    assert {path.name for path in entry.iterdir()} == {"console", "helper", "ram", "state"}


def test_a_restore_is_quick(machine: Machine) -> None:
    times = []
    for _ in range(5):
        begun = time.monotonic()
        with machine.restore():
            times.append(time.monotonic() - begun)
    assert min(times) < 1.5  # 0.08 s on an idle computer, where a boot takes 3 s


def test_an_unknown_kernel_is_named() -> None:
    with pytest.raises(UnknownKernel, match="there is no kernel linux:7.9; there are linux:6.1,"):
        find("linux:7.9")


Probe = Callable[[str], bytes]


@pytest.mark.needs("linux:6.12")
def test_the_newer_kernel_runs_too(probe: Probe) -> None:
    with find("linux:6.12").restore() as guest:
        guest.load(probe("linux:6.12"), "value=1")
        assert b"6.12" in guest.read_file("/proc/version")
        p = guest.process()
        fd = p.open("/dev/probe")
        call = p.start("read", fd, 9)
        call.wait_blocked()
        q = guest.process()
        q.write(q.open("/dev/probe"), b"newer")
        assert call.result() == b"newer"
        with pytest.raises(KernelPanic):
            misbehave(guest, "oops")


@pytest.mark.needs("linux:debug")
@pytest.mark.parametrize(
    "how, kind",
    [
        ("freed", "KASAN"),
        ("beyond", "KASAN"),
        ("order", "lockdep"),
        ("sleep", "atomic-sleep"),
        ("shift", "UBSAN"),
        ("rcu", "RCU"),
        ("refcount", "refcount"),
        ("warning", "WARNING"),
    ],
)
def test_the_debug_kernel_finds(probe: Probe, how: str, kind: str) -> None:
    with find("linux:debug").restore() as guest:
        guest.load(probe("linux:debug"))
        assert guest.splats() == []
        misbehave(guest, how)
        assert [splat.kind for splat in guest.splats()] == [kind]


@pytest.mark.needs("linux:debug")
def test_the_debug_kernel_finds_leaks(probe: Probe) -> None:
    with find("linux:debug").restore() as guest:
        guest.load(probe("linux:debug"))
        assert guest.scan_leaks() == []
        for _ in range(8):  # the scan is conservative: a stale pointer somewhere may hide one of them
            misbehave(guest, "leak")
        leaks = guest.scan_leaks()
        assert leaks and {leak.kind for leak in leaks} == {"kmemleak"}
        assert {leak.title for leak in leaks} == {"64 bytes allocated in misbehave by init"}
        assert guest.splats() == []


def test_the_panics_own_line_is_shown_however_long_the_dump_after_it_is() -> None:
    said = "[    1.5] Kernel panic - not syncing: asked to"
    dump = [f"[    1.5]  line {number}" for number in range(60)]
    shown = str(KernelPanic("the guest's kernel panicked", "\n".join(["boot", said, *dump]))).splitlines()
    assert shown[1:4] == ["the console's last lines:", f"  | {said}", "  | ..."]
    assert shown[-1] == f"  | {dump[-1]}"
    assert str(KernelPanic("x", f"boot\n{said}\nend")).count("not syncing") == 1
