"""From text to syntax: Python's own parser, then the whitelist of constructs.

    async def f() -> None: ...        # error[KMI0102]: `async def` is not in kernel Python

Everything that is not on the list is an error with what to write instead, so that no later pass meets a
construct that it does not know. All of a file's are reported in one run.

Invariant: a tree that passes holds only nodes of ``ALLOWED``; what a construct means is the later passes'
affair.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence

from kmi.language import codes
from kmi.language.declarations.scope import is_overload, span_of
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Source, Span
from kmi.language.syntax import below, children

ALLOWED: frozenset[type[ast.AST]] = frozenset(
    {
        ast.Module,
        ast.FunctionDef,
        ast.ClassDef,
        ast.Return,
        ast.Delete,
        ast.Assign,
        ast.AugAssign,
        ast.AnnAssign,
        ast.For,
        ast.While,
        ast.If,
        ast.With,
        ast.withitem,
        ast.Raise,
        ast.Try,
        ast.ExceptHandler,
        ast.Assert,
        ast.Import,
        ast.ImportFrom,
        ast.alias,
        ast.Expr,
        ast.Pass,
        ast.Break,
        ast.Continue,
        ast.BoolOp,
        ast.BinOp,
        ast.UnaryOp,
        ast.IfExp,
        ast.Lambda,
        ast.Dict,
        ast.Set,
        ast.Compare,
        ast.Call,
        ast.keyword,
        ast.FormattedValue,
        ast.JoinedStr,
        ast.NamedExpr,
        ast.Starred,
        ast.Match,
        ast.match_case,
        ast.MatchValue,
        ast.MatchSingleton,
        ast.MatchSequence,
        ast.MatchMapping,
        ast.MatchClass,
        ast.MatchStar,
        ast.MatchAs,
        ast.MatchOr,
        ast.ListComp,
        ast.SetComp,
        ast.DictComp,
        ast.GeneratorExp,
        ast.comprehension,
        ast.Constant,
        ast.Attribute,
        ast.Subscript,
        ast.Name,
        ast.List,
        ast.Tuple,
        ast.Slice,
        ast.arguments,
        ast.arg,
        ast.Load,
        ast.Store,
        ast.Del,
        ast.And,
        ast.Or,
        ast.Add,
        ast.Sub,
        ast.Mult,
        ast.Mod,
        ast.LShift,
        ast.RShift,
        ast.BitOr,
        ast.BitXor,
        ast.BitAnd,
        ast.FloorDiv,
        ast.Pow,
        ast.Invert,
        ast.Not,
        ast.UAdd,
        ast.USub,
        ast.Eq,
        ast.NotEq,
        ast.Lt,
        ast.LtE,
        ast.Gt,
        ast.GtE,
        ast.Is,
        ast.IsNot,
        ast.In,
        ast.NotIn,
    }
)

REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    ast.AsyncFunctionDef: ("`async def`", "write a plain function; waiting is `Condition.wait()`"),
    ast.Await: ("`await`", "call the function; waiting is `Condition.wait()`"),
    ast.AsyncFor: ("`async for`", "use a plain `for`"),
    ast.AsyncWith: ("`async with`", "use a plain `with`"),
    ast.Yield: ("`yield`", "fill a list and return it, or write a class with `__next__`"),
    ast.YieldFrom: ("`yield from`", "fill a list and return it, or write a class with `__next__`"),
    ast.Global: (
        "`global`",
        "keep state in a field of the `Module` object: it is born and dies with the module",
    ),
    ast.Nonlocal: ("`nonlocal`", "keep the variable in a field of an object"),
    ast.Div: ("`/`", "use `//`, which rounds down: the result of `/` is a float"),
    ast.MatMult: ("`@` between values", "call a method"),
}
CODES: dict[type[ast.AST], codes.Code] = {
    ast.AsyncFunctionDef: codes.ASYNC,
    ast.Await: codes.ASYNC,
    ast.AsyncFor: codes.ASYNC,
    ast.AsyncWith: codes.ASYNC,
    ast.Yield: codes.GENERATOR,
    ast.YieldFrom: codes.GENERATOR,
    ast.Global: codes.GLOBAL_VARIABLE,
    ast.Nonlocal: codes.GLOBAL_VARIABLE,
    ast.Div: codes.FLOAT,
}
"""The codes of what is refused for good; all else is ``UNSUPPORTED``."""
if hasattr(ast, "TryStar"):
    REFUSED[ast.TryStar] = ("`except*`", "use `except`")


_LOOKED_AT = (
    ast.Constant,
    ast.arguments,
    ast.comprehension,
    ast.Call,
    ast.Tuple,
    ast.Set,
    ast.keyword,
    ast.Dict,
    ast.FunctionDef,
    ast.ClassDef,
    ast.ImportFrom,
)
"""The allowed nodes of which `_check_node` refuses some."""


def parse(
    source: Source, reporter: Reporter, *, whitelist: bool = True, added: Sequence[ast.stmt] = ()
) -> ast.Module | None:
    """The syntax of a file, and of what is ``added`` at its end, or None where it is not Python. Reports
    constructs that are not supported, unless they are left to `check`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(source.text, str(source.path))
    except SyntaxError as error:
        line = max(1, min(error.lineno or 1, len(source.lines) or 1))
        column = max(0, (error.offset or 1) - 1)
        end_line, end = error.end_lineno or line, (error.end_offset or 0) - 1
        if end_line != line or end <= column:
            end = column + 1
        text = (error.msg or "invalid syntax").rstrip(".")
        reporter.error(codes.SYNTAX_ERROR, Span(source, line, column, line, end), text[:1].lower() + text[1:])
        return None
    except (ValueError, RecursionError, MemoryError) as error:
        what = "it is nested too deeply" if not isinstance(error, ValueError) else str(error)
        reporter.error(
            codes.SYNTAX_ERROR, Span(source, 1, 0, 1, 0), f"the file cannot be read as Python: {what}"
        )
        return None
    module.body += added
    if whitelist:
        check(source, module, reporter)
    return module


def check(source: Source, top: ast.Module | ast.FunctionDef, reporter: Reporter, bodies: bool = True) -> None:
    """Reports every construct that is not on the list; what is inside a refused one is not looked at.

    Without ``bodies``, functions are left out.
    """
    waiting: list[tuple[ast.AST, ast.AST]] = [(top, top)]
    while waiting:
        node, parent = waiting.pop()
        if type(node) not in ALLOWED:
            where = node if hasattr(node, "lineno") else parent
            what, instead = REFUSED.get(
                type(node), (f"`{type(node).__name__}`", "write it in simpler statements")
            )
            code = CODES.get(type(node), codes.UNSUPPORTED)
            reporter.error(code, span_of(source, where), f"{what} is not in kernel Python", help=instead)
            continue
        if not bodies and isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, _LOOKED_AT):
            _check_node(source, node, reporter)
        waiting += [(child, node) for child in children(node)]


def _check_node(source: Source, node: ast.AST, reporter: Reporter) -> None:
    def refuse(at: ast.AST, what: str, instead: str, code: codes.Code = codes.UNSUPPORTED) -> None:
        reporter.error(code, span_of(source, at), f"{what} is not in kernel Python", help=instead)

    match node:
        case ast.Constant(value=float()):
            instead = "scale to integers: milliseconds, thousandths; kernels do not use the FPU"
            refuse(node, "a float", instead, codes.FLOAT)
        case ast.Constant(value=complex()):
            refuse(node, "a complex number", "use two integers")
        case ast.arguments(vararg=ast.arg() as extra):
            refuse(extra, "`*args`", "take a list; an `__exit__` takes `kind`, `error` and `trace`")
        case ast.arguments(kwarg=ast.arg() as extra):
            refuse(extra, "`**kwargs`", "name the parameters")
        case ast.comprehension(is_async=1):
            refuse(node.target, "`async for`", "use a plain `for`")
        case ast.Call(args=args) | ast.Tuple(elts=args, ctx=ast.Load()) | ast.Set(elts=args) if any(
            isinstance(each, ast.Starred) for each in args
        ):
            starred = next(each for each in args if isinstance(each, ast.Starred))
            refuse(starred, "`*` here", "name each item; `[*items]` makes a list")
        case ast.keyword(arg=None):
            refuse(node.value, "`**` in a call", "name the arguments")
        case ast.Dict(keys=keys) if None in keys:
            refuse(node, "`**` in a dict", "set the items one by one")
        case ast.FunctionDef() if is_overload(node):
            refuse(
                node.decorator_list[0],
                "`@overload`",
                "declare one signature, with a union or a `TypeVar`, or name the functions differently",
            )
        case ast.FunctionDef(body=body):
            for statement in body:
                for inner in below(statement):
                    if isinstance(inner, ast.ClassDef):
                        refuse(inner, "a class inside a function", "define it at the top of the file")
        case ast.ClassDef(body=body):
            for statement in body:
                if isinstance(statement, ast.ClassDef):
                    refuse(statement, "a class inside a class", "define it at the top of the file")
        case ast.ImportFrom(level=level) if level and not _in_package(source):
            refuse(
                node,
                "a relative import in a module of one file",
                "make the module a package: a directory with this file as its `__init__.py`",
            )
        case ast.ImportFrom(names=names) if any(alias.name == "*" for alias in names):
            refuse(node, "`import *`", "name what you need")
        case _:
            pass


def _in_package(source: Source) -> bool:
    return source.path.name == "__init__.py" or "." in source.module
