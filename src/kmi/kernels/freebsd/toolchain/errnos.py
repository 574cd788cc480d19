"""Errnos that FreeBSD has no number for: a module that raises one is refused, with the line.

    said = lacking(text)     # ["echo.py:12: FreeBSD has no errno EBADE; ..."]

The names are those that kernel Python takes from `errno` and FreeBSD's `sys/errno.h` lacks, without the few
that `platform.h` has another name for.
"""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["LACKING", "lacking"]

#: Linux's own (include/uapi/asm-generic/errno.h), none of which sys/errno.h has.
LACKING = frozenset(
    """
    EADV EBADE EBADFD EBADR EBADRQC EBADSLT EBFONT ECHRNG ECOMM EDOTDOT EISNAM EKEYEXPIRED EKEYREJECTED
    EKEYREVOKED EL2HLT EL2NSYNC EL3HLT EL3RST ELIBACC ELIBBAD ELIBEXEC ELIBMAX ELIBSCN ELNRNG
    EMEDIUMTYPE ENAVAIL ENOANO ENOCSI ENOKEY ENOMEDIUM ENONET ENOPKG ENOSR ENOSTR ENOTNAM ENOTUNIQ
    EREMCHG ERFKILL ESRMNT ESTRPIPE EUCLEAN EUNATCH EXFULL
    """.split()
)

_LINE = re.compile(r'#(?:line)? ?(\d+) "(.*)"')
_NAME = re.compile(r"\bE[A-Z0-9]{2,}\b")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def lacking(text: str) -> list[str]:
    """What is wrong with the errnos of a module's C, in sentences; each name once."""
    said: dict[str, str] = {}
    file, number = "", 0
    for line in text.splitlines():
        if at := _LINE.match(line):
            number, file = int(at[1]) - 1, at[2]
            continue
        number += 1
        for name in _NAME.findall(_TEXT.sub("", line)):
            if name in LACKING and name not in said:
                where = f"{Path(file).name}:{number}"
                said[name] = f"{where}: FreeBSD has no errno {name}; raise one that POSIX has, such as EIO"
    return list(said.values())
