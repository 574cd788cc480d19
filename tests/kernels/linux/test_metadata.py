"""The C around a module: what Linux gets to see of parameters and metadata."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmi.kernels.linux.provision import flavors
from kmi.kernels.linux.toolchain import kbuild, metadata, preflight, replay
from kmi.language.source import Source, Span
from kmi.language.tree import Class, Module, ModuleParameter, Program
from kmi.language.types import BOOL, INT, WIDTHS, ClassType, Type

SPAN = Span(Source(Path("x.py"), "", "x"), 1, 0, 1, 0)


def program(*parameters: ModuleParameter, **about: str) -> Program:
    main = Module("x", SPAN.source)
    made = Program(main, {"x": main}, None, {"license": "GPL", **about})
    made.parameters.extend(parameters)
    return made


def parameter(
    name: str,
    kind: Type,
    default: bool | int | str | tuple[int, ...],
    low: int | None = None,
    *,
    writable: bool = False,
) -> ModuleParameter:
    return ModuleParameter(name, kind, default, f"the {name}", low, None, writable, SPAN)


def test_text_is_a_c_literal() -> None:
    assert metadata.text('a"b\\c\n') == '"a\\"b\\\\c\\012"'
    assert metadata.text("é??=") == '"\\303\\251\\?\\?="'


def test_what_was_not_said_is_left_out() -> None:
    made = metadata.epilogue(program(description="d", author=""), "start", "stop")
    assert "KMI_LINUX_MODULE(start, stop)" in made
    assert 'MODULE_DESCRIPTION("d");' in made
    assert "MODULE_AUTHOR" not in made


@pytest.mark.needs("gcc", "linux:6.1")
def test_parameters_compile_and_are_in_modinfo(tmp_path: Path) -> None:
    made = program(
        parameter("least", INT, -(1 << 63), -(1 << 63)),
        parameter("flag", BOOL, True, writable=True),
        description="parameters",
        version="1.2",
    )
    (tmp_path / "x.c").write_text(
        metadata.prologue(made, "")
        + "static int Loader_init(void) { return KMI_PARAMETER_flag && KMI_PARAMETER_least < 0 ? 0 : -1; }\n"
        + "static void Loader_exit(void) { }\n"
        + metadata.epilogue(made, "Loader_init", "Loader_exit")
    )
    log = replay.build(tmp_path, "x", kbuild.commands(flavors.find("6.1")))
    assert not kbuild.has_warning(log), log
    data = (tmp_path / "x.ko").read_bytes()
    for line in (b"parm=least:the least", b"parmtype=least:llong", b"parmtype=flag:bool", b"version=1.2"):
        assert line + b"\0" in data
    assert "srcversion" in preflight.modinfo(tmp_path / "x.ko")


@pytest.mark.needs("gcc", "linux:6.1")
def test_each_kind_of_parameter_has_its_word_in_modinfo(tmp_path: Path) -> None:
    text, numbers = (ClassType(Class(name, "kmi.runtime", SPAN)) for name in ("str", "list"))
    widths = {"u8": "byte", "i16": "short", "u32": "uint", "i64": "llong", "u64": "ullong", "usize": "ulong"}
    listed = parameter("listed", numbers, (3, -4), -10, writable=True)
    listed.capacity = 8
    made = program(
        *(parameter(f"a_{word}", WIDTHS[word], WIDTHS[word].high) for word in widths),
        parameter("name", text, "a \"quoted\" text", writable=True),
        listed,
        description="parameters",
    )
    reads = "".join(f"|| !KMI_PARAMETER_a_{word} " for word in widths)
    (tmp_path / "x.c").write_text(
        metadata.prologue(made, "")
        + "static int Loader_init(void)\n{\n"
        + f"\tif (!KMI_PARAMETER_name->latest || !KMI_PARAMETER_listed->latest {reads})\n"
        + "\t\treturn -1;\n\treturn 0;\n}\n"
        + "static void Loader_exit(void) { }\n"
        + metadata.epilogue(made, "Loader_init", "Loader_exit")
    )
    log = replay.build(tmp_path, "x", kbuild.commands(flavors.find("6.1")))
    assert not kbuild.has_warning(log), log
    data = (tmp_path / "x.ko").read_bytes()
    words = {f"a_{word}": shown for word, shown in widths.items()}
    for name, word in {**words, "name": "charp", "listed": "array of llong"}.items():
        assert f"parmtype={name}:{word}".encode() + b"\0" in data
