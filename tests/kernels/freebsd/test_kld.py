"""The checker of klds, on klds that are really broken: compiled wrong, linked wrong, cut off, or patched."""

from __future__ import annotations

import errno
import random
import re
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from kmi.kernels.freebsd.provision import prepare as provision
from kmi.kernels.freebsd.provision.releases import DEFAULT
from kmi.kernels.freebsd.toolchain import compiler, kld
from kmi.kernels.freebsd.toolchain.build import build
from kmi.kernels.freebsd.toolchain.image import Malformed, read
from kmi.machines.outcomes import KernelPanic
from kmi.testing.kernels.freebsd import FreeBSDKind

GREETER = Path(__file__).parent / "modules" / "greeter.py"

MODULE = """
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/module.h>
{before}
static int handler(module_t module, int what, void *argument) {{ {body} return 0; }}
static moduledata_t sample = {{ "sample", handler, NULL }};
DECLARE_MODULE(sample, sample, SI_SUB_DRIVERS, SI_ORDER_MIDDLE);
MODULE_VERSION(sample, 1);
{after}
"""


class Made:
    """Makes klds of C, as somebody else might."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "opt_global.h").write_text(compiler.OPTIONS)

    def kld(
        self,
        text: str | None = None,
        *,
        before: str = "",
        body: str = "",
        after: str = "",
        flags: Sequence[str] = (),
        link: Sequence[str] | None = ("-r", "-d"),
    ) -> Path:
        """Compile and, if `link` says how, link; the file."""
        source, made = self.directory / "sample.c", self.directory / "sample.o"
        source.write_text(MODULE.format(before=before, body=body, after=after) if text is None else text)
        words = [*provision.clang(), "-c", "-include", "opt_global.h", *compiler.flags(DEFAULT, test=False)]
        self.run([*words, *flags, str(source), "-o", str(made)])
        if link is None:
            return made
        linked = self.directory / "sample.ko"
        self.run([*provision.linker(), "-m", "elf_x86_64_fbsd", *link, str(made), "-o", str(linked)])
        return linked

    def run(self, command: Sequence[str]) -> None:
        done = subprocess.run(command, cwd=self.directory, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


def only(problems: Sequence[str]) -> str:
    """The one problem there is."""
    assert len(problems) == 1, problems
    return problems[0]


def test_a_kld_of_somebody_else_is_taken_and_read(made: Made) -> None:
    path = made.kld(after="MODULE_DEPEND(sample, usb, 1, 2, 3);")
    assert kld.check(path) == []
    said = kld.metadata(read(path.read_bytes()))
    assert said.modules == ("sample",) and said.versions == (("sample", 1),)
    kernel = kld.Depend("kernel", DEFAULT.version, DEFAULT.version, 1599999)
    assert set(said.depends) == {kernel, kld.Depend("usb", 1, 2, 3)}


WRONG_FLAGS = {
    "-fPIC": (["-mcmodel=small", "-fPIC"], "REX_GOTPCRELX", "compile without -fPIC"),
    "large": (["-mcmodel=small"], "32", "compile with -mcmodel=kernel"),
    "thread": (["-mcmodel=small", "-fPIC", "-DTHREAD=__thread"], "TLSGD", "no thread-local variables"),
}


@pytest.mark.parametrize("case", WRONG_FLAGS)
def test_relocations_that_the_kernel_does_not_know(made: Made, case: str) -> None:
    flags, kind, hint = WRONG_FLAGS[case]
    before = "#ifndef THREAD\n#define THREAD\n#endif\nextern THREAD int one, two;"
    body = "if (one > two) return (int)(unsigned long)&handler;"
    path = made.kld(before=before, body=body, flags=flags)
    found = [line for line in kld.check(path) if f"relocation of type {kind}" in line]
    assert found and re.match(r"sample.ko: \.(text|data)\S*\+0x[0-9a-f]+ has a relocation", found[0])
    assert hint in found[0] and "which FreeBSD refuses" in found[0]


def test_common_names_have_no_place(made: Made) -> None:
    path = made.kld(before="int shared;", body="shared++;", flags=["-fcommon"], link=["-r"])
    assert only(kld.check(path)).startswith("sample.ko: shared is common, so it has no place")


def test_sets_are_one_section_of_pointers(made: Made) -> None:
    one = "#include <sys/sysctl.h>\nstatic int value;\nSYSCTL_INT(_debug, OID_AUTO, a, 0, &value, 0, 0);"
    again = 'asm(".section set_sysctl_set,\\"a\\",@progbits,unique,7; .quad value; .text");'
    path = made.kld(before=one, after=again, link=None)
    assert "there are 2 sections set_sysctl_set, and the linker sees the first only" in only(kld.check(path))
    nowhere = 'static const void *nowhere __used __section("set_sysinit_set") = NULL;'
    assert "set_sysinit_set+0x0 points nowhere" in only(kld.check(made.kld(before=nowhere)))
    note = 'asm(".section .note.mine,\\"a\\",@note; .quad handler; .text");'
    assert "section .note.mine has relocations, and is of a kind" in only(kld.check(made.kld(after=note)))
    half = 'asm(".section set_sysuninit_set,\\"a\\"; .long 0; .text");'
    assert "set_sysuninit_set has 4 bytes" in only(kld.check(made.kld(after=half)))


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (1400097, "it is for FreeBSD 14.0, of the versions 1400097 to 1499999, and FreeBSD 15 begins with"),
        (1600004, "it is for FreeBSD 16.0, from version 1600004 on, and FreeBSD 15 ends with 1599999"),
    ],
)
def test_a_kld_of_another_release(made: Made, version: int, said: str) -> None:
    path = made.kld(flags=["-U__FreeBSD_version", f"-D__FreeBSD_version={version}"])
    problem = only(kld.check(path))
    assert said in problem and "build it with the headers of FreeBSD 15" in problem


def test_what_a_kld_says_of_itself(made: Made) -> None:
    assert "it has no module" in only(kld.check(made.kld("int value = 3;")))
    twice = 'static struct mod_version b = { 2 };\nMODULE_METADATA(b, MDT_VERSION, &b, "sample");'
    assert "it has 2 versions of sample" in only(kld.check(made.kld(after=twice)))
    alone = (
        "#include <sys/param.h>\n#include <sys/systm.h>\n#include <sys/kernel.h>\n#include <sys/module.h>\n"
        'static moduledata_t data = { "alone", NULL, NULL };\n'
        'MODULE_METADATA(alone, MDT_MODULE, &data, "alone");'
    )
    assert "it does not depend on `kernel`" in only(kld.check(made.kld(alone)))
    none = "MODULE_METADATA(bad, MDT_DEPEND, NULL, \"kernel\");"
    assert "has no versions behind it: write it with MODULE_DEPEND" in only(kld.check(made.kld(after=none)))
    linux = '__attribute__((used, section(".gnu.linkonce.this_module"))) static int it = 1;'
    assert "it is a module of Linux" in only(kld.check(made.kld(linux)))


def test_names_that_no_kernel_has(made: Made) -> None:
    calls = {"before": "void *fopen(const char *, const char *);", "body": 'fopen("a", "r");'}
    problem = only(kld.check(made.kld(**calls)))
    assert "it takes fopen (.text+0x" in problem and "no header of FreeBSD 15 declares that" in problem
    weak = made.kld(before="__attribute__((weak)) extern int gone;", body="if (&gone) return gone;")
    assert kld.check(weak) == [], "a weak name may be missing"
    elsewhere = made.kld(**calls, after="MODULE_DEPEND(sample, stdio, 1, 1, 1);")
    assert kld.check(elsewhere) == [], "another module may have it"


def test_files_that_are_no_klds(made: Made, tmp_path: Path) -> None:
    shared = made.kld("int value;", flags=["-fPIC", "-mcmodel=small"], link=["-shared"])
    assert "it is a shared object, and on amd64 a kld is a relocatable file" in kld.check(shared)[0]
    small = tmp_path / "small.o"
    (tmp_path / "small.c").write_text("int value = 3;")
    made.run([*provision.clang(), "--target=i386-unknown-freebsd15.0", "-c", "small.c", "-o", str(small)])
    assert "an ELF file of 32 bits, little endian" in only(kld.check(small))
    text = tmp_path / "text.ko"
    text.write_text("#!/bin/sh\n" * 20)
    assert only(kld.check(text)) == "text.ko: it is no ELF file: it begins with b'#!/b'"


REFUSED = {
    "forbidden": (
        {"before": "extern int hz;", "body": "return hz;", "flags": ["-mcmodel=small", "-fPIC"]},
        "kldload: unexpected relocation type ",
        "has a relocation of type REX_GOTPCRELX of hz",
    ),
    "unknown": (
        {"before": "void *fopen(const char *, const char *);", "body": 'fopen("a", "r");'},
        "link_elf_obj: symbol fopen undefined",
        "it takes fopen (.text+0x",
    ),
    "other": (
        {"flags": ["-U__FreeBSD_version", "-D__FreeBSD_version=1400097"]},
        "KLD other.ko: depends on kernel - not available or version mismatch",
        "it is for FreeBSD 14.0",
    ),
    "program": ({"link": ["-shared"], "flags": ["-mcmodel=small", "-fPIC"]}, "", "it is a shared object"),
    "cut": ({}, "", "it was cut off"),
}


def test_the_kernel_refuses_what_the_checker_does_and_goes_on(made: Made, tmp_path: Path) -> None:
    with FreeBSDKind().start(1, tmp_path) as kernel:
        for name, (how, printed, note) in REFUSED.items():
            data = made.kld(**how).read_bytes()  # type: ignore[arg-type]
            (tmp_path / f"{name}.ko").write_bytes(data[:4000] if name == "cut" else data)
            began = len(kernel.log())
            with pytest.raises(OSError) as caught:
                kernel.load(f"{name}.ko")
            assert caught.value.errno == errno.ENOEXEC, name
            assert any(note in line for line in caught.value.__notes__), caught.value.__notes__
            said = list(kernel.log()[began:])
            if printed:
                assert said[0].startswith(printed)
                assert said[1:] == [f"linker_load_file: {name}.ko - unsupported file type"]
            else:
                assert said == [] and kernel.modules() == []
        good = made.kld()
        kernel.load(good)
        with pytest.raises(FileExistsError):
            kernel.load(good)
        assert kernel.modules() == ["sample"]
        kernel.unload()
        assert kernel.settle() == []


def test_a_bad_name_of_a_device_is_a_panic_where_nobody_asked_for_a_check(made: Made, tmp_path: Path) -> None:
    driver = '#include <sys/conf.h>\nstatic struct cdevsw sw = { .d_version = D_VERSION, .d_name = "a" };'
    made.kld(before=driver, body='if (what == MOD_LOAD) make_dev(&sw, 0, 0, 0, 0600, "a b");')
    said = re.escape("bad si_name (error=22, si_name=a b)")
    with FreeBSDKind().start(1, tmp_path) as kernel, pytest.raises(KernelPanic, match=said):
        kernel.load("sample.ko")


PATCHES = {
    4: (b"\x01", "it is an ELF file of 32 bits"),
    6: (b"\x02", "its ELF version is"),
    7: (b"\x03", "it is for system 3, and FreeBSD is 9"),
    16: (b"\x02\x00", "it is a program, and on amd64 a kld is a relocatable file"),
    18: (b"\xb7\x00", "it is for machine 183, and amd64 is 62"),
    40: (b"\0" * 8, "it has no table of sections"),
    58: (b"\x20\x00", "it has no table of sections"),
}


def test_patched_headers(tmp_path: Path) -> None:
    whole = build(GREETER).ko.read_bytes()
    path = tmp_path / "patched.ko"
    for offset, (patch, said) in PATCHES.items():
        path.write_bytes(whole[:offset] + patch + whole[offset + len(patch) :])
        assert said in "\n".join(kld.check(path)), offset
    image = read(whole)
    text = image.section(".text")
    assert text is not None
    (table,) = struct.unpack_from("<Q", whole, 40)
    for alignment in (0, 24, 8192):
        place = table + 64 * text.index + 48
        path.write_bytes(whole[:place] + struct.pack("<Q", alignment) + whole[place + 8 :])
        assert f"section .text has the alignment {alignment}, and " in only(kld.check(path))
    bss = image.section(".bss")
    assert bss is not None
    place = table + 64 * bss.index + 32
    path.write_bytes(whole[:place] + struct.pack("<Q", 1 << 40) + whole[place + 8 :])
    assert "it wants 1,099,511," in only(kld.check(path))
    with FreeBSDKind().start(1, tmp_path) as kernel, pytest.raises(OSError, match="it wants") as caught:
        kernel.load("patched.ko")
    assert caught.value.errno == errno.ENOEXEC


def test_whatever_is_cut_off_or_damaged_gets_a_sentence(tmp_path: Path) -> None:
    whole = build(GREETER).ko.read_bytes()
    path = tmp_path / "cut.ko"
    for size in range(0, len(whole), 4999):
        path.write_bytes(whole[:size])
        assert re.search(r"cut off", only(kld.check(path))), size
    chance = random.Random(15)
    refused = 0
    path.write_bytes(whole)
    assert kld.damaged(whole) == []
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(8):  # in the tables, where it matters
            place = chance.choice((chance.randrange(64), chance.randrange(len(whole) - 20_000, len(whole))))
            damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        refused += bool(kld.check(path))  # no traceback, whatever it is
        assert len(kld.damaged(bytes(damaged))) <= len(kld.check(path))
    assert refused > 10


def test_the_sizes_that_are_loaded(made: Made) -> None:
    path = made.kld()
    assert 100 < kld.loaded_size(path) < path.stat().st_size
    with pytest.raises(Malformed):
        read(b"")
