"""Debuggers and oopses show lines of Python: `#line` is right in the text and in the DWARF."""

import re
import subprocess
from pathlib import Path

from elftools.elf.elffile import ELFFile

import kmi
from tests.compiler.compiled import compiled

SOURCE = """
class Echo:
    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.kept = bytearray()

    def write(self, data: bytes) -> int:
        if len(self.kept) + len(data) > self.capacity:
            raise BlockingIOError
        self.kept.extend(data)
        return len(data)


def f(n: int) -> int:
    echo = Echo(n)
    total = 0
    for i in range(n):
        total += echo.write(b"abc")
    return total
"""


def test_generated_code_is_numbered_on_the_final_text() -> None:
    lines = compiled(SOURCE, "f", directives=True).text.split("\n")
    resets = [(number, line) for number, line in enumerate(lines, 1) if line.endswith('"t.c"')]
    assert resets
    for number, line in resets:
        assert line == f'#line {number + 1} "t.c"'


def test_dwarf_names_lines_that_exist(tmp_path: Path) -> None:
    made = compiled(SOURCE, "f", directives=True)
    (tmp_path / "t.c").write_text(made.text)
    package = Path(kmi.__file__).parent
    command = ["gcc", "-std=gnu11", "-g", "-O1", "-c", "t.c", "-o", "t.o", "-w"]
    command += [
        f"-I{package / 'runtime'}",
        f"-I{package / 'kernels' / 'host'}",
        "-fno-strict-aliasing",
        "-DKMI_TEST",
    ]
    command += ["-fkeep-static-functions"]
    subprocess.run(command, cwd=tmp_path, check=True)
    lengths = {"t.py": SOURCE.count("\n"), "t.c": made.text.count("\n")}
    seen: dict[str, set[int]] = {}
    with (tmp_path / "t.o").open("rb") as file:
        dwarf = ELFFile(file).get_dwarf_info()
        for unit in dwarf.iter_CUs():
            program = dwarf.line_program_for_CU(unit)
            names = [entry.name.decode() for entry in program["file_entry"]]
            for entry in program.get_entries():
                if entry.state is not None:
                    name = Path(
                        names[entry.state.file if program["version"] >= 5 else entry.state.file - 1]
                    ).name
                    seen.setdefault(name, set()).add(entry.state.line)
    for name, length in lengths.items():
        assert max(seen[name]) <= length, name
    raising = SOURCE.split("\n").index("            raise BlockingIOError") + 1
    assert raising in seen["t.py"]


def test_sites_name_the_authors_line() -> None:
    text = compiled(SOURCE, "f").text
    found = re.findall(r'KMI_SITE\("t.py", (\d+), "Echo.write"\), &kmi_BlockingIOError', text)
    assert found == ["9"]
    assert 'KMI_SITE("t.py", 10, "Echo.write")' in text
