"""The simulated kernel implements each declared name, with the declaration's signature and documentation."""

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import kmi

Definition = ast.FunctionDef | ast.ClassDef
PACKAGE = Path(kmi.__file__).parent


def is_provided(node: ast.AST) -> bool:
    return isinstance(node, Definition) and any(
        isinstance(decorator, ast.Name) and decorator.id == "provided" for decorator in node.decorator_list
    )


def declared() -> Iterator[tuple[str, str, Definition, Definition]]:
    """Module, qualified name, the definition, and the one under `@provided` that holds it."""
    for path in sorted(PACKAGE.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not is_provided(node):
                continue
            assert isinstance(node, Definition)
            yield path.stem, node.name, node, node
            if isinstance(node, ast.ClassDef):
                for member in node.body:
                    if isinstance(member, ast.FunctionDef):
                        yield path.stem, f"{node.name}.{member.name}", member, node


NAMES = [pytest.param(module, name, node, id=f"{module}.{name}") for module, name, node, _ in declared()]


def implementation(module: str, name: str) -> object:
    found: object = import_module(f"kmi.kernels.simulated.{module}")
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    return found


def parameters(node: ast.FunctionDef) -> list[tuple[str, str | None]]:
    """Each parameter's name and default, as written; keyword-only ones with a star before the name."""
    plain = [*node.args.posonlyargs, *node.args.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(node.args.defaults))
    keywords = [*zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
    named = [*zip(plain, [*defaults, *node.args.defaults], strict=True), *keywords]
    stars = [""] * len(plain) + ["*"] * len(keywords)
    return [
        (star + a.arg, None if d is None else ast.unparse(d))
        for star, (a, d) in zip(stars, named, strict=True)
    ]


@pytest.mark.parametrize(("module", "name", "node"), NAMES)
def test_a_declared_name_is_implemented(module: str, name: str, node: Definition) -> None:
    found = implementation(module, name)
    if isinstance(node, ast.ClassDef):
        assert isinstance(found, type)
        assert found.__name__ == node.name
        return
    if isinstance(found, property):
        assert any(isinstance(d, ast.Name) and d.id == "property" for d in node.decorator_list)
        found = found.fget
    found = getattr(found, "__func__", found)
    code = ast.parse(inspect.cleandoc("\n" + inspect.getsource(found))).body[0]  # type: ignore[arg-type]
    assert isinstance(code, ast.FunctionDef)
    assert parameters(code) == parameters(node)


def test_a_class_shows_the_declarations_documentation() -> None:
    from kmi.device import MiscDevice
    from kmi.uio import Uio

    assert "becomes live the load fails with EEXIST" in inspect.cleandoc(
        MiscDevice.__init__.__doc__ or ""
    ).replace("\n", " ")
    assert "OSError EFAULT" in (Uio.put.__doc__ or "")


def test_there_are_declarations() -> None:
    assert len(NAMES) > 50
