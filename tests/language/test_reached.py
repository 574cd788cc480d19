"""Methods of the library are looked into where something calls them, and all of them are sound."""

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from kmi.compiler.driver import Root, Target, compile
from kmi.kernels import host
from kmi.language import Analysis, Library, analyse_text
from kmi.language.library import PACKAGE
from kmi.language.report.diagnostics import InternalError

LAYER = """
    from typing import Protocol

    from kmi.log import Format
    from kmi.unsafe import c_function


    @c_function("small_info", format=True)
    def info(message: Format) -> None: ...


    class Voice(Protocol):
        def speak(self) -> int: ...


    class Animal:
        def feed(self) -> int:
            return self.legs()

        def legs(self) -> int:
            return 4

        def groom(self) -> int:
            return "brush"


    class Bird(Animal):
        def legs(self) -> int:
            return "two"

        def speak(self) -> int:
            return "tweet"

        def fly(self) -> int:
            return "high"


    def call(voice: Voice) -> int:
        return voice.speak()
"""


def check(body: str, tmp_path: Path, *, uncalled: bool = False) -> Analysis:
    layer = tmp_path / "small"
    layer.mkdir()
    (layer / "log.py").write_text(dedent(LAYER), encoding="utf-8")
    program = f"""
    from kmi.kernels.small.log import Animal, Bird, call

    def main() -> None:
        {body}
    """
    library = Library(kernel=layer, entry=False, uncalled=uncalled)
    return analyse_text(dedent(program), Path("program.py"), library)


@pytest.mark.parametrize(
    ("body", "looked_into"),
    [
        ("Animal()", []),
        ("Animal().legs()", ["two"]),
        ("Animal().groom()", ["brush"]),
        ("Bird().feed()", ["two"]),
        ("call(Bird())", ["tweet"]),
        ("Bird().fly()", ["high"]),
    ],
)
def test_a_method_is_looked_into_where_it_may_be_called(
    body: str, looked_into: list[str], tmp_path: Path
) -> None:
    found = [each.span.text for each in check(body, tmp_path).diagnostics]
    assert found == [f'"{word}"' for word in looked_into]


def test_all_are_looked_into_where_the_library_itself_is_tested(tmp_path: Path) -> None:
    found = [each.span.text for each in check("Bird()", tmp_path, uncalled=True).diagnostics]
    assert found == ['"brush"', '"two"', '"tweet"', '"high"']


def test_a_method_that_nobody_has_looked_into_is_not_compiled_to_nothing(tmp_path: Path) -> None:
    analysis = check("Animal()", tmp_path)
    assert analysis.program is not None
    groom = analysis.program.find("kmi.kernels.small.log.Animal").methods["groom"]
    assert groom.waiting
    with pytest.raises(InternalError, match=r"nobody has looked into Animal\.groom"):
        compile(analysis.program, Target(roots=[Root(groom)]))


def test_every_method_of_the_run_time_is_sound() -> None:
    files = {f"kmi.runtime.{path.stem}": path for path in sorted((PACKAGE / "runtime").glob("[a-z]*.py"))}
    classes = [
        (module, node.name)
        for module, path in files.items()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    imports = "\n".join(f"from {module} import {name} as _{at}" for at, (module, name) in enumerate(classes))
    library = Library(kernel=Path(host.__file__).parent, entry=False, uncalled=True)
    analysis = analyse_text(f"{imports}\n\ndef main() -> None:\n    pass\n", Path("program.py"), library)
    assert analysis.diagnostics == []
    assert analysis.program is not None
    methods = [
        method
        for module, name in classes
        for method in analysis.program.modules[module].classes[name].methods.values()
    ]
    assert len(methods) > 300
    assert [method.qualified for method in methods if method.waiting] == []
