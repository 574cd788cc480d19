"""Makes a program on which CPython and the compiler disagree small, for a person to read.

    small = shrink(program, fails)

It takes statements away, whole definitions first, and puts the body of an `if`, a loop or a `try` in its
place, as long as `fails` still holds. `fails` refuses what does not check, so nothing here needs to know
types.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from kmi.testing.generate.programs import Program

__all__ = ["shrink"]

Edit = Callable[[ast.Module], bool]
"""A change of a tree in place; False if it does not apply."""


def shrink(program: Program, fails: Callable[[Program], bool], attempts: int = 200) -> Program:
    """A smaller program that still fails; at most so many are tried."""
    best = ast.parse(program.body)
    left = attempts
    progress = True
    while progress and left > 0:
        progress = False
        position = 0
        while left > 0:
            edit = next_edit(best, position)
            if edit is None:
                break
            tried = copy.deepcopy(best)
            if edit(tried) and _mains(tried, program.main):
                left -= 1
                if fails(Program(program.name, ast.unparse(tried) + "\n")):
                    best, progress = tried, True
                    continue  # what stands at this position now is another one
            position += 1
    return Program(program.name, ast.unparse(best) + "\n")


def next_edit(tree: ast.Module, position: int) -> Edit | None:
    """The edit of that number; whole blocks come before what is in them."""
    for number, found in enumerate(_edits(tree)):
        if number == position:
            return found
    return None


def _edits(tree: ast.Module) -> Iterator[Edit]:
    blocks = list(_blocks(tree))
    for number, block in enumerate(blocks):
        for index in reversed(range(len(block))):
            yield _removal(number, index)
            if isinstance(block[index], ast.If | ast.For | ast.While | ast.Try):
                yield _unwrapping(number, index)


def _blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements, outer ones first."""
    waiting = [tree]
    while waiting:
        node = waiting.pop(0)
        for name in ("body", "handlers", "orelse", "finalbody"):
            held = getattr(node, name, None)
            if isinstance(held, list) and held:
                if name != "handlers":
                    yield held
                waiting += held


def _removal(number: int, index: int) -> Edit:
    def remove(tree: ast.Module) -> bool:
        block = list(_blocks(tree))[number]
        if len(block) == 1 and isinstance(block[0], ast.Pass):
            return False
        del block[index]
        if not block:
            block.append(ast.Pass())
        return True

    return remove


def _unwrapping(number: int, index: int) -> Edit:
    def unwrap(tree: ast.Module) -> bool:
        block = list(_blocks(tree))[number]
        inner = getattr(block[index], "body", None)
        if not isinstance(inner, list):
            return False
        block[index : index + 1] = inner
        return True

    return unwrap


def _mains(tree: ast.Module, main: str) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == main for node in tree.body)
