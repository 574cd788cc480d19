"""Where the modules are found that a module imports: paths only, so that the language knows no kernel.

    Library()                                        # `kmi check`: the interface's declarations are all
    there is Library(kernel=Path("src/kmi/kernels/linux"), bindings=Path("…/bindings.py"))

With a kernel, what the interface only declares (``@provided``) is taken from the kernel's layer, and the
bodies of everything that the module reaches are analysed too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

COMMON = "compiled"
"""The directory, beside a kernel's layer, of what is the same in all of them."""
PACKAGE = Path(__file__).parent.parent
"""The directory of the package ``kmi`` itself."""


@dataclass(frozen=True, slots=True)
class Library:
    """The files behind the imports of a module.

    ``kernel`` is the directory of a kernel's layer, ``bindings`` the generated bindings of one flavour of it.
    """

    kernel: Path | None = None
    bindings: Path | None = None
    entry: bool = True
    """Whether the file must have a class under ``@module``; a plain program for the host has a ``main``."""
    running: str = ""
    """Without a layer: the kernel on which the file is to run. It has nothing of other kernels' own."""
    bodies: bool = False
    """Analyse the bodies of the library that are reached, even without a kernel."""
    uncalled: bool = False
    """Analyse, too, the methods of its classes that nobody calls: what tests of the library want."""
    roots: tuple[str, ...] = ("module",)
    """The modules of the layer that are compiled whether the author's module reaches them or not, where
    they exist.
    """

    @property
    def layer(self) -> str | None:
        """The dotted name of the kernel's layer: ``kmi.kernels.linux``."""
        return f"kmi.kernels.{self.kernel.name}" if self.kernel is not None else None

    @property
    def name(self) -> str:
        """What the kernel is called; empty where the file is only checked."""
        return self.kernel.name if self.kernel is not None else self.running

    @property
    def complete(self) -> bool:
        """Whether library bodies are analysed."""
        return self.bodies or self.kernel is not None

    def compiled(self, reached: Collection[str]) -> list[str]:
        """The roots by their dotted names; those of what the kernel alone has only where they are reached."""
        if self.kernel is None:
            return []
        own = (f"{self.layer}.{self.name}.{root}" for root in self.roots)
        return [*(f"{self.layer}.{root}" for root in self.roots), *(root for root in own if root in reached)]

    def locate(self, module: str) -> Path | None:
        """The file of a module by its dotted name, or None where there is none."""
        layer = self.layer
        if layer is not None and module == f"{layer}.bindings" and self.bindings is not None:
            return self.bindings
        if layer is not None and self.kernel is not None and module.startswith(layer + "."):
            parts = module.removeprefix(layer + ".").split(".")
            return _file(self.kernel, parts) or _file(self.kernel.parent / COMMON, parts)
        if module == "kmi":
            return PACKAGE / "__init__.py"
        parts = module.split(".")
        if parts[0] == "kmi" and len(parts) == 2:
            file = PACKAGE.joinpath(*parts[1:]).with_suffix(".py")
            return file if file.is_file() else _own(parts[1], [])
        if parts[0] == "kmi" and len(parts) == 3:
            if parts[1] != "runtime":
                return _own(parts[1], parts[2:])
            file = PACKAGE.joinpath(*parts[1:]).with_suffix(".py")
            return file if file.is_file() else None
        return None

    def lacking(self, module: str) -> str | None:
        """The kernel that alone has an interface module, where that is not the one of this library."""
        parts = module.split(".")
        if not self.name or parts[0] != "kmi" or len(parts) < 2 or parts[1] == self.name:
            return None
        return parts[1] if _own(parts[1], []) is not None else None

    def layer_module(self, interface: str) -> str | None:
        """The module of the layer that implements an interface module: ``kmi.device`` ->
        ``kmi.kernels.linux.device``.
        """
        return f"{self.layer}.{interface.removeprefix('kmi.')}" if self.layer is not None else None


def _own(kernel: str, parts: list[str]) -> Path | None:
    """A declaration of what one kernel alone has: `kmi.NAME.MODULE`, where there is a layer NAME."""
    home = PACKAGE / kernel
    if not (PACKAGE / "kernels" / kernel).is_dir() or not (home / "__init__.py").is_file():
        return None
    return _file(PACKAGE, [kernel, *parts])


def _file(directory: Path, parts: list[str]) -> Path | None:
    path = directory.joinpath(*parts)
    file = path.with_suffix(".py")
    if file.is_file():
        return file
    package = path / "__init__.py"
    return package if package.is_file() else None
