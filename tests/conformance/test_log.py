"""`kmi.log`: one line a call, in order, with Python's formats."""

from kmi.testing.kernels.kernel import Kernel


def lines(kernel: Kernel) -> list[str]:
    kernel.load("modules/logs.py")
    said = [line.removeprefix("said: ") for line in kernel.log() if line.startswith("said: ")]
    return [line for line in said if line != "debug"]  # which many kernels drop


def test_each_level_is_a_line(kernel: Kernel) -> None:
    assert lines(kernel)[:7] == ["emerg", "alert", "crit", "err", "warn", "notice", "info"]


def test_formats_are_those_of_python(kernel: Kernel) -> None:
    name = "kernel"
    assert lines(kernel)[7:] == [
        f"-42 kernel {1 << 62} True",
        f"{255:x} {255:#X} {5:08b} {-5:+d} {7:5d}| {7:<5}| {7:^5}| {1234567:,} {8:o}",
        f"{name:>8}| {name!r} {name:.3}| {{}} 100% %d %s",
        "a % that is no format, and a brace } {",
    ]
