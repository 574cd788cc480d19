"""From docstrings to kernel Python: each becomes a function, compiled into a test build of the module.

    >>> crc.value()            kmi_doctest_got = repr(crc.value())
    3421780262                 if kmi_doctest_got != "3421780262": info("# …: expected …, got …"); return 1

Every node has the position of the docstring's line that it was made of, so that diagnostics and debug
information point there. A docstring's test ends at its first failure, as under pytest.

Invariant: an example means what it means to CPython's doctest, or is refused with a sentence.
"""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kmi.kernels.building.doctests import Compiled, Doctests
from kmi.testing.doctests.collect import Case, Untranslatable, suite

#: The options of doctest that are known here, with the letter that `kmi_doctests.h` has for them.
KNOWN = {
    doctest.ELLIPSIS: "E",
    doctest.IGNORE_EXCEPTION_DETAIL: "I",
    doctest.NORMALIZE_WHITESPACE: "",
    doctest.SKIP: "",
}

_HEADER = """
from kmi.integers import i32 as kmi_doctest_i32, i64 as kmi_doctest_i64, u8 as kmi_doctest_u8
from kmi.log import info as kmi_doctest_info
from kmi.unsafe import ConstPointer as kmi_doctest_pointer, c_function as kmi_doctest_c_function
from kmi.unsafe import c_string as kmi_doctest_c_string, callback as kmi_doctest_callback
from kmi.unsafe import unsafe as kmi_doctest_unsafe

@kmi_doctest_c_function("kmi_doctest_raised")
def kmi_doctest_raised(
    error: Exception,
    name: kmi_doctest_pointer[kmi_doctest_u8],
    file: kmi_doctest_pointer[kmi_doctest_u8],
    line: kmi_doctest_i64,
    expected: kmi_doctest_pointer[kmi_doctest_u8],
    how: kmi_doctest_pointer[kmi_doctest_u8],
) -> bool: ...
"""

_FUNCTION = """
@kmi_doctest_callback
def FUNCTION() -> kmi_doctest_i32:
    kmi_doctest_line = 0
    try:
        STATEMENTS
    except Exception as kmi_doctest_error:
        with kmi_doctest_unsafe("a doctest tells which exception this is"):
            kmi_doctest_raised(
                kmi_doctest_error,
                kmi_doctest_c_string(NAME), kmi_doctest_c_string(FILE), kmi_doctest_line,
                kmi_doctest_c_string(""), kmi_doctest_c_string(""),
            )
        return 1
    return 0
"""

_RAISES = """
try:
    STATEMENTS
    kmi_doctest_info(NOTHING)
    return 1
except Exception as kmi_doctest_error:
    with kmi_doctest_unsafe("a doctest asks which exception this is"):
        if not kmi_doctest_raised(
            kmi_doctest_error,
            kmi_doctest_c_string(NAME), kmi_doctest_c_string(FILE), kmi_doctest_line,
            kmi_doctest_c_string(EXPECTED), kmi_doctest_c_string(HOW),
        ):
            return 1
"""

_GIVES = """
kmi_doctest_got = repr(VALUE)
if not MATCHES:
    kmi_doctest_info(f"{BEFORE}{kmi_doctest_got}{AFTER}")
    return 1
"""


def translate(path: Path, cases: Sequence[Case]) -> Doctests:
    """The cases of a module as statements for its files. Raises Untranslatable."""
    added: dict[str, list[ast.stmt]] = {}
    compiled: list[Compiled] = []
    for number, case in enumerate(cases):
        if case.module not in added:
            added[case.module] = _parsed(_HEADER, _Place(case.line, 0), {})
        function = f"kmi_doctest_{number}"
        imports, definition = _Function(case, function).make()
        added[case.module] += [*imports, definition]
        compiled.append(Compiled(case.name, case.module, function))
    return Doctests(suite(path), added, compiled)


@dataclass(frozen=True)
class _Place:
    """Where in the author's file something stands."""

    line: int
    column: int
    end: int = 0


@dataclass
class _Function:
    """One docstring on its way to a function."""

    case: Case
    name: str
    imports: list[ast.stmt] = field(default_factory=list)

    def make(self) -> tuple[list[ast.stmt], ast.stmt]:
        first = self._place(self.case.examples[0])
        statements: list[ast.stmt] = []
        for example in self.case.examples:
            made = self._example(example)
            if made:
                number = self.case.line_of(example)
                statements += _parsed(f"kmi_doctest_line = {number}", self._place(example), {})
                statements += made
        words: dict[str, _Word] = {**self._words(), "STATEMENTS": statements or [ast.Pass()]}
        (definition,) = _parsed(_FUNCTION.replace("FUNCTION", self.name), first, words)
        return self.imports, definition

    def _words(self) -> dict[str, _Word]:
        return {"NAME": ast.Constant(self.case.name), "FILE": ast.Constant(self.case.path.name)}

    def _place(self, example: doctest.Example) -> _Place:
        column = self.case.column_of(example)
        return _Place(self.case.line_of(example), column, column + len(example.source.partition("\n")[0]))

    def _refuse(self, example: doctest.Example, why: str) -> Untranslatable:
        return Untranslatable(f"{self._where(example)}: the doctest of {self.case.name}: {why}")

    def _example(self, example: doctest.Example) -> list[ast.stmt]:
        how = self._how(example)
        statements = self._statements(example)
        if example.exc_msg is not None:
            return self._raising(example, statements, how)
        want = "\n".join(
            "" if line == "<BLANKLINE>" else line for line in example.want.removesuffix("\n").split("\n")
        )
        if not want:
            return statements
        if want == "None":
            raise self._refuse(example, "CPython prints nothing for None: leave the line out")
        match statements:
            case [*before, ast.Expr(value=value)]:
                return [*before, *self._giving(example, value, want)]
            case _:
                what = "an import" if not statements else "this"
                raise self._refuse(example, f"{what} gives no value, so it cannot be {want!r}")

    def _how(self, example: doctest.Example) -> str:
        letters = ""
        for flag, on in example.options.items():
            if flag not in KNOWN:
                name = next(name for name, value in doctest.OPTIONFLAGS_BY_NAME.items() if value == flag)
                raise self._refuse(example, f"the option {name} is not known in the kernel")
            letters += KNOWN[flag] if on else ""
        return letters

    def _statements(self, example: doctest.Example) -> list[ast.stmt]:
        """The statements of an example, at their places in the file; its imports go to the file's top."""
        try:
            parsed = ast.parse(example.source).body
        except SyntaxError as error:
            raise self._refuse(example, f"{error.msg}") from None
        kept: list[ast.stmt] = []
        for statement in parsed:
            for node in ast.walk(statement):
                _move(node, self.case.line_of(example) - 1, self.case.column_of(example), self.case.exact)
            match statement:
                case ast.ImportFrom(module=self.case.module, level=0):
                    pass  # the names are there: the test stands in that file
                case ast.Import() | ast.ImportFrom():
                    self.imports.append(statement)
                case ast.FunctionDef() | ast.ClassDef():
                    raise self._refuse(example, "a definition within a doctest: define it in the file")
                case _:
                    kept.append(statement)
        return kept

    def _raising(self, example: doctest.Example, statements: list[ast.stmt], how: str) -> list[ast.stmt]:
        assert example.exc_msg is not None
        kind, colon, message = example.exc_msg.removesuffix("\n").partition(":")
        if not re.fullmatch(r"[\w.]+", kind):
            raise self._refuse(example, f"{kind!r} is no exception's class")
        expected = f"{kind.rpartition('.')[2]}{colon}{message}"
        words: dict[str, _Word] = {
            **self._words(),
            "STATEMENTS": statements,
            "EXPECTED": ast.Constant(expected),
            "HOW": ast.Constant(how),
            "NOTHING": ast.Constant(
                f"    # {self.case.name}: expected {expected}, raised nothing ({self._where(example)})"
            ),
        }
        return _parsed(_RAISES, self._place(example), words)

    def _where(self, example: doctest.Example) -> str:
        return f"{self.case.path.name}:{self.case.line_of(example)}"

    def _giving(self, example: doctest.Example, value: ast.expr, want: str) -> list[ast.stmt]:
        shown = want if "\n" not in want else repr(want)
        words: dict[str, _Word] = {
            "VALUE": value,
            "MATCHES": _matches(example, want),
            "BEFORE": ast.Constant(f"    # {self.case.name}: expected {shown}, got "),
            "AFTER": ast.Constant(f" ({self._where(example)})"),
        }
        return _parsed(_GIVES, self._place(example), words)


def _matches(example: doctest.Example, want: str) -> ast.expr:
    """Whether `kmi_doctest_got` is what is wanted, as doctest's `OutputChecker` has it."""
    got = "kmi_doctest_got"
    if example.options.get(doctest.NORMALIZE_WHITESPACE):
        got, want = '" ".join(kmi_doctest_got.split())', " ".join(want.split())
    if example.options.get(doctest.ELLIPSIS) and "..." in want:
        return _expression(_with_gaps(got, want.split("...")))
    same = f"{got} == {want!r}"
    if want in ("1", "0"):  # doctest takes True for 1, as docstrings older than bool have it
        same += f" or {got} == {str(want == '1')!r}"
    return _expression(same)


def _with_gaps(got: str, pieces: Sequence[str]) -> str:
    first, *middle, last = pieces
    at = str(len(first))
    tests = [f"{got}.startswith({first!r})", f"{got}.endswith({last!r})"]
    for number, piece in enumerate(piece for piece in middle if piece):
        place = f"kmi_doctest_at_{number}"
        tests.append(f"({place} := {got}.find({piece!r}, {at})) >= 0")
        at = f"{place} + {len(piece)}"
    tests.append(f"{at} <= len({got}) - {len(last)}")
    return " and ".join(tests)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


_Word = ast.expr | list[ast.stmt]


def _parsed(text: str, place: _Place, words: dict[str, _Word]) -> list[ast.stmt]:
    """The statements of a template, all at one place, with capital words replaced by what they stand for.

    What replaces a word and has a place already keeps it.
    """
    module = ast.parse(text)
    for node in ast.walk(module):
        _put(node, place)
    for word in words.values():
        for part in word if isinstance(word, list) else [word]:
            if not hasattr(part, "_kmi_placed"):
                for node in ast.walk(part):
                    if not hasattr(node, "_kmi_placed"):
                        _put(node, place)
    replaced = _Replace(words).visit(module)
    assert isinstance(replaced, ast.Module)
    return replaced.body


class _Replace(ast.NodeTransformer):
    def __init__(self, words: dict[str, _Word]) -> None:
        self.words = words

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.stmt]:
        match node.value:
            case ast.Name(id=name) if isinstance(word := self.words.get(name), list):
                return word
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        word = self.words.get(node.id)
        return word if isinstance(word, ast.expr) else node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        match node.value:
            case ast.Name(id=name) if isinstance(word := self.words.get(name), ast.Constant):
                return word  # a piece of the text, and no value in it
        return node


def _put(node: ast.AST, place: _Place) -> None:
    if isinstance(node, ast.stmt | ast.expr | ast.ExceptHandler | ast.arg | ast.keyword | ast.alias):
        node.lineno = node.end_lineno = place.line
        node.col_offset, node.end_col_offset = place.column, max(place.end, place.column)
        node._kmi_placed = True  # type: ignore[union-attr]


def _move(node: ast.AST, lines: int, columns: int, exact: bool) -> None:
    """A node of an example to where it stands in the file: every line of an example has a prompt."""
    for name in ("lineno", "end_lineno"):
        if (line := getattr(node, name, None)) is not None:
            setattr(node, name, line + lines if exact else lines + 1)
    for name in ("col_offset", "end_col_offset"):
        if (column := getattr(node, name, None)) is not None:
            setattr(node, name, column + columns)
    node._kmi_placed = True  # type: ignore[attr-defined]
