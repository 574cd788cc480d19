"""``kmi``: the command, and what happens to an error that a command did not expect."""

from __future__ import annotations

import atexit
import difflib
import gc
import importlib
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from types import FrameType

import click

from kmi.cli.exits import Exit
from kmi.cli.failure import Failure, understood

#: Command -> the module of :mod:`kmi.cli` that holds it, imported when used: ``kmi check`` needs no pytest.
COMMANDS = {
    "audit": "audit",
    "bindgen": "bindgen",
    "build": "build",
    "check": "check",
    "demo": "demo",
    "doctor": "doctor",
    "explain": "explain",
    "explain-oops": "explain_oops",
    "new": "new",
    "run": "run",
    "shell": "shell_command",
    "test": "test",
}


class Commands(click.Group):
    """The group of all commands, each imported when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"kmi.cli.{COMMANDS[name]}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, context: click.Context, given: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(context, given)
        except click.UsageError as error:
            close = difflib.get_close_matches(given[0], COMMANDS, 1)
            names = ", ".join(sorted(COMMANDS))
            what = f"did you mean `kmi {close[0]}`?" if close else f"the commands are {names}"
            raise click.UsageError(f"there is no command {given[0]!r}; {what}", error.ctx) from None


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kmi", message="%(prog)s %(version)s")
@click.option("--traceback", is_flag=True, help="Show the Python traceback of an internal error.")
def group(traceback: bool) -> None:
    """Kernel modules in ordinary typed Python.

    A module is one Python file: it runs in CPython on a simulated kernel, and is compiled to a native
    module of a real one.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line given; the exit code.

    Without one it is the process's own, which ends here: to take a compiler's trees apart, object by object,
    lasts longer than many a command.
    """
    if arguments is not None:
        return _run(arguments)
    status = _run(sys.argv[1:])
    _leave(status)
    return status  # where something is left that only the interpreter's own end sees to


def _run(arguments: Sequence[str]) -> int:
    given = list(arguments)
    gc.set_threshold(100_000, 20, 20)  # a compiler makes trees, hardly ever garbage in circles
    signal.signal(signal.SIGTERM, _terminated)
    try:
        status = group.main(given, prog_name="kmi", standalone_mode=False)
        return status if isinstance(status, int) else Exit.OK
    except (KeyboardInterrupt, click.Abort):
        click.echo("kmi: interrupted", err=True)
        return Exit.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Failure as failure:
        failure.show()
        return failure.exit_code
    except Exception as error:
        shown = understood(error) or _internal(error, show="--traceback" in given)
        shown.show()
        return shown.exit_code


def _leave(status: int) -> None:
    """End the process as ``sys.exit`` does, but for freeing its memory, which the system does at once.

    Returns where a thread is still at work, or where what was printed cannot be written: Python says that.
    """
    if threading.active_count() > 1:
        return
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            return
    os._exit(status)


def _terminated(number: int, frame: FrameType | None) -> None:
    # An exception rather than sudden death: what is running (a guest, a temporary directory) is put away.
    raise SystemExit(128 + number)


def _internal(error: Exception, show: bool) -> Failure:
    text = "".join(traceback.format_exception(error))
    what = "internal error (" + f"{type(error).__name__}: {error}".splitlines()[0] + ")"
    if show:
        click.echo(text, err=True)
        return Failure(f"{what}; please report it with the traceback above", code=Exit.INTERNAL)
    with tempfile.NamedTemporaryFile(
        "w", prefix="kmi-traceback-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
    return Failure(f"{what}; please report it with the traceback in {file.name}", code=Exit.INTERNAL)
