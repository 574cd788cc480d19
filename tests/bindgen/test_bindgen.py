"""Headers in, bindings out: on small headers of the test's own, so that every form is seen."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from kmi import bindgen

HEADER = """
typedef unsigned int u32_t;
typedef unsigned long size;
struct inner { int x; };
struct hidden;
typedef struct { int counter; } counter_t;
struct device {
    int minor;
    const char *name;
    struct hidden *hidden;
    struct inner inner;
    union { int either; void *or_else; };
    unsigned flag : 1;
    char text[4];
    int (*open)(struct inner *, size);
    int from;
    counter_t count;
};
enum colour { RED = 3, BLUE };
#define LIMIT 255
#define LARGE 0x8000000000000000UL
#define NEGATIVE (-7)
#define CALLED(x) (x)
extern struct device *head;
#define HEAD (head + 0)
int attach(struct device *device, const void *data, long wait);
static inline _Bool idle(void) { return 0; }
int print(const char *format, ...);
struct failure;
int refuse(const struct failure *failure);
"""


def bound(*names: str, header: str = HEADER, **more: object) -> str:
    made = bindgen.generate(header, names, ["-std=gnu11"], Path("/"), "Title.", **more)  # type: ignore[arg-type]
    ast.parse(made.python)
    return made.python


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_a_struct_has_its_members_with_offsets() -> None:
    made = lines(bound("device"))
    assert '@c_struct("struct device", 64, 8)' in made
    assert "minor: i32 = member(0)" in made
    assert "name: ConstPointer[u8] = member(8)" in made
    assert "hidden: Pointer[hidden] = member(16)" in made
    assert "inner: inner = member(24)" in made
    assert "open: Callable[[Pointer[inner], usize], i32] = member(48)" in made


def test_members_of_a_nameless_union_are_the_structs_own() -> None:
    made = lines(bound("device"))
    assert "either: i32 = member(32)" in made
    assert "or_else: Pointer[None] = member(32)" in made


def test_what_has_no_type_is_left_out_with_the_reason() -> None:
    made = lines(bound("device"))
    assert "# flag: left out, a bitfield" in made
    assert "# text: left out, an array" in made


def test_a_member_named_like_a_keyword_keeps_its_path() -> None:
    assert 'from_: i32 = member(56, "from")' in lines(bound("device"))


def test_a_struct_named_like_a_keyword_is_bound_under_another_name() -> None:
    made = bound("owner", header="struct class { int x; }; struct owner { struct class *kind; };")
    assert '@c_struct("struct class", 4, 4)\nclass class_:' in made
    assert "    kind: Pointer[class_] = member(0)" in made


def test_mentioned_records_are_opaque_and_come_first() -> None:
    made = bound("device")
    assert made.index("class inner:") < made.index("class device:")
    assert '@c_struct("struct hidden", 0, 0)' in made
    assert '@c_struct("counter_t", 4, 4)' in made
    assert "x: i32" not in made


def test_functions_constants_and_expressions() -> None:
    made = lines(bound("attach", "idle", "LIMIT", "LARGE", "NEGATIVE", "RED", "HEAD"))
    assert "def attach(device: Pointer[device], data: ConstPointer[None], wait: isize) -> i32: ..." in made
    assert "def idle() -> bool: ..." in made
    assert "LIMIT: Final = 255" in made
    assert "LARGE: Final = 9223372036854775808" in made
    assert "NEGATIVE: Final = -7" in made
    assert "RED: Final = 3" in made
    assert 'HEAD: Pointer[device] = c_global("HEAD")' in made


def test_an_alias_stands_for_a_pointer_to_the_struct() -> None:
    made = bound("refuse", aliases={"failure": "Exception"})
    assert "def refuse(failure: Exception) -> i32: ..." in made


def test_all_that_cannot_be_bound_is_said_at_once() -> None:
    with pytest.raises(bindgen.NameNotFound) as caught:
        bound("missing", "print", "CALLED", "u32_t")
    said = str(caught.value)
    assert "no missing" in said
    assert "print cannot be bound: it is variadic" in said
    assert "no CALLED, or only as a macro with parameters" in said
    assert "u32_t is a plain type" in said


def test_headers_that_do_not_parse_are_named() -> None:
    with pytest.raises(bindgen.HeaderError, match="expected"):
        bound("x", header="int x(;")


def test_assertions_hold_for_the_compiler(tmp_path: Path) -> None:
    import subprocess

    made = bindgen.generate(HEADER, ["device", "LIMIT", "LARGE", "NEGATIVE"], [], Path("/"), "Title.")
    assert (
        '_Static_assert(__builtin_offsetof(struct device, name) == 8, "kmi: struct device.name");'
        in made.assertions
    )
    source = tmp_path / "a.c"
    source.write_text(HEADER + made.assertions)
    subprocess.run(["gcc", "-fsyntax-only", "-Werror", source], check=True)
    source.write_text(HEADER.replace("int minor;", "long long minor, more;") + made.assertions)
    done = subprocess.run(["gcc", "-fsyntax-only", source], capture_output=True, text=True)
    assert done.returncode != 0 and "kmi: struct device.name" in done.stderr


def test_only_flags_that_decide_how_headers_read_are_kept() -> None:
    command = (
        "gcc -O2 -I./include -include a.h -DX=1 -mharden-sls=all -nostdinc -std=gnu11 -c -o x.o x.c".split()
    )
    assert bindgen.clang_flags(command) == [
        "-I./include",
        "-include",
        "a.h",
        "-DX=1",
        "-nostdinc",
        "-std=gnu11",
    ]
