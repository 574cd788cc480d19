"""What compiled Python costs beside C written by hand, in instructions, counted by callgrind in user space.

    .venv/bin/python benchmarks/counted.py [crc32 …]

Each program in `programs/` has functions `bench_NAME(rounds: int) -> int`, and its twin of the same name in
`twins/` has the same functions in C. Both are built by the same gcc with the same flags, run the same rounds
and must give the same result; a first round, which is not counted, fills caches of the allocator. A count is
the same on every computer with that gcc and libc, so a ratio that changed is a change of the compiler.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kmi.compiler.driver import CSource, Root, Target, compile
from kmi.kernels.host.build import HERE as HOST
from kmi.kernels.host.build import RUNTIME
from kmi.language import Library, analyse
from kmi.language.report.render import plain

HERE = Path(__file__).parent
FLAGS = ("-std=gnu11", "-O2", "-fno-strict-aliasing", "-fno-strict-overflow",
         "-fno-delete-null-pointer-checks", "-fno-tree-vectorize", "-g1")  # fmt: skip
"""What kernels are compiled with, as far as user space can be."""
ROUNDS = 32
VECTORS = "glibc.cpu.x86_rep_movsb_threshold=1073741824"
"""Copies by `rep movsb` count an instruction a byte, and which copies are done so hangs on addresses."""
MEASURED = "kmi_measured"

DRIVER = """\
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench {
	const char *name;
	long long (*run)(long long rounds);
};

static __attribute__((__noipa__)) long long kmi_measured(const struct bench *bench, long long rounds)
{
	return bench->run(rounds);
}

static int kmi_main(char **arguments, const struct bench *benches)
{
	for (; benches->name; benches++)
		if (!strcmp(benches->name, arguments[1])) {
			benches->run(1);
			printf("%lld\\n", kmi_measured(benches, atoll(arguments[2])));
			return 0;
		}
	return 2;
}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One benchmark: what a round costs in compiled Python and in its C twin, in one unit."""

    name: str
    kmi: float
    c: float

    @property
    def ratio(self) -> float:
        return self.kmi / self.c


class CountFailed(Exception):
    """A program does not check or compile, or it and its twin disagree."""


def rows(wanted: Sequence[str] = ()) -> Iterator[Row]:
    """Every benchmark, or those whose names contain one of these words, as each is done."""
    with tempfile.TemporaryDirectory() as directory:
        for path in sorted((HERE / "programs").glob("*.py")):
            names = [
                name
                for name in re.findall(r"^def bench_(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
                if not wanted or any(word in name for word in wanted)
            ]
            if names:
                ours, twin = build(path, Path(directory))
                for name in names:
                    yield _row(name, ours, twin)


def missing() -> str | None:
    """The line that installs what counting needs; None where all is there."""
    return None if shutil.which("valgrind") else "apt-get install -y --no-install-recommends valgrind"


def build(path: Path, directory: Path) -> tuple[Path, Path]:
    """The executables of a program and of its twin."""
    analysis = analyse(path, Library(kernel=HOST, entry=False))
    if analysis.program is None:
        raise CountFailed(plain(analysis.diagnostics))
    functions = analysis.program.main.functions
    names = [name for name in functions if name.startswith("bench_")]
    target = Target(
        roots=[Root(functions[name]) for name in names],
        prologue='#include "kmi.h"\n',
        epilogue=lambda source: _epilogue(source, names),
        file=f"{path.stem}.c",
    )
    ours = directory / f"{path.stem}.c"
    ours.write_text(compile(analysis.program, target).text, encoding="utf-8")
    twin = directory / f"{path.stem}_twin.c"
    calls = "".join(f"long long {name}(long long rounds);\n" for name in names)
    twin.write_text(f'{calls}{DRIVER}{_table({name: name for name in names})}', encoding="utf-8")
    made = directory / path.stem, directory / f"{path.stem}_twin"
    _gcc([f"-I{RUNTIME}", f"-I{HOST}", str(ours)], made[0])
    _gcc([str(HERE / "twins" / f"{path.stem}.c"), str(twin)], made[1])
    return made


def _epilogue(source: CSource, names: list[str]) -> str:
    """A plain C function for each benchmark: what one raises ends the program."""
    parts = [DRIVER]
    for name in names:
        c_name = source.names[name]
        if source.raises[name]:
            body = (
                "\tstruct kmi_error error;\n\ti64 result;\n\n"
                f"\tif ({c_name}(rounds, &result, &error)) {{\n"
                "\t\tkmi_error_log(&error);\n\t\texit(1);\n\t}\n\treturn result;\n"
            )
        else:
            body = f"\treturn {c_name}(rounds);\n"
        parts.append(f"static long long kmi_run_{name}(long long rounds)\n{{\n{body}}}\n")
    return "\n".join([*parts, _table({name: f"kmi_run_{name}" for name in names})])


def _table(names: dict[str, str]) -> str:
    entries = "".join(f'\t{{ "{name}", {c_name} }},\n' for name, c_name in names.items())
    return (
        f"static const struct bench benches[] = {{\n{entries}\t{{ NULL, NULL }},\n}};\n\n"
        "int main(int count, char **arguments)\n{\n"
        "\treturn count == 3 ? kmi_main(arguments, benches) : 2;\n}\n"
    )


def _gcc(arguments: list[str], output: Path) -> None:
    done = subprocess.run(
        ["gcc", *FLAGS, "-w", *arguments, "-o", str(output)], capture_output=True, text=True
    )
    if done.returncode:
        raise CountFailed(done.stderr)


def _row(name: str, ours: Path, twin: Path) -> Row:
    (kmi, result), (c, expected) = (_count(program, name) for program in (ours, twin))
    if result != expected:
        raise CountFailed(f"{name}: compiled Python gives {result}, its twin {expected}")
    return Row(name, kmi, c)


def _count(program: Path, name: str) -> tuple[float, str]:
    """Instructions a round, and what the benchmark returned."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--toggle-collect={MEASURED}",
         str(program), f"bench_{name}", str(ROUNDS)],
        capture_output=True, text=True, env={**os.environ, "GLIBC_TUNABLES": VECTORS},
    )  # fmt: skip
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        raise CountFailed(f"{program.name} bench_{name} ended with {done.returncode}\n{done.stderr}")
    return int(found.group(1)) / ROUNDS, done.stdout.strip()


def main() -> int:
    if line := missing():
        print(f"counting needs valgrind: {line}", file=sys.stderr)
        return 1
    print(f"{'instructions a round':24}{'kmi':>14}{'C':>14}{'ratio':>8}")
    for row in rows(sys.argv[1:]):
        print(f"{row.name:24}{row.kmi:14,.0f}{row.c:14,.0f}{row.ratio:8.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
