"""What compiled modules cost beside C modules written by hand, in nanoseconds, on User Mode Linux.

    .venv/bin/python benchmarks/native.py [echo …]

Devices are `examples/*.py` against `devices/*.c`; computations are `programs/*.py` against `twins/*.c`, each
wrapped into a device whose write runs as many rounds as there are bytes. Both sides are built by the same gcc
with the kernel's own flags and called by the same loop inside the kernel. They take turns in one boot, and
what is told of each is its fastest round: what disturbs a round only makes it slower.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from counted import Row
from uml.machine import Machine, MeasuringFailed, Sample, build_c, prepared

from kmi.kernels.linux.provision.flavors import UML
from kmi.kernels.linux.toolchain.build import build

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
TURNS = 5
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class DevicePath:
    """One path of a device: what is written and read in each loop, and how often."""

    name: str
    device: str
    writes: int
    reads: int
    loops: int
    parameters: str = ""


PATHS = (
    DevicePath("echo, 1 byte", "echo", 1, 1, 20_000),
    DevicePath("echo, 4 KiB", "echo", 4096, 4096, 10_000),
    DevicePath("echo, 1 MiB", "echo", 1 << 20, 1 << 20, 50, "capacity=1048576"),
    DevicePath("semaphore, ping", "semaphore", 1, 1, 20_000),
)

COMPUTATIONS = {"hashes": 64, "containers": 64}
"""The programs whose functions are timed, and how many rounds of them in a loop."""

SHELL = '''

from kmi import Module, info, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.uio import Uio

'''


def rows(wanted: Sequence[str] = ()) -> Iterator[Row]:
    """Every benchmark, or those whose names contain one of these words, as each is done."""
    with prepared(lambda line: print(line, file=sys.stderr)) as machine:
        for path in PATHS:
            if _is_wanted(path.name, wanted):
                yield _device(machine, path)
        for program, loops in COMPUTATIONS.items():
            names = re.findall(r"^def bench_(\w+)", (HERE / "programs" / f"{program}.py").read_text(), re.M)
            if names := [name for name in names if _is_wanted(name, wanted)]:
                yield from _computations(machine, program, names, loops)


def _is_wanted(name: str, wanted: Sequence[str]) -> bool:
    return not wanted or any(word in name for word in wanted)


def _device(machine: Machine, path: DevicePath) -> Row:
    ours = build(EXAMPLES / f"{path.device}.py", UML, test=False).ko
    machine.add(ours)
    twin = build_c(HERE / "devices" / f"{path.device}.c", machine.root / "work")
    machine.add(twin, f"{path.device}_twin.ko")
    plan = []
    for _ in range(TURNS):
        for side, ko in (("kmi", f"{path.device}.ko"), ("c", f"{path.device}_twin.ko")):
            plan += [
                f"load {ko} {path.parameters}".rstrip(),
                f"load bench_driver.ko name={side} path=/dev/{path.device} writes={path.writes}"
                f" reads={path.reads} loops={path.loops} rounds={ROUNDS}",
                f"unload {path.device}",
            ]
    return _row(path.name, *machine.run(plan))


def _computations(machine: Machine, program: str, names: Sequence[str], rounds: int) -> Iterator[Row]:
    machine.add(build(_python(machine.root, program, names), UML, test=False).ko)
    source = _c(machine.root, program, names)
    machine.add(build_c(source, machine.root / "work"), f"{program}_twin.ko")
    for name in names:
        plan = []
        for _ in range(TURNS):
            for side, ko in (("kmi", f"{program}.ko"), ("c", f"{program}_twin.ko")):
                plan += [
                    f"load {ko}",
                    f"load bench_driver.ko name={side} path=/dev/{name} writes={rounds} rounds={ROUNDS}",
                    f"unload {program}",
                ]
        samples, log = machine.run(plan)
        results = set(re.findall(rf"{name} gives (-?\d+)", "\n".join(log)))
        if len(results) != 1:
            raise MeasuringFailed(f"{name}: compiled Python and its twin give {sorted(results)}")
        row = _row(name, samples, log)
        yield Row(row.name, row.kmi / rounds, row.c / rounds)


def _python(directory: Path, program: str, names: Sequence[str]) -> Path:
    """The program as a module with a device for each of its functions."""
    parts = [(HERE / "programs" / f"{program}.py").read_text(), SHELL]
    for name in names:
        parts.append(
            f"class Run_{name}(FileOperations):\n"
            "    def write(self, file: File, data: Uio) -> None:\n"
            f'        info(f"{name} gives {{bench_{name}(data.remaining)}}")\n'
            "        data.skip(data.remaining)\n\n\n"
        )
    about = '@module(license="GPL", description="computes")'
    parts.append(f"{about}\nclass Compute(Module):\n    def __init__(self) -> None:\n")
    parts += [f'        self.{name} = MiscDevice("{name}", Run_{name}())\n' for name in names]
    path = directory / f"{program}.py"
    path.write_text("".join(parts))
    return path


def _c(directory: Path, program: str, names: Sequence[str]) -> Path:
    """The twin as a module with the same devices."""
    declared = "".join(f"i64 bench_{name}(i64 rounds);\n" for name in names)
    devices = "".join(
        f"""
static ssize_t {name}_write_iter(struct kiocb *call, struct iov_iter *from)
{{
	size_t rounds = iov_iter_count(from);

	pr_info("{name} gives %lld\\n", bench_{name}(rounds));
	iov_iter_advance(from, rounds);
	return rounds;
}}

static const struct file_operations {name}_operations = {{
	.owner = THIS_MODULE,
	.write_iter = {name}_write_iter,
}};

static struct miscdevice {name}_device = {{ MISC_DYNAMIC_MINOR, "{name}", &{name}_operations }};
"""
        for name in names
    )
    text = f"""\
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uio.h>
#include "{HERE / "twins" / "twin.h"}"

{declared}
#include "{HERE / "twins" / f"{program}.c"}"
{devices}
static struct miscdevice *const devices[] = {{ {", ".join(f"&{name}_device" for name in names)} }};

static int __init compute_init(void)
{{
	int i, status = 0;

	for (i = 0; i < ARRAY_SIZE(devices) && !status; i++)
		status = misc_register(devices[i]);
	return status;
}}

static void __exit compute_exit(void)
{{
	int i;

	for (i = 0; i < ARRAY_SIZE(devices); i++)
		misc_deregister(devices[i]);
}}

module_init(compute_init);
module_exit(compute_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("computes");
"""
    path = directory / f"{program}.c"
    path.write_text(text)
    return path


def _row(name: str, samples: Sequence[Sample], log: Sequence[str]) -> Row:
    times: dict[str, list[float]] = {"kmi": [], "c": []}
    for sample in samples:
        times[sample.name].append(sample.nanoseconds)
    if not all(len(found) == TURNS * ROUNDS for found in times.values()):
        raise MeasuringFailed(f"{name} was not measured as planned:\n" + "\n".join(log[-20:]))
    return Row(name, min(times["kmi"]), min(times["c"]))


def main() -> int:
    print(f"{'nanoseconds a loop':24}{'kmi':>14}{'C':>14}{'ratio':>8}")
    for row in rows(sys.argv[1:]):
        print(f"{row.name:24}{row.kmi:14,.0f}{row.c:14,.0f}{row.ratio:8.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
