"""The stack that a kld's entry points can use, from what clang says of its functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmi.kernels.building.stack import StackError, entries
from kmi.kernels.freebsd.provision.releases import DEFAULT
from kmi.kernels.freebsd.toolchain import compiler, stack

TEXT = """
#define apart __attribute__((__noinline__))
void use(void *);
static apart int deep(int n) {{ char kept[{deep}]; use(kept); return kept[n]; }}
static apart void kmi_destroy_One(void *object) {{ char kept[600]; use(kept); deep(3); }}
static apart int first(int n) {{ char kept[100]; use(kept); return deep(n) + 1; }}
static apart int value(int n) {{ char kept[1500]; use(kept); return n; }}
void (*destroy)(void *) = kmi_destroy_One;
int (*valued)(int) = value;
#line 7 "kmi/runtime/kmi_object.h"
static inline void release(void *object) {{ destroy(object); }}
#line 12 "m.py"
int direct(int n) {{ return first(n) + 2; }}
#line 15 "m.py"
int releases(void *object) {{ release(object); return 0; }}
"""
VALUES = """
#line 18 "m.py"
int calls(int n) { return valued(n) + 1; }
"""


def needs(directory: Path, deep: int, more: str = "") -> compiler.Compiled:
    (directory / "m.c").write_text(TEXT.format(deep=deep) + more)
    return compiler.compile(directory, "m", DEFAULT, test=False, root=directory)


def test_calls_by_name_and_through_pointers_count(tmp_path: Path) -> None:
    made = needs(tmp_path, 1000)
    found = {each.name: each for each in entries(stack.read(made.ir, made.sizes))}
    assert 1100 < found["direct"].size < 1300
    assert [step.split()[0] for step in found["direct"].chain] == ["direct", "first", "deep"]
    assert found["direct"].chain[0].startswith("direct (m.py:12, ")
    assert 1600 < found["releases"].size < 1800, "a release may end any object"
    assert [step.split()[0] for step in found["releases"].chain] == ["releases", "kmi_destroy_One", "deep"]
    made = needs(tmp_path, 10, VALUES)
    (calls,) = (each for each in entries(stack.read(made.ir, made.sizes)) if each.name == "calls")
    assert 1500 < calls.size < 1700, "a value may be any function that nobody calls by name"


def test_a_module_that_needs_too_much_is_refused_by_a_sentence(tmp_path: Path) -> None:
    made = needs(tmp_path, 8000)
    with pytest.raises(StackError) as caught:
        stack.check(made.ir, made.sizes, "m")
    said = str(caught.value)
    assert said.startswith("m: releases can use 8,") and "a module may use 8,192: releases (m.py:15, " in said
