"""The reference of the interface in Markdown, from the declarations and their docstrings.

    $ python -m kmi.language.report.interface > docs/reference/interface.md
    $ python -m kmi.language.report.interface freebsd > docs/reference/freebsd.md

docs/reference/interface.md is its output, which a test compares; and what a kernel alone has is on a page of
its own. What is public is what a file's ``__all__``
names; a name that another file declares is left to that file. Effects stand as declared: where a
declaration names no context it may be called in any, where it names no error it raises none.

Invariant: each public name has a docstring, and each method of a public class; one without is a LookupError,
not a gap in the reference.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kmi.errors import OUTBOUND
from kmi.language.library import PACKAGE

FIRST = ("modules", "device", "uio", "ioctl", "poll", "sync")
"""The files that one reads first; the others follow in the order of their names, what is unsafe last."""
LAST = ("interface", "unsafe")
PLUMBING = frozenset({"__exit__"})
"""Methods that only the ``with`` statement calls, and whose signature says nothing to a reader."""
WIDTH = 100


@dataclass(frozen=True, slots=True)
class Effects:
    """What the decorators of a declaration say of a call."""

    contexts: tuple[str, ...]
    sleeps: bool
    raises: tuple[str, ...]
    waits: str = ""
    """The flag with which it may sleep."""

    def sentence(self) -> str:
        """The effects on one line."""
        anywhere = self.contexts in ((), ("any",))
        contexts = "any context" if anywhere else " or ".join(self.contexts) + " context"
        raised = ", ".join(f"`{name}`" for name in self.raises) or "nothing"
        sleeps = "may sleep" if self.sleeps else "does not sleep"
        if self.waits:
            sleeps = f"may sleep with `{self.waits}`"
        return f"*{contexts} · {sleeps} · raises {raised}*"


def files(kernel: str = "") -> list[Path]:
    """The files of the interface, or of what a kernel alone has, in the order of the reference."""
    if kernel:
        return [path for path in sorted((PACKAGE / kernel).glob("*.py")) if path.name != "__init__.py"]
    found = {path.stem: path for path in PACKAGE.glob("*.py") if _exported(_parse(path))}
    found.pop("__init__")
    middle = sorted(set(found) - {*FIRST, *LAST})
    return [found[name] for name in (*FIRST, *middle, *LAST)]


def reference(kernel: str = "") -> str:
    """The whole reference in Markdown."""
    pages = [(path, _parse(path)) for path in files(kernel)]
    home = f"kmi.{kernel}" if kernel else "kmi"
    lines = _own(kernel) if kernel else [
        "# The interface",
        "",
        "What a kernel offers to a module, on every kernel alike. This page is made from the declarations",
        "in `src/kmi/`. Under each function stands from where it may be called, whether it may sleep, and",
        "what it may raise. Methods that a module overrides, such as `FileOperations.read`, are called in",
        "the context that is named there. A *place* is a field that is made in `__init__` and never moved:",
        "see [the language](language.md#places-and-locks).",
        "",
    ]  # fmt: skip
    lines += ["| file | names |", "|---|---|"]
    for path, tree in pages:
        names = ", ".join(f"`{name}`" for name in _exported(tree) if _declared(tree, name))
        lines.append(f"| [{home}.{path.stem}](#{home.replace('.', '')}{path.stem}) | {names} |")
    for path, tree in pages:
        text = path.read_text(encoding="utf-8")
        lines += ["", f"## {home}.{path.stem}", "", *_prose(_document(tree, f"{home}.{path.stem}"))]
        if path.stem == "errors":
            lines += ["", *_outbound()]
        for name in _exported(tree):
            for node, document in _declared(tree, name):
                lines += ["", *_name(name, node, document, text)]
    return "\n".join(lines) + "\n"


def _own(kernel: str) -> list[str]:
    package = _parse(PACKAGE / kernel / "__init__.py")
    return [f"# kmi.{kernel}", "", *_prose(_document(package, f"kmi.{kernel}")), ""]


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _exported(tree: ast.Module) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]:
            value = ast.literal_eval(node.value)
            return [name for name in value if isinstance(name, str)]
    return []


def _declared(tree: ast.Module, name: str) -> list[tuple[ast.stmt, str]]:
    """The declaration of a name and its docstring; none where the name comes from another file."""
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == name:
            return [(node, _document(node, name))]
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and _target(node) == name:
            return [(node, _following(after, name))]
        if isinstance(node, ast.If):  # for type checkers: `u8: TypeAlias = int`
            if any(isinstance(inner, ast.AnnAssign) and _target(inner) == name for inner in node.body):
                return [(node, "")]
    return []


def _target(node: ast.Assign | ast.AnnAssign) -> str:
    return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)


def _following(after: ast.stmt | None, name: str) -> str:
    said = after.value if isinstance(after, ast.Expr) else None
    if isinstance(said, ast.Constant) and isinstance(said.value, str):
        return inspect.cleandoc(said.value)
    raise LookupError(f"{name} has no docstring after it")


def _document(node: ast.Module | ast.ClassDef | ast.FunctionDef, name: str) -> str:
    document = ast.get_docstring(node)
    if not document:
        raise LookupError(f"{name} has no docstring")
    return document


def _name(name: str, node: ast.stmt, document: str, text: str) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef):
        yield from (
            f"### {name}",
            "",
            *_signature(node, name, text, method=False),
            "",
            _effects(node).sentence(),
            "",
        )
        yield from _prose(document)
    elif isinstance(node, ast.ClassDef):
        bases = ", ".join(map(ast.unparse, node.bases))
        head = f"class {name}({bases})" if bases else f"class {name}"
        fields = [f"    {ast.unparse(field)}" for field in _fields(node)]
        yield from (f"### {name}", "", "```python", head + ":" * bool(fields), *fields, "```", "")
        yield from _prose(document)
        yield from _members(node, text)
    elif isinstance(node, ast.If):
        yield from (f"### {name}", "", f"A place of that width: {_width(name)}.")
    else:
        yield from (f"### {name}", "", *_prose(document))


def _fields(owner: ast.ClassDef) -> list[ast.AnnAssign]:
    """The fields of a dataclass, which its own docstring explains."""
    if not any(_decorator(given)[0] == "dataclass" for given in owner.decorator_list):
        return []
    return [field for field in owner.body if isinstance(field, ast.AnnAssign)]


def _members(owner: ast.ClassDef, text: str) -> Iterator[str]:
    fields = _fields(owner)
    for node, after in zip(owner.body, [*owner.body[1:], None], strict=True):
        if isinstance(node, ast.FunctionDef) and node.name not in PLUMBING:
            document = _document(node, f"{owner.name}.{node.name}")
            title = owner.name if node.name == "__init__" else f"{owner.name}.{node.name}"
            yield from ("", *_signature(node, title, text, method=True), "")
            yield from (_effects(node).sentence(), "", *_prose(document))
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node not in fields:
            document = _following(after, f"{owner.name}.{_target(node)}")
            yield from ("", "```python", f"{owner.name}.{ast.unparse(node)}", "```", "", *_prose(document))


def _signature(node: ast.FunctionDef, title: str, text: str, method: bool) -> Iterator[str]:
    """The signature as a caller sees it: without `self`, a constructor under its class's name."""
    if any(_decorator(given)[0] == "property" for given in node.decorator_list):
        yield from ("```python", title + _annotation(": ", node.returns), "```")
        return
    parameters = _parameters(node.args, text)
    if method and node.args.args:
        del parameters[0]
    result = "" if node.name == "__init__" else _annotation(" -> ", node.returns)
    written = f"{title}({', '.join(parameters)}){result}"
    if len(written) > WIDTH:
        written = (
            "\n    ".join([f"{title}(", *(f"{parameter}," for parameter in parameters)]) + f"\n){result}"
        )
    yield from ("```python", written, "```")


def _parameters(given: ast.arguments, text: str) -> list[str]:
    """The parameters one by one, a default as the source writes it: `mode: int = 0o600`."""
    without: list[ast.expr | None] = [None] * (len(given.args) - len(given.defaults))
    positional = zip(given.args, without + list(given.defaults), strict=True)
    keyword = list(zip(given.kwonlyargs, given.kw_defaults, strict=True))
    found = []
    for argument, default in [*positional, *keyword]:
        if keyword and argument is keyword[0][0]:
            found.append("*")
        shown = argument.arg + _annotation(": ", argument.annotation)
        found.append(shown if default is None else f"{shown} = {ast.get_source_segment(text, default)}")
    return found


def _annotation(before: str, node: ast.expr | None) -> str:
    """A type after a colon or an arrow, without the quotes that some need; nothing where there is none."""
    if node is None:
        return ""
    quoted = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return before + (str(ast.literal_eval(node)) if quoted else ast.unparse(node))


def _decorator(node: ast.expr) -> tuple[str, tuple[str, ...]]:
    if isinstance(node, ast.Call):
        said = (part.value if isinstance(part, ast.Constant) else ast.unparse(part) for part in node.args)
        return ast.unparse(node.func), tuple(map(str, said))
    return ast.unparse(node), ()


def _effects(node: ast.FunctionDef) -> Effects:
    said = dict(map(_decorator, node.decorator_list))
    waits = said.get("sleeps_with", ("", ""))[1]
    return Effects(said.get("context", ()), "sleeps" in said, said.get("raises", ()), waits)


def _width(name: str) -> str:
    signed, bits = name[0] == "i", name[1:]
    if bits == "size":
        return "as wide as a pointer, 64 bits on all machines so far, " + ("signed" if signed else "unsigned")
    low, high = (f"-2**{int(bits) - 1}", f"2**{int(bits) - 1} - 1") if signed else ("0", f"2**{bits} - 1")
    return f"{bits} bits, {low} to {high}"


def _outbound() -> Iterator[str]:
    yield "What nobody in the module catches becomes the errno of the first row that fits. An OSError with"
    yield "an errno between 1 and 511 keeps that; its row says what a bare `raise BlockingIOError` means."
    yield ""
    yield "| exception | errno | in an ioctl | log line |"
    yield "|---|---|---|---|"
    for row in OUTBOUND:
        logged = "says where it was raised" if row.program else ""
        yield f"| `{row.error.__name__}` | {row.errno} | {row.ioctl or row.errno} | {logged} |"


def _prose(document: str) -> list[str]:
    """A docstring in Markdown: programs, which are indented, become blocks of code."""
    lines: list[str] = []
    block: list[str] = []
    for line in [*document.strip().splitlines(), ""]:
        if line.startswith("    ") or (block and not line):
            block.append(line[4:])
            continue
        if block:
            lines += _block(block)
            block = []
        lines.append(line)
    if block:
        lines += _block(block)
    return lines if lines[-1] else lines[:-1]


def _block(block: list[str]) -> list[str]:
    while block and not block[-1]:
        block.pop()
    kind = "sh" if block[0].startswith("$ ") else "python"
    return [f"```{kind}", *block, "```", ""]


if __name__ == "__main__":
    print(reference(*sys.argv[1:]), end="")
