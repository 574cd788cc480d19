"""Methods of str: every one, with ends, empties, and text of more bytes than characters."""

from kmi import info


def searches(text: str) -> None:
    for wanted in ["", "a", "é", "ab", "é€", "zzzzzz", text]:
        line = f"{wanted!r}:"
        for start in [-9, -2, 0, 1, 5, 50]:
            for stop in [-9, -1, 0, 3, 50]:
                line = f"{line} {text.find(wanted, start, stop)},{text.rfind(wanted, start, stop)}"
                line = f"{line},{text.count(wanted, start, stop)},{text.startswith(wanted, start, stop)}"
                line = f"{line},{text.endswith(wanted, start, stop)}"
        info(line)
        info(f"{text.find(wanted)} {text.rfind(wanted)} {text.count(wanted)} {wanted in text}")
        info(f"{text.removeprefix(wanted)!r} {text.removesuffix(wanted)!r}")
    try:
        info(f"{text.index('a')} {text.rindex('a')} {text.index('nowhere')}")
    except ValueError as error:
        info(f"{error}")


def apart(text: str) -> None:
    for most in [-1, 0, 1, 2, 9]:
        info(f"{text.split(None, most)} {text.rsplit(None, most)}")
        for by in [",", "é", "  "]:
            info(f"{text.split(by, most)} {text.rsplit(by, most)}")
    info(f"{text.split()} {text.rsplit()} {text.split(',')} {text.split(sep=',', maxsplit=1)}")
    info(f"{text.partition(',')} {text.rpartition('é')}")
    info(f"{text.strip()!r} {text.lstrip()!r} {text.rstrip()!r} {text.strip(' é,')!r} {text.lstrip('aé ')!r}")
    info(f"{text.rstrip(', é€')!r} {text.splitlines()} {text.splitlines(True)} {text.isspace()}")


def changed(text: str) -> None:
    for old in ["", "a", "é", "ab"]:
        for new in ["", "-", "€uro"]:
            info(f"{text.replace(old, new)!r} {text.replace(old, new, 1)!r} {text.replace(old, new, 0)!r}")
    for width in [0, 3, 10, 11, 12]:
        info(f"{text.ljust(width)!r} {text.rjust(width, '*')!r}")
        info(f"{text.center(width, 'é')!r} {text.zfill(width)!r}")
    info(f"{text.encode()} {text.isascii()}")


def cased(text: str) -> None:
    info(f"{text.upper()} {text.lower()} {text.swapcase()}")
    info(f"{text.isdigit()} {text.isalpha()} {text.isalnum()} {text.isupper()} {text.islower()}")
    changed(text)


def main() -> None:
    for text in ["", "a", "éab€é", "abab", "€€€"]:
        searches(text)
    texts = ["", " ", "a,b,,c", "  ab é cd ", ",", "a\nb\r\nc\rd\n", "é,éé,\u2003x\u3000"]
    texts.append("\x1c\x85 \u2028é")
    for text in texts:
        apart(text)
        changed(text)
    for text in ["-12", "+7", "Ab1", "12", "AB", "ab z", ""]:
        cased(text)
    info(f"{','.join([])!r} {','.join(['a'])} {' é '.join(['a', '', 'bc'])} {''.join(['x', 'é'])}")
    info(f"{','.join(['', ''])} {'abc'.startswith(('x', 'ab'))} {'abc'.endswith(('x', 'ab'))}")
    try:
        info(f"{'a'.split('')}")
    except ValueError as error:
        info(f"{error}")
    try:
        info(f"{'a'.ljust(3, 'xy')}")
    except TypeError as error:
        info(f"{error}")
    info(f"{'abc'.index('x')}")
