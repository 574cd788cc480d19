"""The tables of Python's built-in names in Markdown, as the front end itself accepts or refuses them.

    $ python -m kmi.language.report.builtins > docs/reference/builtins.md

docs/reference/builtins.md is its output, which a test compares. Nothing here says what is supported: each
method of each built-in class of CPython is called in a small program, each function in an example, and what
`analyse` says of the programs is the table. An example that is refused is a LookupError.
"""

from __future__ import annotations

import builtins
import tempfile
from collections import deque
from pathlib import Path

from kmi.language import analyse
from kmi.language.declarations.vocabulary import STANDARD
from kmi.language.library import Library
from kmi.language.report.diagnostics import Diagnostic

CLASSES: dict[type, str] = {
    int: "int",
    str: "str",
    bytes: "bytes",
    bytearray: "bytearray",
    memoryview: "memoryview",
    list: "list[int]",
    tuple: "tuple[int, int]",
    dict: "dict[int, int]",
    set: "set[int]",
    frozenset: "frozenset[int]",
    deque: "deque[int]",
}
EXAMPLES: dict[str, str] = {
    "abs": "abs(number)",
    "all": "all(n > 0 for n in numbers)",
    "any": "any(n > 0 for n in numbers)",
    "bin": "bin(number)",
    "bool": "bool(numbers)",
    "bytearray": "bytearray(16)",
    "bytes": "bytes(numbers)",
    "chr": "chr(number)",
    "deque": "deque(numbers, 16)",
    "dict": "dict(table)",
    "divmod": "divmod(number, 10)",
    "enumerate": "for at, n in enumerate(numbers): ...",
    "frozenset": "frozenset(numbers)",
    "hash": "hash(text)",
    "hex": "hex(number)",
    "int": "int(text, 16)",
    "isinstance": "isinstance(shape, Square)",
    "iter": "for n in iter(Walk()): ...",
    "len": "len(numbers)",
    "list": "list(numbers)",
    "max": "max(numbers, default=0)",
    "memoryview": "memoryview(data)",
    "min": "min(number, 10)",
    "next": "next(iter(numbers), 0)",
    "oct": "oct(number)",
    "ord": 'ord("a")',
    "pow": "pow(number, 3)",
    "range": "for i in range(0, number, 2): ...",
    "repr": "repr(text)",
    "reversed": "for n in reversed(numbers): ...",
    "set": "set(numbers)",
    "sorted": "sorted(numbers, reverse=True)",
    "str": "str(number)",
    "sum": "sum(n * n for n in numbers)",
    "tuple": "(number, text)",
    "zip": "for n, byte in zip(numbers, data): ...",
}
IN_CLASSES: dict[str, str] = {
    "Ellipsis": "`...`, the body of a method that has none",
    "classmethod": "`@classmethod`",
    "object": "as a base class",
    "property": "`@property` and `@name.setter`",
    "staticmethod": "`@staticmethod`",
    "super": "`super().method(…)`",
}
LACKING = ("KMI0303", "KMI0350")
"""The codes of a method that is not there: as an attribute, or because it would show an order."""
PROGRAM = """\
from collections import deque


class Shape(object):
    def __init__(self, side: int) -> None:
        self._side = side

    @property
    def side(self) -> int:
        return self._side

    @staticmethod
    def corners() -> int:
        return 4

    @classmethod
    def made(cls, side: int) -> "Shape":
        return Shape(side)

    def __add__(self, other: "Shape") -> "Shape":
        return Shape(self._side + other._side)


class Walk:
    def __iter__(self) -> "Walk":
        return self

    def __next__(self) -> int:
        raise StopIteration


class Square(Shape):
    def __init__(self, side: int) -> None:
        super().__init__(side)


def main() -> None:
    pass
"""
GIVEN = "number: int, numbers: list[int], text: str, data: bytes, table: dict[int, str], shape: Shape"
PARTS_OF_SHELL = frozenset({"copyright", "credits", "exit", "help", "license", "quit"})
"""Names that the `site` module adds for the interactive shell."""


def reference() -> str:
    """The tables in Markdown."""
    shown = {**{name: f"`{example}`" for name, example in EXAMPLES.items()}, **IN_CLASSES}
    names = [
        name for name in dir(builtins) if name not in PARTS_OF_SHELL and name not in ("None", "True", "False")
    ]
    names = [name for name in names if not name.startswith("_")]
    errors = [name for name in names if _is_error(name)]
    functions = [name for name in names if name not in errors]
    said = _called(functions)
    refused = {name: what for name, what in said.items() if name not in shown and what is not None}
    unknown = set(functions) - set(refused) - set(shown)
    if unknown:
        raise LookupError(f"give an example of {', '.join(sorted(unknown))}")
    _prove_examples()
    lines = [
        "# Built-in names",
        "",
        "Which of Python's built-in functions, classes and methods kernel Python has. This page is made by",
        "asking `kmi check` about each of them. What they mean is what Python's own documentation says. An",
        "argument that is not supported is refused where it is given.",
        "",
        "## Functions and classes",
        "",
        "| name | for example |",
        "|---|---|",
    ]
    lines += [f"| `{name}` | {shown[name]} |" for name in sorted(shown, key=str.lower)]
    lines += ["", "## Functions that are not there", "", "| name | code | instead |", "|---|---|---|"]
    lines += [f"| `{name}` | {_link(what)} | {_cell(what.help)} |" for name, what in refused.items()]
    lines += ["", "## Methods", "", "| class | has | has not |", "|---|---|---|"]
    lines += [f"| `{kind.__name__}` | {_listed(has)} | {_listed(lacks)} |" for kind, has, lacks in _methods()]
    accepted, missing = _errors(errors)
    lines += ["", "## Exceptions", "", f"There are {_listed(accepted)}.", ""]
    lines += [
        "An exception of one's own derives from one of these.",
        "",
        f"There are not: {_listed(missing)}.",
    ]
    lines += ["", "## Modules of the standard library", "", "| module | names |", "|---|---|"]
    for module in sorted(STANDARD):
        found = "every errno of the platform" if module == "errno" else _listed(sorted(STANDARD[module]))
        lines.append(f"| `{module}` | {found} |")
    lines += ["", "Any other import is [KMI0202](errors.md#kmi0202-import-of-something-that-is-not-there)."]
    return "\n".join(lines) + "\n"


def _is_error(name: str) -> bool:
    kind = getattr(builtins, name)
    return isinstance(kind, type) and issubclass(kind, BaseException)


def _check(program: str) -> list[Diagnostic]:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "asked.py"
        file.write_text(program, encoding="utf-8")
        return analyse(file, Library(entry=False)).diagnostics


def _asked(prologue: str, questions: dict[str, str]) -> dict[str, Diagnostic | None]:
    """What is said of each question, which is the body of a function: nothing if it is accepted."""
    lines = prologue.splitlines()
    owners: list[str] = [""] * len(lines)
    for key, body in questions.items():
        lines += ["", *body.splitlines()]
        owners += ["", *[key] * len(body.splitlines())]
    found: dict[str, Diagnostic | None] = dict.fromkeys(questions)
    for said in _check("\n".join(lines) + "\n"):
        key = owners[said.span.line - 1]
        if key not in questions:
            raise LookupError(f"the program itself is wrong: {said.message}")
        if found[key] is None:
            found[key] = said
    return found


def _called(functions: list[str]) -> dict[str, Diagnostic | None]:
    use = {
        name: f"{name}()" if callable(getattr(builtins, name)) else f"value = {name}" for name in functions
    }
    return _asked(PROGRAM, {name: f"def ask_{name}() -> None:\n    {use[name]}" for name in functions})


def _prove_examples() -> None:
    questions = {}
    for name, example in EXAMPLES.items():
        body = example if example.startswith("for ") else f"value = {example}"
        questions[name] = f"def show_{name}({GIVEN}) -> None:\n    {body.replace('...', 'pass')}"
    for name, said in _asked(PROGRAM, questions).items():
        if said is not None:
            raise LookupError(f"the example of {name} is refused: {said.code.number} {said.message}")


def _methods() -> list[tuple[type, list[str], list[str]]]:
    """What each class has and has not; what is called without arguments is there, whatever it needs."""
    rows = []
    for kind, written in CLASSES.items():
        names = [name for name in dir(kind) if not name.startswith("_")]
        questions = {}
        for name in names:
            receiver = "int" if (kind, name) == (int, "from_bytes") else "value"
            questions[name] = f"def ask_{name}(value: {written}) -> None:\n    {receiver}.{name}()"
        said = _asked("from collections import deque\n\n\ndef main() -> None:\n    pass\n", questions)
        lacks = [name for name, what in said.items() if what is not None and what.code.number in LACKING]
        rows.append((kind, [name for name in names if name not in lacks], lacks))
    return rows


def _errors(names: list[str]) -> tuple[list[str], list[str]]:
    said = _called(names)
    missing = [name for name, what in said.items() if what is not None and what.code.number == "KMI0102"]
    return [name for name in names if name not in missing], missing


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "—"


def _link(said: Diagnostic) -> str:
    title = said.code.title.lower().replace(" ", "-")
    return f"[{said.code.number}](errors.md#{said.code.number.lower()}-{title})"


def _cell(text: str | None) -> str:
    first, *rest = (text or "").replace("|", "\\|").splitlines() or [""]
    shown = [f"`{line}`" for line in rest if not line.startswith("from ")]
    return " ".join([first, *shown])


if __name__ == "__main__":
    print(reference(), end="")
