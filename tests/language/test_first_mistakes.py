"""What somebody who writes a first module gets wrong, and that the help says how to write it."""

from pathlib import Path
from textwrap import dedent

import pytest

from kmi.language import analyse_text
from kmi.language.library import Library
from kmi.language.report.diagnostics import Diagnostic, Severity

HEADER = """
from dataclasses import dataclass

from kmi import Module, info, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import Request
from kmi.sync import Mutex
from kmi.uio import Uio

total = 0


@dataclass
class State:
    count: int = 0


class Counter(FileOperations):
    def __init__(self) -> None:
        self.state = Mutex(State())

{method}

@module(license="GPL", description="counts")
class CounterModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("counter", Counter())
"""


def told(method: str) -> list[Diagnostic]:
    """What is said of a device with this method."""
    indented = "\n".join(f"    {line}" if line else "" for line in dedent(method).strip().splitlines())
    return checked(HEADER.replace("{method}", indented + "\n"))


def checked(text: str) -> list[Diagnostic]:
    return analyse_text(text, Path("counter.py"), Library()).diagnostics


def only(method: str) -> Diagnostic:
    found = told(method)
    assert len(found) == 1, found
    return found[0]


def test_a_parameter_without_a_type_is_given_the_one_of_the_interface() -> None:
    found = told("""
        def write(self, file, data: bytes) -> None:
            info("written")
    """)
    assert found[0].help == "file: File"
    assert found[1].help == "def write(self, file: File, data: Uio) -> None:"
    assert only("""
        def ioctl(self, file: File, request) -> int:
            return 0
    """).help == "request: Request"
    assert only("""
        def own(self, number) -> None:
            info("own")
    """).help == "number: int"


def test_a_name_of_the_top_is_not_changed_in_a_function() -> None:
    found = only("""
        def write(self, file: File, data: Uio) -> None:
            total += data.remaining
    """)
    assert found.message == "`total` has no value here: a function that assigns it has a `total` of its own"
    assert "self.total = …" in (found.help or "") and found.labels[0].span.text == "total = 0"


def test_text_is_not_bytes() -> None:
    found = only("""
        def read(self, file: File, data: Uio) -> None:
            data.put("zero")
    """)
    assert "`value.encode()`" in (found.help or "")


def test_a_misspelt_field() -> None:
    found = only("""
        def write(self, file: File, data: Uio) -> None:
            with self.state as state:
                state.cuont = 3
    """)
    assert found.help == "did you mean `count`?"


def test_what_a_lock_guards_is_set_under_the_lock() -> None:
    found = only("""
        def write(self, file: File, data: Uio) -> None:
            self.state.count = data.remaining
    """)
    assert found.message == "`Mutex[State]` has no field `count`"
    assert (found.help or "").splitlines()[1:] == [
        "with self.state as state:",
        "    state.count = data.remaining",
    ]


def test_a_lock_around_nothing() -> None:
    found = checked(HEADER.replace("Mutex(State())", "Mutex(None)").replace("{method}", ""))[0]
    assert "guard an object that has what changes" in (found.help or "")
    assert "count: int" in (found.help or "") and "Mutex(State(0))" in (found.help or "")


@pytest.mark.parametrize(
    ("signature", "meant"),
    [
        ("reed(self, file: File, data: Uio)", "read"),
        ("wirte(self, file: File, data: Uio)", "write"),
        ("release(self, file: File)", "close"),
    ],
)
def test_a_callback_under_another_name_is_a_warning(signature: str, meant: str) -> None:
    found = only(f"""
        def {signature} -> None:
            info("called")
    """)
    assert found.severity is Severity.WARNING
    assert found.message == f"the kernel never calls `Counter.{signature.partition('(')[0]}`"
    assert found.help == f"did you mean `{meant}`?"


def test_a_method_that_is_called_or_takes_something_else_is_none() -> None:
    assert not told("""
        def reed(self, file: File, data: Uio) -> None:
            info("called")

        def read(self, file: File, data: Uio) -> None:
            self.reed(file, data)

        def opening(self) -> None:
            info("mine")
    """)


def test_a_module_has_no_end_of_its_own() -> None:
    end = "\n    def exit(self) -> None:\n        info('bye')\n"
    (found,) = checked(HEADER.replace("{method}", "") + end)
    assert found.message == "the kernel never calls `CounterModule.exit`"
    assert "registrations end at unload" in (found.note or "")


def test_breakpoints_are_set_from_outside() -> None:
    assert "kmi test --trace" in (only("""
        def open(self, file: File) -> None:
            breakpoint()
    """).help or "")


def test_an_empty_list_or_dict_is_annotated_where_it_stands() -> None:
    found = checked(
        HEADER.replace("{method}", "").replace(
            "self.state = Mutex(State())", "self.seen = []\n        self.table = {}"
        )
    )
    assert [one.message for one in found] == [
        "what this list will hold cannot be seen",
        "what this dict will hold cannot be seen",
    ]
    assert (found[0].help or "").endswith("self.seen: list[int] = []")
    assert (found[1].help or "").endswith("self.table: dict[int, bytes] = {}")


def test_a_method_without_self_is_one_mistake() -> None:
    found = only("""
        def read(file: File, data: Uio) -> None:
            with self.state as state:
                data.put(bytes(state.count))
    """)
    assert "has no `self`" in found.message
    assert found.help == "def read(self, file: File, data: Uio) -> None:"


def test_what_a_callback_returns_goes_elsewhere() -> None:
    found = only("""
        def read(self, file: File, data: Uio) -> None:
            return b"text"
    """)
    assert found.help == "give the bytes to the process: `data.put(b'text')`"
    found = only("""
        def write(self, file: File, data: Uio) -> None:
            return data.remaining
    """)
    assert found.help is not None and found.help.startswith("leave it out")


def test_a_name_that_is_imported_wrongly_is_reported_once() -> None:
    text = HEADER.replace("{method}", "").replace("import Mutex", "import Mutx")
    (found,) = checked(text)
    assert found.help == "did you mean `Mutex`?"
    (found,) = checked(HEADER.replace("{method}", "").replace("total = 0", "from kmi.time import sleep"))
    assert found.help == "did you mean `sleep_ms`?"


def test_methods_that_are_called_by_habit_name_what_there_is() -> None:
    found = only("""
        def write(self, file: File, data: Uio) -> None:
            info("got {}".format(data.remaining))
    """)
    assert found.help is not None and "f-string" in found.help
    found = only("""
        def write(self, file: File, data: Uio) -> None:
            info("got", data.remaining)
    """)
    assert found.help == 'put the values into one text: info(f"… {value}")'
    found = only("""
        def write(self, file: File, data: Uio) -> None:
            data.read()
    """)
    assert found.help is not None and "data.get" in found.help


def test_an_asynchronous_method_is_one_mistake() -> None:
    only("""
        async def write(self, file: File, data: Uio) -> None:
            pass
    """)
