"""Finding a compiler for FreeBSD and its kernel's headers: both come in one package from PyPI.

    for lack in provision.missing(release):
        print(lack.what, lack.line)            # pip install 'kmi[freebsd]'
    provision.install(print)                   # does it
    provision.clang()                          # the words of its command line
    provision.headers(release)                 # where the headers are, in the order of looking

The package is Zig's compiler, which carries clang, a linker, and the headers of every system it compiles
for. Those of FreeBSD 15 are whole enough for modules; those of other releases are in their source trees
(`trees.py`). `sys/param.h` there leaves `__FreeBSD_version` to the
compiler's driver, so the release gives it.
"""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from functools import cache as memoize
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kmi.kernels.building.lacking import Missing, ProvisionError
from kmi.kernels.freebsd.provision import trees
from kmi.kernels.freebsd.provision.releases import Release

__all__ = ["PACKAGES", "clang", "headers", "identity", "install", "linker", "missing"]

#: What the extra `freebsd` of kmi's own package names.
PACKAGES = ("unicorn>=2.1,<3", "ziglang>=0.17,<0.18")
_PACKAGE = "ziglang"
_LINE = "pip install 'kmi[freebsd]'"
#: A header that came with FreeBSD 15; `sys/param.h` of the package does not say of which release it is.
_SIGN = "sys/exterrvar.h"
_PLACES = ("x86_64-freebsd-none", "generic-freebsd")


def missing(release: Release) -> list[Missing]:
    """What is lacking to build for the release."""
    if release.tree is None and not release.packaged:
        what = f"the headers of {release.title}: give its source tree"
        return [Missing(what, f"kmi build FILE --on freebsd:{release.name} --headers /usr/src")]
    if _package() is None:
        return [Missing(f"clang and the headers of {release.title}, the package {_PACKAGE}", _LINE)]
    return []


def install(progress: Callable[[str], None]) -> None:
    """Install the packages that kmi's extra `freebsd` names, with pip. Raises ProvisionError."""
    progress(f"installing {', '.join(PACKAGES)}")
    command = [sys.executable, "-m", "pip", "install", "--quiet", *PACKAGES]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-8:])
        raise ProvisionError(f"pip install failed:\n{said}\nby hand:", [Missing(_PACKAGE, _LINE)])
    importlib.invalidate_caches()
    _package.cache_clear()


def clang() -> list[str]:
    """The words that begin a command line of clang. Raises ProvisionError."""
    return [str(_found() / "zig"), "clang"]


def linker() -> list[str]:
    """The words that begin a command line of the linker. Raises ProvisionError."""
    return [str(_found() / "zig"), "ld.lld"]


def headers(release: Release) -> list[Path]:
    """The directories of the kernel's headers, the machine's own first. Raises ProvisionError."""
    if release.tree is not None:
        return trees.places(release)
    if not release.packaged:
        raise ProvisionError(f"the headers of {release.title} are missing:", missing(release))
    include = _found() / "lib" / "libc" / "include"
    places = [include / place for place in _PLACES]
    if not (places[1] / _SIGN).is_file():
        lacks = [Missing(_PACKAGE, _LINE)]
        raise ProvisionError(f"the package {_PACKAGE} {_version()} has no headers of {release.title}:", lacks)
    return places


def identity(release: Release) -> str:
    """What the result of a build depends on beside the module: the headers' and the compiler's version."""
    headers = trees.identity(release) if release.tree is not None else "packaged"
    return f"{release.version} {_PACKAGE} {_version()} {headers}"


@memoize
def _package() -> Path | None:
    found = importlib.util.find_spec(_PACKAGE)
    return Path(found.origin).parent if found is not None and found.origin is not None else None


def _found() -> Path:
    place = _package()
    if place is None:
        raise ProvisionError(
            f"the package {_PACKAGE} is missing, which has clang and FreeBSD's headers:",
            [Missing(_PACKAGE, _LINE)],
        )
    return place


def _version() -> str:
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:  # a directory on the path, without metadata
        return "unknown"
