"""What ends the kernel: wild pointers, stacks that overflow or are smashed."""

from __future__ import annotations

from typing import Any

import pytest

from kmi.machines.outcomes import KernelPanic


@pytest.mark.parametrize(
    ("name", "argument", "said"),
    [
        ("t_null", 0, "page fault: read of 8 bytes at 0x0: memory that is not mapped"),
        ("t_read", 0x5000, "page fault: read of 1 bytes at 0x5000: user memory, which copyin"),
        ("t_call", 0, "page fault: a call of 0x0, where no code is"),
        ("t_stack", 100, "page fault: write of"),
        ("t_smash", 64, "stack overflow detected"),
    ],
)
def test_a_wrong_access_names_its_line(services: Any, name: str, argument: int, said: str) -> None:
    with pytest.raises(KernelPanic, match=said) as caught:
        services(name, argument)
    assert f"in {name}" in str(caught.value) or f"{name}+0x" in str(caught.value)
