"""Whatever is done to a module, checking it ends in diagnostics or in a program, never in a traceback.

The mutations are seeded, so that a case that fails once fails again; its number is in the test's name,
and the failure prints the text.
"""

import ast
import random
import re
from copy import deepcopy
from pathlib import Path

import pytest

from kmi.language import analyse, codes
from kmi.language.library import Library
from kmi.language.report.diagnostics import Severity
from kmi.language.report.formats import FORMATS

EXAMPLES = Path(__file__).parents[2] / "examples"
MODULES = [(EXAMPLES / f"{name}.py").read_text() for name in ("semaphore", "echo", "minimal")]
TEXTS = [*MODULES, *MODULES, *(code.complete(code.fixed) for code in codes.REGISTRY.values())]
TOKEN = re.compile(r"\w+|[^\w\s]|\n[ ]*")
GROUPS, CASES = 15, 20
ODD = [
    "None", "self", "0", "-1", "1 << 200", '""', 'b"\\xff"', "lambda: 0", "Mutex", "int", "File[File]",
    "yield", "\x00", "\u202e", "é", "𝔘", "(", "]", ":", "*", "@", "...", "await", "1e9", "super()",
    "__class__", "\t", "\\",
]  # fmt: skip


def drop_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return "".join(lines)


def move_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    line = lines.pop(chance.randrange(len(lines)))
    lines.insert(chance.randrange(len(lines) + 1), line)
    return "".join(lines)


def swap_tokens(text: str, chance: random.Random) -> str:
    tokens = list(TOKEN.finditer(text))
    one, other = sorted(chance.choices(range(len(tokens)), k=2))
    if one == other:
        return text
    first, second = tokens[one], tokens[other]
    between = text[first.end() : second.start()]
    return text[: first.start()] + second[0] + between + first[0] + text[second.end() :]


def odd_token(text: str, chance: random.Random) -> str:
    token = chance.choice(list(TOKEN.finditer(text)))
    return text[: token.start()] + chance.choice(ODD) + text[token.end() :]


def cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text))]


def graft(module: ast.Module, chance: random.Random) -> None:
    """An expression or statement replaced by another one of the same kind."""
    nodes = list(ast.walk(module))
    kind: type[ast.AST] = chance.choice([ast.expr, ast.expr, ast.stmt])
    some = [node for node in nodes if isinstance(node, kind)]
    if some:
        target, donor = chance.choice(some), deepcopy(chance.choice(some))
        for parent in nodes:
            for name, value in ast.iter_fields(parent):
                if value is target:
                    setattr(parent, name, donor)
                elif isinstance(value, list) and target in value:
                    value[value.index(target)] = donor


def rename(module: ast.Module, chance: random.Random) -> None:
    """One use of a name replaced by another name of the file."""
    kinds = ast.Name | ast.Attribute | ast.arg | ast.keyword
    names = [node for node in ast.walk(module) if isinstance(node, kinds)]
    if len(names) > 1:
        one, other = chance.sample(names, 2)
        known = getattr(other, "id", None) or getattr(other, "attr", None) or getattr(other, "arg", None)
        for name in ("id", "attr", "arg"):
            if hasattr(one, name) and known:
                setattr(one, name, known)


def statements(module: ast.Module, chance: random.Random) -> None:
    """A statement dropped, doubled, moved to another block, or wrapped in another one."""
    blocks = [
        block
        for node in ast.walk(module)
        for name in ("body", "orelse", "finalbody")
        if isinstance(block := getattr(node, name, None), list) and block
    ]
    if not blocks:  # an earlier change took the last statement out
        return
    block = chance.choice(blocks)
    place = chance.randrange(len(block))
    statement = block[place]
    match chance.randrange(6):
        case 0:
            block[place] = ast.Pass()
        case 1:
            block.insert(place, deepcopy(statement))
        case 2:
            chance.choice(blocks).append(deepcopy(statement))
        case 3:
            block[place] = ast.While(ast.Constant(True), [statement, ast.Break()], [])
        case 4:
            block[place] = ast.Try([statement], [], [], [ast.Return(None)])
        case _:
            locks = [node.items for node in ast.walk(module) if isinstance(node, ast.With)]
            if locks:
                block[place] = ast.With(deepcopy(chance.choice(locks)), [statement])


TEXT = [drop_line, move_line, swap_tokens, odd_token, cut]
TREE = [graft, graft, rename, statements, statements]


def mutate(text: str, chance: random.Random) -> str:
    """One change: of the tree if the text has one, now and then of the text itself."""
    try:
        module = ast.parse(text)
        if chance.random() < 0.12:
            raise SyntaxError
        chance.choice(TREE)(module, chance)
        return ast.unparse(ast.fix_missing_locations(module))
    except (SyntaxError, ValueError, AttributeError, TypeError, RecursionError):
        return (chance.choice(TEXT)(text, chance) if TOKEN.search(text) else text) or "\n"


MANY = 3000
DEEP = {
    "sum": "def f(a: int) -> int:\n    return " + " + ".join(["a"] * MANY),
    "and": "def f(a: bool) -> bool:\n    return " + " and ".join(["a"] * MANY),
    "parentheses": "def f(a: int) -> int:\n    return " + "(" * MANY + "a" + ")" * MANY,
    "minus": "def f(a: int) -> int:\n    return " + "-" * 900 + "a",
    "attributes": "def f(a: bytes) -> None:\n    a" + ".a" * MANY,
    "elif": "def f(a: int) -> None:\n    if a == 0:\n        pass\n"
    + "".join(f"    elif a == {number}:\n        pass\n" for number in range(MANY)),
}


@pytest.mark.parametrize("name", DEEP)
def test_what_is_nested_too_deeply_is_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / "deep.py"
    file.write_text(DEEP[name] + "\n")
    diagnostics = analyse(file, Library(entry=False)).diagnostics
    assert [str(diagnostic.code) for diagnostic in diagnostics] == ["KMI0101"]


def test_nesting_that_people_write_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "deep.py"
    cases = "".join(f"    elif a == {number}:\n        return {number}\n" for number in range(100))
    total = " + ".join(["a"] * 100)
    file.write_text(f"def f(a: int) -> int:\n    if a < 0:\n        return 0\n{cases}    return {total}\n")
    assert analyse(file, Library(entry=False)).diagnostics == []


@pytest.mark.parametrize("group", range(GROUPS))
def test_checking_ends_in_diagnostics_or_a_program(group: int, tmp_path: Path) -> None:
    for case in range(CASES):
        chance = random.Random(f"{group}/{case}")
        text = chance.choice(TEXTS)
        for _ in range(chance.randint(1, 4)):
            text = mutate(text, chance)
        file = tmp_path / f"case_{case}.py"
        file.write_text(text)
        try:
            analysis = analyse(file, Library())
        except Exception as error:
            raise AssertionError(f"case {case}:\n{text}") from error
        failed = any(diagnostic.severity is Severity.ERROR for diagnostic in analysis.diagnostics)
        assert failed or analysis.program is not None, text
        for name, render in FORMATS.items():
            assert isinstance(render(analysis.diagnostics), str), name
