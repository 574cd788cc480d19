"""kmi.h against Python: exact integers, formatting, exceptions and their errnos."""

import builtins
import errno
import os
import random
import subprocess
from pathlib import Path

import pytest

from kmi import errors

from .conftest import INCLUDES, Ask

pytestmark = pytest.mark.needs("gcc")
LOW, HIGH = -(2**127), 2**127 - 1


def boundaries() -> list[int]:
    """Integers around each power of two that matters, and random ones of every length."""
    chosen = {0}
    for bits in (1, 7, 8, 31, 32, 33, 62, 63, 64, 65, 95, 96, 97, 126, 127):
        for off in (-2, -1, 0, 1, 2):
            chosen |= {2**bits + off, -(2**bits) + off}
    source = random.Random(1)
    for bits in range(1, 128, 3):
        chosen |= {source.getrandbits(bits), -source.getrandbits(bits)}
    return sorted(value for value in chosen if LOW <= value <= HIGH)


def expected(operator: str, left: int, right: int) -> str:
    match operator:
        case "//" | "//64":
            value = left // right
        case "%" | "%64":
            value = left % right
        case "*":
            value = left * right
        case "<<":
            value = left << right
        case ">>":
            value = left >> right
        case _:
            raise LookupError(operator)
    return str(value) if LOW <= value <= HIGH else "overflow"


@pytest.mark.parametrize("operator", ["//", "%", "*", "<<", ">>", "//64", "%64"])
def test_arithmetic_is_pythons(ask: Ask, operator: str) -> None:
    values = boundaries()
    if operator.endswith("64"):
        values = [value for value in values if -(2**63) <= value < 2**63]
    pairs = [(left, right) for left in values for right in values]
    if operator in ("<<", ">>"):
        pairs = [
            (left, count) for left in values for count in [*range(0, 131, 5), 63, 64, 126, 127, 128, 1000]
        ]
    else:
        pairs = [pair for pair in pairs if pair[1] != 0 or operator == "*"]
    answers = ask([f"{operator} {left} {right}" for left, right in pairs])
    wrong = [
        (left, operator, right, answer)
        for (left, right), answer in zip(pairs, answers, strict=True)
        if answer != expected(operator, left, right)
    ]
    assert not wrong, wrong[:5]


def fields(spec: str) -> str:
    """A spec in the order of struct kmi_spec, as numbers."""
    rest, fill, align = spec, "", ""
    if len(rest) > 1 and rest[1] in "<>^=":
        fill, align, rest = rest[0], rest[1], rest[2:]
    elif rest[:1] and rest[0] in "<>^=":
        align, rest = rest[0], rest[1:]
    sign = rest[0] if rest[:1] and rest[0] in "+- " else ""
    rest = rest[len(sign) :]
    alternate = rest.startswith("#")
    rest = rest[alternate:]
    if rest.startswith("0"):
        rest = rest[1:]
        fill, align = fill or "0", align or "="
    width = ""
    while rest[:1].isdigit():
        width, rest = width + rest[0], rest[1:]
    grouping = rest[0] if rest[:1] and rest[0] in ",_" else ""
    rest = rest[len(grouping) :]
    precision = ""
    if rest.startswith("."):
        precision = rest[1:].rstrip("s")
        rest = ""
    parts = [*(ord(part) if part else 0 for part in (fill, align, sign, rest, grouping))]
    return ",".join(map(str, [*parts, int(alternate), int(precision != ""), width or 0, precision or 0]))


INT_SPECS = ["", "d", "x", "X", "o", "b", "#x", "#X", "#o", "#b", "5", "<8", ">8", "^9", "08x", "#010x", "+",
" ",
             "+08d", "*^20", "=10", "x=12", ",", "_", "_x", "015,", "012,", "013_b", "#020_x", "<+7", "40",
             "-5"]  # fmt: skip


def test_integers_are_formatted_as_python_does(ask: Ask) -> None:
    cases = [(value, spec) for value in boundaries()[::3] for spec in INT_SPECS]
    answers = ask([f"int {value} {fields(spec)}" for value, spec in cases])
    assert answers == [format(value, spec) for value, spec in cases]


def test_characters(ask: Ask) -> None:
    points = [33, 127, 128, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF]
    assert ask([f"int {point} {fields('c')}" for point in points]) == [chr(point) for point in points]


TEXTS = [
    "",
    "a",
    "kernel",
    "it's",
    'say "x"',
    "both ' and \"",
    "Füße",
    "日本語",
    "a\\b",
    "x\n\t\r\x01\x7f",
    "\x85\xa0é",
    "🐍",
]


def hexadecimal(data: bytes) -> str:
    return data.hex() or "-"


def test_text_is_formatted_as_python_does(ask: Ask) -> None:
    visible = [text for text in TEXTS if "\n" not in text and "\x85" not in text]
    cases = [(text, spec) for text in visible for spec in ("", "8", "<8", ">8", "^8", "*^9", ".2", "6.3")]
    answers = ask([f"text {hexadecimal(text.encode())} {fields(spec)}" for text, spec in cases])
    assert answers == [format(text, spec) for text, spec in cases]


def test_repr(ask: Ask) -> None:
    assert ask([f"repr {hexadecimal(text.encode())} -" for text in TEXTS]) == [repr(text) for text in TEXTS]
    blocks = [*(text.encode() for text in TEXTS), bytes(range(0, 128)), bytes(range(128, 256))]
    assert ask([f"reprb {hexadecimal(block)} -" for block in blocks]) == [repr(block) for block in blocks]


def test_utf8_is_judged_as_python_does(ask: Ask) -> None:
    source = random.Random(2)
    blocks = [text.encode() for text in TEXTS]
    blocks += [
        b"\xed\xa0\x80",
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xf4\x90\x80\x80",
        b"\xf8",
        b"\x80",
        b"\xe6\x97",
    ]
    for _ in range(2000):
        block = bytearray("aé日🐍".encode())
        block[source.randrange(len(block))] = source.randrange(256)
        blocks.append(bytes(block))
    for block, answer in zip(blocks, ask([f"utf8 {hexadecimal(block)} -" for block in blocks]), strict=True):
        try:
            assert answer == f"True {len(block.decode())}"
        except UnicodeDecodeError:
            assert answer.startswith("False"), block


def test_a_message_is_cut_at_a_code_point(ask: Ask) -> None:
    assert ask([f"message {('é' * 50).encode().hex()} -"]) == ["é" * 39]
    assert ask([f"message {('a' * 79).encode().hex()} -"]) == ["a" * 79]


MADE_OF = {
    "UnicodeDecodeError": ("utf-8", b"\xff", 0, 1, "invalid"),
    "UnicodeEncodeError": ("ascii", "é", 0, 1, "invalid"),
}
"""What the exceptions are made of that cannot be made of nothing."""


def test_exceptions_and_errnos_are_those_of_the_table(ask: Ask) -> None:
    declared = [name for name, value in vars(builtins).items()
                if isinstance(value, type) and issubclass(value, Exception)]  # fmt: skip
    answers = dict(zip(declared, ask([f"error {name} -" for name in declared]), strict=True))
    known = {name for name, answer in answers.items() if answer != "unknown"}
    assert {row.error.__name__ for row in errors.OUTBOUND} - known == {"Exception"}
    for name in known:
        kind = getattr(builtins, name)
        raised = kind(*MADE_OF.get(name, ()))
        plain, ioctl = errors.errno_of(raised), errors.errno_of(raised, ioctl=True)
        program = int(errors.is_program_error(raised))
        assert answers[name] == f"{plain} {ioctl} {program} {kind.__base__.__name__}", name


def test_an_errno_comes_in_as_cpython_has_it(ask: Ask) -> None:
    numbers = sorted(errno.errorcode)
    for number, answer in zip(numbers, ask([f"errno {number} -" for number in numbers]), strict=True):
        assert answer == f"{type(errors.inbound(number)).__name__} {number}", os.strerror(number)


def test_the_log_line_and_its_limit(ask: Ask) -> None:
    lines = ask(["log 100 -"])
    assert set(lines) == {"log 3 kmi: echo.py:42 in Echo.read: IndexError: index 7 out of range of 4"}
    assert 10 <= len(lines) <= 20  # the clock may step once meanwhile


def test_no_support_library_is_needed(tmp_path: Path) -> None:
    """Kernels have no __divti3 and its like."""
    source = tmp_path / "probe.c"
    source.write_text(
        '#include "kmi.h"\n'
        "i128 a, b; char text[99];\n"
        "void probe(void) {\n"
        "  kmi_floordiv_i128(a, b, &a); a = kmi_mod_i128(a, b);\n"
        "  kmi_mul_i128(a, b, &a); kmi_shl_i128(a, b, &a);\n"
        "  kmi_write_int(&(struct kmi_writer){ .at = text, .room = 99 }, a, NULL);\n"
        "}\n"
    )
    for level in ("-O0", "-O2"):
        compiled = tmp_path / "probe.o"
        flags = ["-std=gnu11", level, "-Wall", "-Wextra", "-Werror", *INCLUDES]
        subprocess.run(["gcc", *flags, "-c", str(source), "-o", str(compiled)], check=True)
        needed = subprocess.run(
            ["nm", "-u", str(compiled)], check=True, capture_output=True, text=True
        ).stdout
        assert not [name for name in needed.split() if name.startswith("__") and name.endswith("3")], needed
        assert "muloti" not in needed


SLOTS = 1 << 10
SECRETS = ("secret 81985529216486895 1147797409030816545", "secret 3735928559 2880067194370816120")


def places(ask: Ask, secret: str, questions: list[str]) -> list[int]:
    return [int(line) for line in ask([secret, *questions])]


def test_who_knows_the_places_under_one_secret_knows_none_under_another(ask: Ask) -> None:
    for questions in (
        [f"place {value} -" for value in range(20_000)],
        [f"hash {value:016x}{value:06x} -" for value in range(20_000)],
        [f"more {value} {value // 7}" for value in range(20_000)],
    ):
        first, second = (places(ask, secret, questions) for secret in SECRETS)
        crowded = [at for at, hashed in enumerate(first) if (hashed >> 8) % SLOTS == 0]
        assert len(crowded) > 8
        assert len({(second[at] >> 8) % SLOTS for at in crowded}) > len(crowded) * 3 / 4
        assert len(set(first)) == len(set(second)) == len(questions)


def test_differences_that_a_product_keeps_give_no_equal_hashes(ask: Ask) -> None:
    """The highest bit goes through a product with an odd number as it is: two words could undo each other."""
    changes = [0, 1 << 63, 1 << 63 | 1 << 31, 1 << 31]
    for secret in SECRETS:
        texts = [
            (0x1234 ^ left).to_bytes(8, "little") + (0x5678 ^ right).to_bytes(8, "little")
            for left in changes
            for right in changes
        ]
        assert len(set(places(ask, secret, [f"hash {text.hex()} -" for text in texts]))) == len(texts)


def test_equal_bytes_have_equal_hashes_wherever_they_stand(ask: Ask) -> None:
    for size in range(20):
        text = bytes(range(size)).hex() or "-"
        assert len(set(ask([f"hash {text} -"] * 3))) == 1
    assert len(set(ask([f"hash {bytes(size).hex() or '-'} -" for size in range(20)]))) == 20
