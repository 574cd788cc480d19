"""Whoever allocates where a spin lock may be held does so without sleeping, and the C says which."""

import re

import pytest

import kmi.compiler.linearise
from kmi.compiler import CSource
from tests.compiler.compiled import compiled, function

CLASSES = """
from kmi.sync import SpinLock

class Note:
    def __init__(self, text: str) -> None:
        self.text = text

class Loud:
    def __del__(self) -> None:
        note = Note("gone")
        del note

class Owner:
    def __init__(self) -> None:
        self.fast = SpinLock([Note("first")])

    def make(self) -> Note:
        return Note("made")

    def asleep(self) -> Note:
        return Note("asleep")

def spinning(owner: Owner, number: int) -> None:
    with owner.fast as notes:
        notes.append(Note(f"number {number}"))
        notes.append(owner.make())

def f() -> int:
    owner = Owner()
    spinning(owner, 1)
    loud = Loud()
    data = bytearray(3)
    return len(owner.asleep().text) + len(owner.make().text) + len(data)
"""


def asked(source: CSource, name: str) -> set[str]:
    """How a function asks for memory: "true" where it may not sleep."""
    return set(re.findall(r"\bkmi_(?:new(?:_tail)?|(?:re)?allocate)\(.*, (\w+)\);", function(source, name)))


def test_what_a_spin_lock_covers_does_not_sleep() -> None:
    source = compiled(CLASSES, "f")
    assert asked(source, "t_spinning") == {"true"}
    assert asked(source, "Owner_make_atomic") == {"true"}


def test_what_syntax_calls_does_not_sleep_either() -> None:
    source = compiled(CLASSES, "f")
    assert asked(source, "str_allocate_atomic") == {"true"}  # of the f-string
    assert asked(source, "memory_reallocate_atomic") == {"true"}  # of the list
    assert asked(source, "Loud_del") == {"true"}  # whatever a spin lock guards may be released under it


def test_all_else_sleeps() -> None:
    source = compiled(CLASSES, "f")
    assert asked(source, "Owner_asleep") == {"false"}
    assert asked(source, "t_f") == {"false"}
    assert asked(source, "memory_reallocate") == {"false"}  # of the bytearray
    assert asked(source, "Owner_make") == {"false"}  # the one that `f` calls


def test_a_program_without_spin_locks_says_so() -> None:
    assert "#define KMI_SLEEPS" not in compiled(CLASSES, "f").text
    source = compiled(CLASSES.replace("SpinLock", "Mutex"), "f")
    assert source.text.startswith("#define KMI_SLEEPS")
    assert not re.search(r"\bkmi_(?:new|new_tail|allocate|reallocate)\(.*, true\);", source.text)


def test_a_callback_that_the_kernel_calls_atomically_does_not_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kmi.compiler.linearise, "is_atomic", lambda function: function.name == "f")
    source = compiled(CLASSES.replace("SpinLock", "Mutex"), "f")
    assert asked(source, "t_f") == {"true"}
    assert asked(source, "Owner_asleep_atomic") == {"true"}
    assert "#define KMI_SLEEPS" not in source.text
