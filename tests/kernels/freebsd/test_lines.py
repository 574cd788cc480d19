"""From a place in a kld's code to lines of Python."""

from __future__ import annotations

from pathlib import Path

from kmi.kernels.freebsd.toolchain.build import build
from kmi.kernels.freebsd.toolchain.lines import Lines

GREETER = Path(__file__).parent / "modules" / "greeter.py"


def number(words: str) -> int:
    """The line of the greeter that has the words."""
    (found,) = (n for n, line in enumerate(GREETER.read_text().splitlines(), 1) if words in line)
    return found


def test_each_place_of_the_code_has_its_function_and_line() -> None:
    lines = Lines(build(GREETER).ko)
    begin, size, _ = next(each for each in lines._functions if each[2] == "kmi_destroy_Guest")
    assert lines.function(begin + 5) == ("kmi_destroy_Guest", 5)
    said = [str(line) for place in range(begin, begin + size, 8) for line in lines.at(place)]
    assert f"greeter.py:{number('bye')} in Guest_del" in said
    assert lines.function(1 << 30) is None and lines.at(1 << 30) == []


def test_what_was_inlined_is_seen_through() -> None:
    lines = Lines(build(GREETER).ko)
    handler = next(each for each in lines._functions if each[2] == "kmi_freebsd_handler")
    chains = [[str(line) for line in lines.at(place)] for place in range(handler[0], handler[1], 67)]
    calls = f"greeter.py:{number('sorted(')} in Greeter_init"
    deep = [chain for chain in chains if calls in chain[1:]]
    assert deep, "what the greeter calls was inlined into it"
    assert all(chain[-1].endswith("in Loader_init") for chain in deep)
