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


def understood(error: BaseException) -> Failure | None:
    """The failure to show for an error of the parts below the command line; None for one nobody expected."""
    # Imported here, since most commands need none of these.
    from kmi.cache import CacheError, directory
    from kmi.kernels.linux import debug_kernel, kbuild
    from kmi.kernels.linux.build import CheckFailed
    from kmi.kernels.linux.preflight import PreflightError
    from kmi.kernels.linux.provision import ProvisionError
    from kmi.kernels.simulated.reports import SimulationError
    from kmi.language.render import plain
    from kmi.machines.initramfs import AgentError
    from kmi.machines.outcomes import MachineError
    from kmi.machines.qemu import MissingQemu
    from kmi.testing.kernel import KernelFailure
    from kmi.testing.kernels import KernelMissing

    match error:
        case CheckFailed():
            return Failure(f"the module has mistakes\n{plain(error.diagnostics)}", code=Exit.NOT_COMPILED)
        case PreflightError():
            return Failure(str(error), code=Exit.NOT_COMPILED)
        case KernelMissing():
            return Failure(str(error), line=error.line)
        case ProvisionError() | CacheError() | MissingQemu() | AgentError() | SimulationError():
            return Failure(str(error))
        case kbuild.BuildError() | debug_kernel.BuildError():
            return Failure(str(error))
        case MachineError() | KernelFailure():
            return Failure(str(error), code=error.exit_code)
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            where = error.filename or directory()
            sentence = f"the disk is full: {where} could not be written; what was there before is untouched"
            return Failure(sentence, line=f"df -h {where}   # free some space, then run this again")
        case _:
            return None
