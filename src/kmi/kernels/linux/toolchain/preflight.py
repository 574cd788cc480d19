"""Whether a built module fits a kernel, said in a sentence before the kernel says "Invalid module format".

    for problem in preflight.check(Path("semaphore.ko"), flavors.find("6.12")):
        print(problem)      # semaphore.ko was built for Linux 6.1.0-56-cloud-amd64, and this is ...

Compared are the vermagic, the version (CRC) of each symbol that the module takes from the kernel, and the
licence where a symbol is for GPL modules only.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache as memoize
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import KernelFlavor

__all__ = ["PreflightError", "Symbol", "check", "exports", "loaded_size", "modinfo", "refused_by_license"]

#: The licences that `license_is_gpl_compatible` of the kernel accepts.
GPL_COMPATIBLE = (
    "GPL",
    "GPL v2",
    "GPL and additional rights",
    "Dual BSD/GPL",
    "Dual MIT/GPL",
    "Dual MPL/GPL",
)

_VERSION = struct.Struct("<Q56s")  # struct modversion_info


class PreflightError(Exception):
    """The module cannot be loaded into that kernel; the message is one sentence."""


@dataclass(frozen=True)
class Symbol:
    """Something that a kernel exports to modules."""

    name: str
    crc: int
    gpl_only: bool


def check(ko: Path, flavor: KernelFlavor) -> list[str]:
    """Why the kernel would refuse the module, one sentence each; empty where it would take it.

    Raises PreflightError for a file that is no kernel module.
    """
    release = provision.release(flavor)
    known = exports(provision.headers(flavor))
    try:
        with ko.open("rb") as file:
            elf = ELFFile(file)
            about = _modinfo(elf)
            versions = _versions(elf)
            needed = _undefined(elf)
    except ELFError as error:
        raise PreflightError(f"{ko.name} is not a kernel module: {error}") from error
    magic = about.get("vermagic")
    if magic is None:
        raise PreflightError(f"{ko.name} is not a kernel module: it has no vermagic")
    built_for = magic.split()[0]
    if built_for != release:
        return [
            f"{ko.name} was built for Linux {built_for}, and linux:{flavor.name} is {release}: "
            f"build it with --on linux:{flavor.name}"
        ]
    problems = []
    license_ = about.get("license", "")
    for name in sorted(needed):
        symbol = known.get(name)
        if symbol is None:
            problems.append(f"{ko.name} needs {name}, which linux:{flavor.name} does not export")
        elif name in versions and symbol.crc and versions[name] != symbol.crc:
            problems.append(
                f"{ko.name} was built for another version of {name} than linux:{flavor.name} has: rebuild it"
            )
        elif symbol.gpl_only and license_ not in GPL_COMPATIBLE:
            problems.append(_license_sentence(ko.name, license_, name))
    return problems


def refused_by_license(license_: str, names: set[str], flavor: KernelFlavor) -> list[str]:
    """One sentence for each of the names that the kernel keeps from modules of that licence."""
    if license_ in GPL_COMPATIBLE:
        return []
    known = exports(provision.headers(flavor))
    return [
        _license_sentence("the module", license_, name)
        for name in sorted(names)
        if name in known and known[name].gpl_only
    ]


def modinfo(ko: Path) -> dict[str, str]:
    """What the module says of itself: license, description, vermagic, ...; of several, the last."""
    with ko.open("rb") as file:
        return _modinfo(ELFFile(file))


@memoize
def exports(headers: Path) -> dict[str, Symbol]:
    """What the kernel of these headers exports, by name."""
    found: dict[str, Symbol] = {}
    for line in (headers / "Module.symvers").read_text().splitlines():
        crc, name, _module, kind = line.split("\t")[:4]
        found[name] = Symbol(name, int(crc, 16), kind.startswith("EXPORT_SYMBOL_GPL"))
    return found


def _license_sentence(who: str, license_: str, name: str) -> str:
    return (
        f"{who} has the licence {license_!r}, and Linux gives {name} to GPL modules only: "
        'say @module(license="GPL") if that is so'
    )


def _modinfo(elf: ELFFile) -> dict[str, str]:
    section = elf.get_section_by_name(".modinfo")
    if section is None:
        return {}
    pairs = (item.decode(errors="replace").partition("=") for item in section.data().split(b"\0") if item)
    return {key: value for key, _, value in pairs}


def _versions(elf: ELFFile) -> dict[str, int]:
    section = elf.get_section_by_name("__versions")
    if section is None:
        return {}
    return {name.split(b"\0")[0].decode(): crc for crc, name in _VERSION.iter_unpack(section.data())}


def _undefined(elf: ELFFile) -> set[str]:
    table = elf.get_section_by_name(".symtab")
    if not isinstance(table, SymbolTableSection):
        return set()
    return {
        symbol.name for symbol in table.iter_symbols() if symbol["st_shndx"] == "SHN_UNDEF" and symbol.name
    }


def loaded_size(ko: Path) -> int:
    """The bytes of a module that a kernel keeps in memory: no symbols for the debugger, no relocations."""
    with ko.open("rb") as file:
        sections = list(ELFFile(file).iter_sections())
    return sum(one["sh_size"] for one in sections if one["sh_flags"] & SH_FLAGS.SHF_ALLOC)
