"""Whether FreeBSD's linker takes a file as a kld, said in sentences before `kldload` says "Exec format
error".

    for problem in kld.check(Path("echo.ko"), releases.DEFAULT):
        print(problem)      # echo.ko: .text+0x1c has a relocation of type GOTPCREL …

For klds made by anybody. What is asked is what `sys/kern/link_elf_obj.c` and `sys/amd64/amd64/elf_machdep.c`
ask of a file, and what `sys/kern/kern_linker.c` does with what the file says of itself in `modmetadata_set`;
beside that, whether the kernel has the names that the file takes from it (`kpi.py` says how they are known).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kmi.kernels.freebsd.provision.releases import DEFAULT, Release
from kmi.kernels.freebsd.toolchain import kpi
from kmi.kernels.freebsd.toolchain.image import Image, Malformed, Section, read

__all__ = ["Depend", "Metadata", "check", "damaged", "is_linux", "loaded_size", "metadata"]

#: The kinds of sections that have a place in memory: link_elf_load_file.
LOADED = {"SHT_PROGBITS", "SHT_NOBITS", "SHT_AMD64_UNWIND", "SHT_INIT_ARRAY", "SHT_FINI_ARRAY"}
#: What elf_reloc_internal of amd64 knows; each other type ends the load with ENOEXEC.
ACCEPTED = {"NONE", "64", "PC32", "PLT32", "32S", "GLOB_DAT", "JMP_SLOT", "RELATIVE", "IRELATIVE"}
_HINTS = {
    "32": "compile with -mcmodel=kernel: a kld is loaded into the upper half of memory",
    "32S": "compile with -mcmodel=kernel",
    "COPY": "link with `ld -r`, which leaves no copies",
    "PC64": "compile with -mcmodel=kernel, not with -mcmodel=large",
}
_OTHERS = "compile with the flags of sys/conf/kern.mk"
_NO_TABLE = "compile without -fPIC and with -mcmodel=kernel: a kld has no global offset table"
_FREEBSD_ABI = 9
_ABIS = (0, _FREEBSD_ABI)  # the linker does not look at it, and toolchains write either
_X86_64 = 62
_RELOCATABLE = 1
_KINDS = {1: "a relocatable file", 2: "a program", 3: "a shared object", 4: "a core dump"}
_POINTER = 8
_PAGE = 4096
_ROOM = 1 << 30
"""Within what -mcmodel=kernel reaches, the last 2 GiB, there is the kernel, too."""
#: struct mod_metadata: version, type, data, cval; its types: sys/sys/module.h.
_METADATA_VERSION, _DEPEND, _MODULE, _VERSION = 1, 1, 2, 3
_SETS = "modmetadata_set"


@dataclass(frozen=True)
class Depend:
    """What MODULE_DEPEND says."""

    name: str
    low: int
    preferred: int
    high: int


@dataclass(frozen=True)
class Metadata:
    """What a kld says of itself."""

    modules: tuple[str, ...]
    versions: tuple[tuple[str, int], ...]
    depends: tuple[Depend, ...]
    problems: tuple[str, ...]


def check(path: Path, release: Release = DEFAULT, name: str | None = None) -> list[str]:
    """One sentence for each reason why the release would not take the file, or not as was meant.

    Empty if it would. Raises OSError, and ProvisionError where the release's headers are missing.
    """
    who = name or path.name
    try:
        image = read(path.read_bytes())
    except Malformed as error:
        return [f"{who}: {error}"]
    return [f"{who}: {problem}" for problem in _problems(image, release)]


def damaged(data: bytes) -> list[str]:
    """What is wrong with a file where FreeBSD's linker trusts it: it would follow what leads nowhere.

    Other reasons to refuse the file it finds by itself.
    """
    try:
        image = read(data)
    except Malformed as error:
        return [str(error)]
    if is_linux(image):
        return []
    return [*_frame(image)] or [*_sections(image), *_beyond(image), *metadata(image).problems]


def _problems(image: Image, release: Release) -> Iterator[str]:
    if is_linux(image):
        yield "it is a module of Linux, not of FreeBSD: build its source for FreeBSD"
        return
    frame = list(_frame(image))
    yield from frame
    if frame:
        return  # nothing else of it would be looked at
    yield from _sections(image)
    yield from _beyond(image)
    yield from _relocations(image)
    said = metadata(image)
    yield from said.problems
    yield from _described(said, release)
    yield from _names(image, said, release)


def is_linux(image: Image) -> bool:
    """Whether it is Linux's own kind of module."""
    return image.section(".gnu.linkonce.this_module") is not None


def loaded_size(path: Path) -> int:
    """The bytes of a kld that the kernel keeps: no symbols for the debugger, no relocations."""
    return sum(one.size for one in read(path.read_bytes()).sections if one.loaded)


def _frame(image: Image) -> Iterator[str]:
    if image.machine != _X86_64:
        yield f"it is for machine {image.machine}, and amd64 is {_X86_64}: compile for x86_64-unknown-freebsd"
    if image.abi not in _ABIS:
        yield f"it is for system {image.abi}, and FreeBSD is {_FREEBSD_ABI}: link with `-m elf_x86_64_fbsd`"
    if image.kind != _RELOCATABLE:
        what = _KINDS.get(image.kind, "a file of an unknown kind")
        yield f"it is {what}, and on amd64 a kld is a relocatable file: link it with `ld -r`"
    if image.symbol_tables != 1:
        yield (
            f"it has {image.symbol_tables} symbol tables, and must have exactly one: "
            "link it with `ld -r`, and do not strip it"
        )
    if not any(one.loaded and one.kind in ("SHT_PROGBITS", "SHT_NOBITS") for one in image.sections):
        yield "it has no contents: no section of it is loaded"


def _sections(image: Image) -> Iterator[str]:
    for one in image.sections:
        if one.loaded and (one.alignment == 0 or one.alignment & (one.alignment - 1)):
            yield (
                f"section {one.name} has the alignment {one.alignment}, and one that is loaded needs a power "
                "of two: link it with `ld -r`, and do not change its headers afterwards"
            )
        elif one.loaded and one.alignment > _PAGE:
            yield (
                f"section {one.name} has the alignment {one.alignment}, and no module is aligned to more "
                f"than a page, {_PAGE}: align its data to less"
            )
        elif one.loaded and one.relocations and one.kind not in LOADED:
            yield (
                f"section {one.name} has relocations, and is of a kind that the linker does not load "
                f"({one.kind}): compile without what makes it"
            )
    whole = sum(one.size for one in image.sections if one.loaded)
    if whole > _ROOM:
        yield f"it wants {whole:,} bytes of memory, and code and data of modules are within {_ROOM:,}"
    counted = Counter(one.name for one in image.sections if one.name.startswith("set_"))
    for name, count in counted.items():
        if count > 1:
            yield (
                f"there are {count} sections {name}, and the linker sees the first only: "
                "join them with `ld -r -d`, without -unique"
            )
    for one in image.sections:
        if one.name.startswith("set_") and one.loaded and one.name not in ("set_pcpu", "set_vnet"):
            yield from _set(one)


def _set(section: Section) -> Iterator[str]:
    if section.size % _POINTER:
        yield f"section {section.name} has {section.size} bytes, which is no whole number of pointers"
    filled = {one.offset for one in section.relocations if one.kind == "64"}
    for offset in range(0, section.size - _POINTER + 1, _POINTER):
        if offset not in filled:
            yield (
                f"{section.name}+{offset:#x} points nowhere, and the linker follows each pointer of a set: "
                "declare its members with DATA_SET"
            )


def _beyond(image: Image) -> Iterator[str]:
    for section in image.sections:
        for one in section.relocations:
            size = _POINTER if one.kind == "64" else 4
            if one.kind != "NONE" and one.offset + size > section.size:
                where = f"{section.name}+{one.offset:#x}"
                yield f"a relocation is for {where}, beyond the section's end: the file is damaged"
            defined = one.symbol.section
            if isinstance(defined, int) and defined >= len(image.sections):
                yield f"{one.symbol.name} is in section {defined}, which there is not: the file is damaged"


def _relocations(image: Image) -> Iterator[str]:
    told: set[tuple[str, str]] = set()
    for section in image.sections:
        for one in section.relocations:
            where = f"{section.name}+{one.offset:#x}"
            if one.kind not in ACCEPTED and (section.name, one.kind) not in told:
                told.add((section.name, one.kind))
                what = f"{one.kind} of {one.symbol.name}" if one.symbol.name else one.kind
                yield f"{where} has a relocation of type {what}, which FreeBSD refuses: {_hint(one.kind)}"
    common = sorted({one.name for one in image.symbols if one.section == "SHN_COMMON"})
    if common:
        yield f"{', '.join(common)} is common, so it has no place of its own: compile with -fno-common"


def _hint(kind: str) -> str:
    """What to do about a relocation of that type."""
    if "TLS" in kind or "TPOFF" in kind or "DTP" in kind:
        return "a kernel has no thread-local variables; use DPCPU_DEFINE, or a lock"
    return _HINTS.get(kind, _NO_TABLE if "GOT" in kind else _OTHERS)


def metadata(image: Image) -> Metadata:
    """What the file says of itself, with a sentence for each part that cannot be read."""
    modules: list[str] = []
    versions: list[tuple[str, int]] = []
    depends: list[Depend] = []
    problems: list[str] = []
    section = image.section(f"set_{_SETS}")
    for offset in range(0, section.size - _POINTER + 1 if section is not None else 0, _POINTER):
        assert section is not None
        if (place := image.follow(section, offset)) is None:
            continue  # _set has said so
        where = f"the entry {offset // _POINTER} of {_SETS}"
        there, start = place
        head, label = image.words(there, start, 2), image.text(there, start + 16)
        data = image.follow(there, start + 8)
        if head is None or label is None or head[0] != _METADATA_VERSION:
            problems.append(f"{where} is no struct mod_metadata: write it with MODULE_METADATA")
            continue
        match head[1]:
            case kind if kind == _MODULE:
                modules.append(label)
            case kind if kind == _VERSION:
                number = image.words(*data, 1) if data is not None else None
                if number is None:
                    problems.append(f"{where} has no version behind it: write it with MODULE_VERSION")
                else:
                    versions.append((label, number[0]))
            case kind if kind == _DEPEND:
                numbers = image.words(*data, 3) if data is not None else None
                if numbers is None:
                    problems.append(f"{where} has no versions behind it: write it with MODULE_DEPEND")
                else:
                    depends.append(Depend(label, *numbers))
            case _:
                pass  # MDT_PNP_INFO is for devmatch(8): the linker does not look at it
    return Metadata(tuple(modules), tuple(versions), tuple(depends), tuple(problems))


def _described(said: Metadata, release: Release) -> Iterator[str]:
    if not said.modules:
        yield "it has no module: the kernel would load it and call nothing of it; say DECLARE_MODULE"
    for name, count in Counter(name for name, _ in said.versions).items():
        if count > 1:
            yield f"it has {count} versions of {name}, and the second is refused: say MODULE_VERSION once"
    kernel = [one for one in said.depends if one.name == "kernel"]
    if said.modules and not kernel:
        yield (
            "it does not depend on `kernel`, so a kernel of any version would load it, and crash: "
            "DECLARE_MODULE says it, MODULE_DEPEND does by hand"
        )
    for one in kernel:
        if not one.low <= one.high:
            yield f"it depends on `kernel` from {one.low} to {one.high}, which none is: mend MODULE_DEPEND"
        elif one.high < release.version:
            yield (
                f"it is for FreeBSD {_title(one.low)}, of the versions {one.low} to {one.high}, and "
                f"{release.title} begins with {release.version}: build it with the headers of {release.title}"
            )
        elif one.low > release.last:
            yield (
                f"it is for FreeBSD {_title(one.low)}, from version {one.low} on, and {release.title} ends "
                f"with {release.last}: build it with the headers of {release.title}"
            )


def _title(version: int) -> str:
    """`1500068` is 15.0."""
    return f"{version // 100_000}.{version // 1000 % 100}"


def _names(image: Image, said: Metadata, release: Release) -> Iterator[str]:
    sets = {one.name for one in image.sections}
    wanted = {
        one.symbol.name: (section, one.offset)
        for section in reversed(image.sections)
        for one in reversed(section.relocations)
        if one.symbol.undefined and not one.symbol.weak and one.symbol.name
    }
    others = [one.name for one in said.depends if one.name != "kernel"]
    known = kpi.names(release)
    for name, (section, offset) in sorted(wanted.items()):
        bounds = name.removeprefix("__start_").removeprefix("__stop_")
        if name in known or (bounds != name and bounds in sets):
            continue
        if others or name.endswith("_desc"):
            continue  # another module may have it; the methods of buses are in no header
        yield (
            f"it takes {name} ({section.name}+{offset:#x}) from the kernel, and no header of {release.title} "
            "declares that: define it, or depend on the module that has it with MODULE_DEPEND"
        )
