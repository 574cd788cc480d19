"""Builds a file of kernel Python for user space, with the address and the undefined-behaviour sanitizer.

    built = build(Path("program.py"), directory)       # def main() -> None
    outcomes = execute(built).outcomes["main"]

The executable runs one `main` after the other and says on standard output what each logged, raised and left
alive.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from kmi.compiler.driver import CSource, Root, Target, compile
from kmi.kernels.host.outcome import Outcome, Raised
from kmi.language import Library, analyse, packages
from kmi.language.report.render import plain

__all__ = ["WAYS", "BuildFailed", "Built", "Execution", "Way", "build", "execute"]

HERE: Final = Path(__file__).parent
RUNTIME: Final = HERE.parent.parent / "runtime"
WARNINGS: Final = ("-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-pointer-sign",
            "-Wno-tautological-compare", "-Wno-type-limits", "-Wno-sign-compare")  # fmt: skip
WAYS: Final = {
    "thorough": ("-g1", "-O1", "-fsanitize=address,undefined"),
    "checked": ("-g1", "-O0", "-fsanitize=address,signed-integer-overflow,shift,integer-divide-by-zero,bool"),
    "fast": ("-O0",),
}
"""All that the sanitizers know; what takes a fifth of the time to compile; and half of that again, for
programs by the thousand: their values, and what they leave alive, are compared all the same."""

Way = Literal["thorough", "checked", "fast"]
SECONDS: Final = 60


class BuildFailed(Exception):
    """The file does not check, or, which is the compiler's own fault, its C does not compile."""


@dataclass(frozen=True)
class Built:
    """An executable, the C it was made of, and its mains."""

    program: Path
    source_c: Path
    mains: tuple[str, ...]


@dataclass
class Execution:
    """What a run of an executable printed, by main; with faults, by main and the allocation that failed."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    faults: dict[str, dict[int, Outcome]] = field(default_factory=dict)
    report: str = ""
    """What a sanitizer, or the system, said of its end; empty where all went well."""


def build(
    path: Path, directory: Path, *, mains: Sequence[str] = ("main",), way: Way = "thorough"
) -> Built:
    """Check, compile and link a file whose mains are functions `() -> None`; everything made is in
    `directory`.

    `way` says how much the sanitizers look at: see `WAYS`.
    """
    source = compiled(path, mains)
    name = packages.module_name(packages.entry_file(path))
    source_c, program = directory / f"{name}.c", directory / name
    source_c.write_text(source.text, encoding="utf-8")
    command = ["gcc", "-std=gnu11", *WAYS[way], "-fno-sanitize-recover=all",
    *WARNINGS,
               "-DKMI_TEST", f"-I{RUNTIME}", f"-I{HERE}", str(source_c), "-o", str(program)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BuildFailed(f"an internal error of the compiler: its C does not compile\n{done.stderr}")
    return Built(program, source_c, tuple(mains))


def compiled(path: Path, mains: Sequence[str]) -> CSource:
    """The C of a file with these mains; BuildFailed with the diagnostics where it does not check."""
    analysis = analyse(path, Library(kernel=HERE, entry=False))
    if analysis.program is None:
        raise BuildFailed(plain(analysis.diagnostics))
    functions = analysis.program.main.functions
    missing = [name for name in mains if name not in functions]
    if missing:
        raise BuildFailed(f"{path.name} has no function {missing[0]}: write `def {missing[0]}() -> None`")
    target = Target(
        roots=[Root(functions[name]) for name in mains],
        prologue='#include "kmi.h"\n#include "helpers.h"\n',
        epilogue=_epilogue,
        file=f"{packages.module_name(packages.entry_file(path))}.c",
    )
    return compile(analysis.program, target)


def _epilogue(source: CSource) -> str:
    """A C function of one shape for each main, and the table of them."""
    parts, rows = [], []
    for name, c_name in source.names.items():
        call = (
            f"return {c_name}(error);" if source.raises[name] else f"(void)error;\n\t{c_name}();\n\treturn 0;"
        )
        parts.append(f"static int kmi_host_call_{name}(struct kmi_error *error)\n{{\n\t{call}\n}}\n")
        rows.append(f'\t{{ "{name}", kmi_host_call_{name} }},\n')
    table = f"static const struct kmi_host_main kmi_host_mains[] = {{\n{''.join(rows)}}};\n"
    main = (
        "int main(int count, char **arguments)\n{\n"
        f"\treturn kmi_host_main(count, arguments, kmi_host_mains, {len(rows)});\n}}\n"
    )
    return "\n".join([*parts, table, main])


def execute(built: Built, *, faults: int = 0, seconds: int = SECONDS) -> Execution:
    """Run all mains; with `faults`, each again with that many allocations failing, one at a time."""
    execution = Execution()
    options = {"ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
    try:
        done = subprocess.run(
            [str(built.program), str(faults)],
            capture_output=True, encoding="utf-8", errors="replace", timeout=seconds,
            env={**os.environ, **options},
        )  # fmt: skip
        text, report = done.stdout, done.stderr
        if done.returncode and not report:
            report = f"it ended with {done.returncode}"
    except subprocess.TimeoutExpired as expired:
        given = expired.stdout or b""
        text = given.decode(errors="replace") if isinstance(given, bytes) else given
        report = f"it did not end within {seconds} seconds"
    _parse(text, execution)
    execution.report = report.strip()
    return execution


def _parse(text: str, execution: Execution) -> None:
    outcome = Outcome()
    for line in text.split("\n"):
        word, _, rest = line.partition(" ")
        match word:
            case "begin":
                outcome = Outcome()
                name, _, nth = rest.partition(" ")
                if nth:
                    execution.faults.setdefault(name, {})[int(nth)] = outcome
                else:
                    execution.outcomes[name] = outcome
            case "log":
                outcome.log.append(rest.partition(" ")[2])
            case "raised":
                kind, number, at, function, message = rest.split(" ", 4)
                outcome.raised = Raised(kind, int(number), message, int(at), function)
            case "from" if outcome.raised is not None:
                outcome.raised = replace(outcome.raised, calls=(*outcome.raised.calls, rest))
            case "end":
                objects, memory = rest.split(" ")
                outcome.objects, outcome.memory, outcome.finished = int(objects), int(memory), True
            case "":
                pass
            case _:
                raise ValueError(f"the host program printed a line that nobody expects: {line!r}")
