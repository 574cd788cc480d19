"""Jobs: pipelines that `kmi shell` runs beside its prompt, each in a process of its own.

    simulated$ head -c 1 /dev/semaphore &
    [1] 102
    simulated$ echo -n x > /dev/semaphore
    [1] done: head -c 1 /dev/semaphore

A job runs until a call of its process sleeps in the kernel, and goes on when a later line has run and the
call has returned: on the simulated kernel, which stands still meanwhile, as on a real one. `ps` lists the
jobs, `kill` sends a signal to one.

Invariant: a job that has ended, or that a signal ended, is told of once and then forgotten.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import Any, Final, TypeVar

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

from kmi.cli.shell import Builtin, CommandError, Output, Pipeline, Shell
from kmi.kernels.userspace import Call
from kmi.machines.outcomes import ProcessEnded, TimedOut

__all__ = ["JOB_COMMANDS", "Job", "JobShell"]

T = TypeVar("T")

SIGNALS: Final = {
    name: getattr(signal, f"SIG{name}") for name in ("HUP", "INT", "KILL", "TERM", "USR1", "USR2")
}


class Job(Shell):
    """One pipeline in a process of its own."""

    def __init__(self, shell: Shell, number: int, pipeline: Pipeline) -> None:
        super().__init__(shell.kernel, shell.stdout, shell.stderr, shell.patience, shell.commands)
        self.number = number
        self.text = " | ".join(" ".join(command.words) for command in pipeline.commands)
        self.outcome = ""
        """How it ended; empty while it goes on."""
        self.killed: signal.Signals | None = None
        self._pipeline_ = pipeline
        self._prompt = getcurrent()
        self._greenlet = greenlet(self._main)

    def go_on(self) -> None:
        """Run until a call sleeps, or to the end."""
        self._prompt = getcurrent()
        self._greenlet.parent = self._prompt
        self._greenlet.switch()

    def end(self) -> None:
        """End it with its process, wherever it is."""
        self._greenlet.parent = getcurrent()
        self._greenlet.throw()

    def wait(self, call: Call[T]) -> T:
        """The value of a call; while it sleeps the prompt goes on."""
        while True:
            try:
                call.wait_blocked(self.patience)
            except AssertionError:
                return call.result(self.patience)
            except TimedOut:
                pass  # it is busy
            self._prompt.switch()

    def _main(self) -> None:
        try:
            failed = self._pipeline(self._pipeline_)
            self.outcome = "failed" if failed else "done"
        except (OSError, ProcessEnded) as error:
            self.outcome = "failed"
            self.refused(str(error))
        finally:
            if self.gone:
                self.outcome = f"ended by {self.gone.name}"
            self.process.end()

    @property
    def gone(self) -> signal.Signals | None:
        """The signal that ended its process."""
        return None if self.killed in (signal.SIGUSR1, signal.SIGUSR2) else self.killed

    def refused(self, text: str) -> None:
        """An error of the pipeline: of a process that is gone there is nothing to say."""
        if self.gone is None:
            self.stderr(text)

    def close(self, name: str, path: str, fd: int) -> None:
        if self.gone is None:  # else its files were closed with it
            super().close(name, path, fd)


class JobShell(Shell):
    """A shell with jobs."""

    background = True

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.jobs: list[Job] = []
        self._begun = 0

    def begin(self, pipeline: Pipeline) -> int:
        self._begun += 1
        job = Job(self, self._begun, pipeline)
        self.jobs.append(job)
        self.stderr(f"[{job.number}] {job.process.pid}")
        job.go_on()
        return 0

    def run(self, script: str) -> int:
        """As of any shell; then what goes on of the jobs."""
        status = super().run(script)
        self.look_at_jobs()
        return status

    def end_jobs(self) -> None:
        """End what still goes on."""
        while self.jobs:
            self.jobs.pop().end()

    def look_at_jobs(self) -> None:
        """Let jobs go on whose call has returned; tell of those that have ended."""
        for job in list(self.jobs):
            if not job.outcome:
                job.go_on()
            if job.outcome:
                self.jobs.remove(job)
                self.stderr(f"[{job.number}] {job.outcome}: {job.text}")


def _jobs_of(shell: Shell) -> list[Job]:
    if not isinstance(shell, JobShell):
        raise CommandError("ps and kill are for the prompt, not for a job")
    return shell.jobs


def _ps(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    if arguments:
        raise CommandError("ps: takes no arguments; it lists the jobs")
    for job in _jobs_of(shell):
        yield f"{job.process.pid} [{job.number}] {job.text}\n".encode()


def _kill(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    name, words = "TERM", list(arguments)
    if len(words) == 2 and words[0].startswith("-"):
        name = words.pop(0)[1:].removeprefix("SIG")
    if len(words) != 1 or name not in SIGNALS:
        known = "|".join(SIGNALS)
        raise CommandError(f"kill: 'kill [-{known}] PID' or '%NUMBER' of a job is known here")
    (word,) = words
    for job in _jobs_of(shell):
        if word in (str(job.process.pid), f"%{job.number}"):
            job.killed = SIGNALS[name]
            job.process.signal(SIGNALS[name])
            break
    else:
        raise CommandError(f"kill: {word}: there is no such job; ps lists them")
    yield from ()


JOB_COMMANDS: dict[str, Builtin] = {"kill": _kill, "ps": _ps}
