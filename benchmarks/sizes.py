"""How large a compiled module is beside its twin written by hand in C.

    .venv/bin/python benchmarks/sizes.py [linux:6.1]

Code that runs is `.text`; `.text.unlikely` is what gcc puts apart, since it runs only on an error.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile

from kmi.kernels.linux.provision import flavors
from kmi.kernels.linux.toolchain import kbuild, replay
from kmi.kernels.linux.toolchain.build import build

HERE = Path(__file__).parent
PARTS = (".text", ".text.unlikely", ".rodata", ".data")


def sizes(ko: Path) -> dict[str, int]:
    """The sizes of the sections that are loaded, those of one kind together."""
    found = dict.fromkeys(PARTS, 0)
    with ko.open("rb") as file:
        for section in ELFFile(file).iter_sections():
            for part in PARTS:
                if section.name == part or part == ".rodata" and section.name.startswith(".rodata."):
                    found[part] += section.data_size
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """A module's sections in bytes, of the compiled Python and of the C twin."""

    name: str
    kmi: dict[str, int]
    c: dict[str, int]


def rows(kernel: str = "linux:6.1") -> Iterator[Row]:
    """Every device that has a twin."""
    flavor = flavors.find(kernel)
    for twin in sorted((HERE / "devices").glob("*.c")):
        ours = build(HERE.parent / "examples" / f"{twin.stem}.py", flavor, test=False).ko
        with tempfile.TemporaryDirectory() as directory:
            work = Path(directory)
            (work / twin.name).write_bytes(twin.read_bytes())
            replay.build(work, twin.stem, kbuild.commands(flavor))
            yield Row(twin.stem, sizes(ours), sizes(work / f"{twin.stem}.ko"))


def main() -> None:
    print(f"{'':24}" + "".join(f"{part:>16}" for part in PARTS))
    for row in rows(*sys.argv[1:2]):
        for name, found in ((f"{row.name}.py", row.kmi), (f"{row.name}.c", row.c)):
            print(f"{name:24}" + "".join(f"{found[part]:16,}" for part in PARTS))


if __name__ == "__main__":
    main()
