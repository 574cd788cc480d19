"""The files of a package, found by Python's own import while the package is executed.

    from .ring import Ring      # the rewritten code of ring.py, in a module of its own

Invariant: what was in `sys.modules` before is there again afterwards: each load executes all files anew.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import CodeType, ModuleType, TracebackType

from kmi.kernels.simulated.hook.checks import Checks
from kmi.kernels.simulated.hook.positions import MARK

__all__ = ["Files"]


class Files(MetaPathFinder, Loader):
    """The code of a module's files, by their names; importable in the `with` block alone."""

    def __init__(self, main: ModuleType, code: Mapping[str, CodeType], checks: Checks) -> None:
        self.main = main
        self.code = code
        self.checks = checks
        self.loaded: list[ModuleType] = []
        self._before: dict[str, ModuleType | None] = {}

    def __enter__(self) -> "Files":
        """The module stands under its name in `sys.modules` while it executes, as dataclasses need it."""
        self._before = {name: sys.modules.pop(name, None) for name in self.code}
        sys.modules[self.main.__name__] = self.main
        sys.meta_path.insert(0, self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.meta_path.remove(self)
        for name, module in self._before.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.code:
            return None
        file = self.code[fullname].co_filename
        inner = file.endswith("__init__.py")
        return spec_from_loader(fullname, self, origin=file, is_package=inner)

    def exec_module(self, module: ModuleType) -> None:
        code = self.code[module.__name__]
        module.__file__ = code.co_filename
        setattr(module, MARK, self.checks)
        exec(code, vars(module))
        self.loaded.append(module)
