"""Every benchmark in one run, and the page that shows it: `docs/benchmarks.md` with its plot.

    make bench            # or .venv/bin/python benchmarks/report.py

What is missing for it (valgrind, User Mode Linux) is installed and built first.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import counted
import native
import simulator
import sizes
import speed

from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import UML

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "benchmarks.svg"
DEVICES, LOOPS, TEXT = 1.10, 1.25, 1.50
"""The targets: what compiled Python may cost beside C on the paths of devices, in loops, and in code."""

IN_THE_WAY = """
## What is in the way of 1.00

- Indices that tests, loops and callers keep in range are not checked again. What stays is an index of which
  that is not known: from a table, from a file, from arithmetic that is no sum (`data[start + 4 * i + 3]`).
- Items of a `list[int]` are 64 bits. What a program stores there is known where all of it is seen, so that
  `sha256` rotates in 32 bits; memory it takes twice as much, and the words that it reads are checked.
- A `dict` keeps the order of insertion and may be deleted from; its twin does neither.
- An object has a header of 24 bytes (class, count, weak references); `linked` fills and drops them.
- A device's callbacks make a File and a Uio on the stack, and look whether the module is whole. An open file
  has a state of its own, which is counted; the twins have none, and no function for it. That, and the close
  that nothing may interrupt, is most of `.text` beyond the twin's.
- A check that may fail costs its compare and branch; what is behind it is in `.text.unlikely`."""


def main() -> int:
    provision.tools({"valgrind": "valgrind"}, _tell)
    provision.prepare(UML, _tell)
    devices = {path.name for path in native.PATHS}
    timed = _collect("nanoseconds on User Mode Linux", native.rows())
    instructions = _collect("instructions in user space", counted.rows())
    code = list(sizes.rows("linux:6.1"))
    figures = list(simulator.rows())
    for figure in figures:
        _tell(f"  {figure.name:54}{figure.rate:12,.0f}")
    waits = list(speed.rows())
    for wait in waits:
        _tell(f"  {wait.name:58}{wait.seconds:8.2f} s")
    PAGE.write_text(_page(timed, devices, instructions, code, figures, waits), encoding="utf-8")
    _plot(timed, devices, instructions)
    _tell(f"written: {PAGE.relative_to(ROOT)}, {PLOT.relative_to(ROOT)}")
    return 0


def _tell(line: str) -> None:
    print(line, flush=True)


def _collect(title: str, rows: Iterable[counted.Row]) -> list[counted.Row]:
    _tell(f"{title:40}{'kmi':>14}{'C':>14}{'ratio':>8}")
    found = []
    for row in rows:
        _tell(f"  {row.name:38}{row.kmi:14,.0f}{row.c:14,.0f}{row.ratio:8.2f}")
        found.append(row)
    return found


def _page(
    timed: Sequence[counted.Row],
    devices: set[str],
    instructions: Sequence[counted.Row],
    code: Sequence[sizes.Row],
    figures: Sequence[simulator.Row],
    waits: Sequence[speed.Row],
) -> str:
    parts = [
        "# What it costs\n",
        "Made by `make bench`; do not edit. Each ratio is of one run: compiled Python beside a module in C",
        "that was written by hand, built by the same compiler with the kernel's own flags; 1.00 is as fast",
        "as C.\n",
        f"Measured on {_cpu()}, {_gcc()}, CPython {platform.python_version()}.\n",
        "![the ratios as bars](benchmarks.svg)\n",
        "## Time, on User Mode Linux\n",
        "A loop inside the kernel calls the device, so that no system call is in the figure; the fastest of",
        f"{native.TURNS * native.ROUNDS} rounds, the two sides taking turns. User Mode Linux has one CPU and",
        "drops lock prefixes: atomic operations cost more elsewhere.\n",
        "| what | kmi, ns | C, ns | ratio | target |",
        "|---|---:|---:|---:|---:|",
    ]
    parts += [_row(row, DEVICES if row.name in devices else LOOPS) for row in timed]
    parts += [
        "\n## Instructions, in user space\n",
        "Counted by callgrind, the same on each run; a difference is a change of the compiler.\n",
        "| what | kmi | C | ratio |",
        "|---|---:|---:|---:|",
        *(f"| {row.name} | {row.kmi:,.0f} | {row.c:,.0f} | {row.ratio:.2f} |" for row in instructions),
        "\n## Code, for Linux 6.1\n",
        "`.text.unlikely` is what gcc puts apart: what runs on an error, or once in a module's life.\n",
        f"| module | {' | '.join(f'`{part}`' for part in sizes.PARTS)} | `.text` ratio (target {TEXT}) |",
        "|---|" + "---:|" * (len(sizes.PARTS) + 1),
    ]
    for module in code:
        for label, found in ((f"{module.name}.py", module.kmi), (f"{module.name}.c", module.c)):
            ratio = f"{module.kmi['.text'] / module.c['.text']:.2f}" if found is module.kmi else ""
            cells = " | ".join(f"{found[part]:,}" for part in sizes.PARTS)
            parts.append(f"| {label} | {cells} | {ratio} |")
    parts += [
        IN_THE_WAY,
        "\n## The simulator\n",
        "| what | a second | target |",
        "|---|---:|---:|",
        *(f"| {row.name} | {row.rate:,.0f} | {_target(row.target)} |" for row in figures),
        "\n## Waiting, in seconds\n",
        "Whole processes, as a shell starts them; the median.\n",
        "| what | seconds | target |",
        "|---|---:|---:|",
        *(f"| {row.name} | {row.seconds:.2f} | {_target(row.target)} |" for row in waits),
    ]
    return "\n".join(parts) + "\n"


def _row(row: counted.Row, target: float) -> str:
    return f"| {row.name} | {row.kmi:,.0f} | {row.c:,.0f} | {row.ratio:.2f} | {target:.2f} |"


def _target(target: float | None) -> str:
    return "" if target is None else f"{target:,g}"


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _gcc() -> str:
    said = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True).stdout
    return f"gcc {said.splitlines()[0].split()[-1]}"


def _plot(timed: Sequence[counted.Row], devices: set[str], instructions: Sequence[counted.Row]) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "kmi"  # the same figures give the same file
    import matplotlib.pyplot as plt

    bars = [(f"{row.name}, ns", row.ratio, DEVICES if row.name in devices else LOOPS) for row in timed]
    bars += [(f"{row.name}, instructions", row.ratio, LOOPS) for row in instructions]
    bars.reverse()
    figure, axes = plt.subplots(figsize=(8, 0.28 * len(bars) + 1), layout="constrained")
    colours = ["#2f7d4f" if ratio <= target else "#c2703d" for _, ratio, target in bars]
    drawn = axes.barh([name for name, _, _ in bars], [ratio for _, ratio, _ in bars], color=colours)
    axes.bar_label(drawn, [f"{ratio:.2f}" for _, ratio, _ in bars], padding=3, fontsize=8)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xlabel("cost beside C (1 is C; green is within the target)")
    axes.tick_params(axis="y", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(PLOT, metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
