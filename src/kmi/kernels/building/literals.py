"""Python's values as C literals."""

from __future__ import annotations

__all__ = ["number", "text"]


def number(value: int) -> str:
    """An integer of 64 bits, signed or not."""
    if value >= 1 << 63:
        return f"{value}ULL"
    return f"({value + 1}LL - 1)" if value < 0 else f"{value}LL"


def text(value: str) -> str:
    """A C string literal."""
    out: list[str] = []
    for byte in value.encode():
        char = chr(byte)
        if char in '"\\' or char == "?":
            out.append("\\" + char)
        elif 0x20 <= byte < 0x7F:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return f'"{"".join(out)}"'
