"""The library: a kernel's layer beside the interface, circular imports, what is reached and what is not."""

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from kmi.language import Analysis, Library, analyse, analyse_text
from kmi.language.declarations import reading
from kmi.language.library import PACKAGE
from kmi.language.tree.dump import dump_function
from kmi.language.tree.verify import verify

HELLO = """
    from kmi import info

    def main() -> None:
        info("hello")
"""


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    directory = tmp_path / "small"
    directory.mkdir()
    return directory


def check(program: str, library: Library) -> Analysis:
    analysis = analyse_text(dedent(program), Path("program.py"), library)
    if analysis.program is not None:
        verify(analysis.program)
    return analysis


def write(layer: Path, name: str, text: str) -> None:
    (layer / f"{name}.py").write_text(dedent(text), encoding="utf-8")


LOG = """
    from kmi.log import Format
    from kmi.unsafe import c_function


    @c_function("small_info", format=True)
    def info(message: Format) -> None: ...
"""


def test_without_a_kernel_declarations_are_all_there_is() -> None:
    program = check(HELLO, Library(entry=False)).program
    assert program is not None
    info = program.modules["kmi.log"].functions["info"]
    assert info.body == [] and info.external is None
    assert info.effects is not None and not info.effects.sleeps


def test_an_interface_name_is_what_the_layer_implements(layer: Path) -> None:
    write(layer, "log", LOG)
    program = check(HELLO, Library(kernel=layer, entry=False)).program
    assert program is not None
    info = program.modules["kmi.log"].functions["info"]
    assert info is program.modules["kmi.kernels.small.log"].functions["info"]
    assert info.external is not None and info.external.name == "small_info" and info.external.format
    assert info.effects is not None, "the declared effects hold for every kernel"


def test_a_name_that_the_layer_lacks_is_said(layer: Path) -> None:
    write(layer, "log", "")
    found = check(HELLO, Library(kernel=layer, entry=False)).diagnostics
    assert [d.code.number for d in found] == ["KMI0406"]
    assert "lacks `log.info`" in found[0].message


def test_a_layer_that_differs_from_the_declaration_is_said(layer: Path) -> None:
    write(layer, "log", LOG.replace("message", "text"))
    found = check(HELLO, Library(kernel=layer, entry=False)).diagnostics
    assert [d.code.number for d in found] == ["KMI0406"]
    assert found[0].labels[0].span.source.module == "kmi.log"


def test_a_layer_may_import_what_it_implements(layer: Path) -> None:
    write(layer, "log", LOG)
    write(
        layer,
        "sync",
        """
        from typing import Generic, TypeVar

        from kmi import info
        from kmi.sync import Condition
        from kmi.unsafe import place

        T = TypeVar("T")


        @place
        class Mutex(Generic[T]):
            value: T

            def __init__(self, value: T) -> None:
                self.value = value

            def __enter__(self) -> T:
                info("enter")
                return self.value

            def __exit__(self) -> None:
                pass


        @place
        class Condition:
            def __init__(self, mutex: Mutex[T]) -> None:
                pass

            def wait(self) -> None:
                pass

            def wait_for(self, milliseconds: int) -> bool:
                return False

            def notify(self) -> None:
                pass

            def notify_all(self) -> None:
                pass
        """.replace("        from kmi.sync import Condition\n", ""),
    )
    program = check(
        """
        from kmi.sync import Condition, Mutex


        class Queue:
            def __init__(self) -> None:
                self.bytes = Mutex(bytearray())
                self.filled = Condition(self.bytes)

            def add(self, number: int) -> None:
                with self.bytes as kept:
                    kept.append(number)
                    self.filled.notify()
        """,
        Library(kernel=layer, entry=False),
    ).program
    assert program is not None
    mutex = program.modules["kmi.sync"].classes["Mutex"]
    assert mutex.place and mutex.module == "kmi.kernels.small.sync"
    assert "info('enter')" in dump_function(mutex.methods["__enter__"])
    queue = program.main.classes["Queue"]
    assert [str(field.type) for field in queue.fields] == ["Mutex[bytearray]", "Condition"]


def test_bodies_of_the_library_are_analysed_only_where_reached(layer: Path) -> None:
    write(layer, "log", LOG + "\n\n    def never(number: int) -> str:\n        return number\n")
    assert check(HELLO, Library(kernel=layer, entry=False)).diagnostics == []


def test_bindings_give_headers_and_constants(layer: Path, tmp_path: Path) -> None:
    write(layer, "log", LOG.replace("def info", "def unused").rstrip() + "\n")
    write(
        layer,
        "log",
        """
        from kmi.kernels.small.bindings import LEVEL, say
        from kmi.log import Format
        from kmi.unsafe import unsafe


        def info(message: Format) -> None:
            with unsafe("an example"):
                say(LEVEL)
        """,
    )
    bindings = tmp_path / "generated.py"
    bindings.write_text(
        dedent("""
        from typing import Final

        from kmi import i32
        from kmi.unsafe import c_function

        HEADERS = ("linux/kernel.h", "linux/fs.h")
        LEVEL: Final = 6


        @c_function("say_it")
        def say(level: i32) -> i32: ...
        """)
    )
    program = check(HELLO, Library(kernel=layer, bindings=bindings, entry=False)).program
    assert program is not None
    assert program.modules["kmi.kernels.small.bindings"].headers == ["linux/kernel.h", "linux/fs.h"]
    assert "say(fit[i32](6))" in dump_function(program.modules["kmi.log"].functions["info"])


MODULES = ["kmi.testing.kernels.kernel", "kmi.language", "os", "kmi.kernels.linux.device"]


@pytest.mark.parametrize("module", MODULES)
def test_an_author_imports_only_the_interface(module: str) -> None:
    found = check(f"import {module} as thing\n", Library(entry=False)).diagnostics
    assert [d.code.number for d in found] == ["KMI0202"]


def test_a_file_that_changed_is_read_anew(layer: Path) -> None:
    write(layer, "log", LOG)
    assert check(HELLO, Library(kernel=layer, entry=False)).program is not None
    write(layer, "log", LOG.replace("small_info", "other_info"))
    program = check(HELLO, Library(kernel=layer, entry=False)).program
    assert program is not None
    external = program.modules["kmi.kernels.small.log"].functions["info"].external
    assert external is not None and external.name == "other_info"


def test_a_mistake_of_the_layer_is_reported_each_time(layer: Path) -> None:
    write(layer, "log", LOG + "\n\n    rate = 1.5\n")
    for _ in range(2):
        analysis = check(HELLO, Library(kernel=layer, entry=False))
        assert [found.code.number for found in analysis.diagnostics] == ["KMI0108"]


def test_syntax_that_is_shared_is_only_looked_at() -> None:
    def dumped() -> dict[Path, str]:
        known = [read for read in reading._READ.values() if read.source.path.is_relative_to(PACKAGE)]
        return {read.source.path: ast.dump(read.syntax, include_attributes=True) for read in known}

    program = Path(__file__).parents[1] / "differential" / "programs" / "comprehensions.py"
    for _ in range(2):
        assert analyse(program, Library(kernel=PACKAGE / "kernels" / "host", entry=False)).program is not None
    found = dumped()
    assert found
    for path, shown in found.items():
        assert shown == ast.dump(ast.parse(path.read_text(), str(path)), include_attributes=True), path
