"""log_levels: each line has the level of the function that logged it."""

from kmi.testing.kernels.kernel import Kernel

LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"]


def levels(kernel: Kernel) -> list[tuple[int, str]]:
    """What the module logged: each line's level, and the first word of its message."""
    own = [(line.level, line.text.split(": ")) for line in kernel.lines()]
    return [(level, words[1]) for level, words in own if words[0] == "log_levels"]


def test_each_line_has_its_level(kernel: Kernel) -> None:
    kernel.load("log_levels.py")
    said = levels(kernel)
    assert said[:7] == list(enumerate(LEVELS[:7]))
    assert said[7:] in ([], [(7, "debug")])  # the kernel may drop it, but never show it at another level
