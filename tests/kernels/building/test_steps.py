"""Steps of a build: nothing of them outlives them, whenever they are interrupted."""

from __future__ import annotations

import signal
import subprocess
from typing import Any

import pytest

from kmi.kernels.building import steps


def test_a_step_gives_what_it_said_and_how_it_ended() -> None:
    done = steps.run(["sh", "-c", "echo one; echo two >&2; exit 3"])
    assert (done.stdout, done.returncode) == ("one\ntwo\n", 3)


def test_an_interrupt_while_a_step_begins_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[str]] = []
    begin = subprocess.Popen

    def interrupted(*arguments: Any, **options: Any) -> subprocess.Popen[str]:
        begun.append(begin(*arguments, **options))
        signal.raise_signal(signal.SIGINT)  # it runs, and nobody knows it yet
        return begun[-1]

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(subprocess, "Popen", interrupted)
    with pytest.raises(KeyboardInterrupt):
        steps.run(["sh", "-c", "sleep 60 & sleep 60"])
    assert begun[0].returncode == -signal.SIGKILL
    assert signal.getsignal(signal.SIGINT) is before
