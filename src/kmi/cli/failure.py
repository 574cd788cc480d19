"""How a command says that it cannot go on: one sentence, the line that mends it, an exit code.

Example::

    raise Failure("linux:6.1 has no headers here", line="sudo apt-get install linux-headers-cloud-amd64")

prints, on standard error, ``kmi: linux:6.1 has no headers here; this mends it:`` and the line, indented.
What the parts below raise (a missing tool, a full disk, a lost machine) is translated by :func:`understood`;
what that does not know is an internal error.
"""

from __future__ import annotations

import errno

import click

from kmi.cli.exits import Exit


class Failure(Exception):
    """A command's end for a reason that its user can understand and mend."""

    def __init__(self, sentence: str, *, line: str | None = None, code: int = Exit.FAILED) -> None:
        super().__init__(sentence if line is None else f"{sentence}; this mends it:\n    {line}")
        self.exit_code = int(code)

    def show(self) -> None:
        click.echo(f"kmi: {self}", err=True)


#: What the parts below raise for reasons outside kmi, by qualified name, and the exit code it means. Names,
#: not classes: an error's own module is loaded when it is raised, and no command need load all the others.
OUTCOMES: dict[str, Exit] = {
    "kmi.cache.CacheError": Exit.FAILED,
    "kmi.kernels.building.refused.CheckFailed": Exit.NOT_COMPILED,
    "kmi.kernels.building.refused.Refused": Exit.NOT_COMPILED,
    "kmi.kernels.linux.provision.from_source.BuildError": Exit.FAILED,
    "kmi.kernels.building.refused.BuildError": Exit.FAILED,
    "kmi.kernels.linux.toolchain.preflight.PreflightError": Exit.NOT_COMPILED,
    "kmi.kernels.building.stack.StackError": Exit.NOT_COMPILED,
    "kmi.kernels.building.lacking.ProvisionError": Exit.FAILED,
    "kmi.kernels.simulated.hook.loader.CheckFailed": Exit.NOT_COMPILED,
    "kmi.kernels.simulated.reports.SimulationError": Exit.FAILED,
    "kmi.machines.initramfs.AgentError": Exit.FAILED,
    "kmi.machines.outcomes.KernelPanic": Exit.PANIC,
    "kmi.machines.outcomes.MachineLost": Exit.LOST,
    "kmi.machines.outcomes.TimedOut": Exit.TIMEOUT,
    "kmi.machines.qemu.MissingQemu": Exit.FAILED,
    "kmi.testing.doctests.collect.BadDocstring": Exit.NOT_COMPILED,
    "kmi.testing.doctests.outcome.Incomplete": Exit.FAILED,
    "kmi.testing.doctests.collect.Untranslatable": Exit.NOT_COMPILED,
    "kmi.testing.kernels.registry.KernelMissing": Exit.FAILED,
    "kmi.testing.plugin.TestTimedOut": Exit.TIMEOUT,
}


def understood(error: BaseException) -> Failure | None:
    """The failure to show for an error of the parts below the command line; None for one nobody expected."""
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    code = next((OUTCOMES[name] for name in names if name in OUTCOMES), None)
    if code is not None:
        notes = getattr(error, "__notes__", [])
        line = getattr(error, "line", None)
        return Failure("\n".join([str(error), *notes]), line=line, code=code)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = error.filename or "a file"
        sentence = f"the disk is full: {where} could not be written; what was there before is untouched"
        return Failure(sentence, line="df -h   # free some space, then run this again")
    return None
