"""The bindings of one FreeBSD: for exactly the names that the layer imports from its `bindings`.

    bindings = bind(release)
    bindings.python        # a file for `Library(bindings=...)`
    bindings.assertions    # a C header that proves them, included by every module
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kmi.bindgen import HeaderError, NameNotFound
from kmi.kernels.building import binder
from kmi.kernels.building.binder import Bound, Headers
from kmi.kernels.building.refused import BuildError
from kmi.kernels.freebsd.provision import prepare as provision
from kmi.kernels.freebsd.provision.releases import Release
from kmi.kernels.freebsd.toolchain import compiler
from kmi.kernels.freebsd.toolchain.compiler import LAYER

__all__ = ["LAYER", "Bound", "bind", "headers"]


def bind(release: Release, progress: Callable[[str], None] = lambda line: None) -> Bound:
    """The bindings of the release, made when they are not there yet.

    Raises ProvisionError without its headers, BuildError where those of a source tree are not as expected.
    """

    try:
        return binder.bind(LAYER, headers(release, progress), f"freebsd-{release.name}")
    except (HeaderError, NameNotFound) as error:
        if release.tree is None:
            raise
        raise BuildError(f"the headers in {release.tree} do not fit together, or not kmi: {error}") from error


def headers(release: Release, progress: Callable[[str], None] = lambda line: None) -> Headers:
    """The kernel's headers. Raises ProvisionError without them."""

    def flags() -> Sequence[str]:
        progress(f"reading the headers of {release.title}")
        options = [word for line in compiler.OPTIONS.splitlines() for word in ("-D", _defined(line))]
        return [*compiler.preprocessor(release), *options]

    return Headers(provision.identity(release), flags, LAYER, release.title)


def _defined(line: str) -> str:
    _, name, value = line.split()
    return f"{name}={value}"
