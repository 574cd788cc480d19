"""Programs written by hand, one a feature: compiled code does what CPython does, and leaves nothing alive.

All run under the address sanitizer; every second one is also optimised, under all that sanitizers know, which
takes gcc four times as long.
"""

from pathlib import Path
from zlib import crc32

import pytest

from kmi.kernels.host.build import Way
from kmi.testing.differential.harness import compare_file

pytestmark = pytest.mark.needs("gcc")
HOME = Path(__file__).with_name("programs")
PROGRAMS = sorted([*HOME.glob("*.py"), *HOME.glob("*/__init__.py")])


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: str(path.relative_to(HOME)).removesuffix(".py"))
def test_the_compiled_program_does_what_cpython_does(path: Path, tmp_path: Path) -> None:
    name = str(path.relative_to(HOME))
    way: Way = "thorough" if crc32(name.encode()) % 2 else "checked"
    found = compare_file(path, ["main"], tmp_path, faults=500, way=way)
    for _main, what, reference, compiled in found:
        parts = [
            what,
            reference and f"CPython:\n{reference.describe()}",
            compiled and f"compiled:\n{compiled.describe()}",
        ]
        pytest.fail("\n".join(filter(None, parts)))
