"""The bindings of one Linux: for exactly the names that the layer imports from `kmi.kernels.linux.bindings`.

    bindings = bind(flavor)
    bindings.python        # a file for `Library(bindings=...)`
    bindings.assertions    # a C header that proves them, included by every module
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import kmi.bindgen
from kmi.kernels.building import binder
from kmi.kernels.building.binder import Bound, Headers
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.kernels.linux.toolchain import kbuild

__all__ = ["LAYER", "Bound", "bind", "headers"]

LAYER = Path(__file__).parents[1]


def bind(flavor: KernelFlavor, progress: Callable[[str], None] = lambda line: None) -> Bound:
    """The bindings of the kernel, made when they are not there yet.

    Raises ProvisionError without its headers, and bindgen's HeaderError and NameNotFound.
    """
    return binder.bind(LAYER, headers(flavor, progress), flavor.name)


def headers(flavor: KernelFlavor, progress: Callable[[str], None] = lambda line: None) -> Headers:
    """The kernel's headers. Raises ProvisionError without them."""
    release = provision.release(flavor)

    def flags() -> Sequence[str]:
        progress(f"reading the headers of linux:{flavor.name}")
        return kmi.bindgen.clang_flags(kbuild.commands(flavor, progress).compiler)

    return Headers(release, flags, provision.headers(flavor), f"Linux {release}")
