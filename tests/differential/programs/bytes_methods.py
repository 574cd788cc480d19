"""Methods of bytes and bytearray: every one, with ends, empties, NULs and what CPython says of mistakes."""

from kmi import info


def searches(data: bytes) -> None:
    for wanted in [b"", b"a", b"ab", b"ba", b"\x00", b"zzzzzz", data]:
        line = f"{wanted}:"
        for start in [-9, -2, 0, 1, 5, 50]:
            for stop in [-9, -1, 0, 3, 50]:
                line = f"{line} {data.find(wanted, start, stop)},{data.rfind(wanted, start, stop)}"
                line = f"{line},{data.count(wanted, start, stop)},{data.startswith(wanted, start, stop)}"
                line = f"{line},{data.endswith(wanted, start, stop)}"
        info(line)
        buffer = bytearray(data)
        info(f"{buffer.find(wanted)} {buffer.rfind(wanted)} {buffer.count(wanted)} {wanted in buffer}")
        info(f"{data.find(wanted)} {data.rfind(wanted)} {data.count(wanted)} {wanted in data}")
        info(f"{data.removeprefix(wanted)} {data.removesuffix(wanted)} {buffer.removeprefix(wanted)}")
    info(f"{data.find(97)} {data.rfind(98)} {data.count(0)} {97 in data} {255 in data}")
    try:
        info(f"{data.index(b'b')} {data.rindex(b'a')} {data.index(b'nowhere')}")
    except ValueError as error:
        info(f"{error}")
    try:
        info(f"{data.find(300)}")
    except ValueError as error:
        info(f"{error}")


def apart(data: bytes) -> None:
    for most in [-1, 0, 1, 2, 9]:
        info(f"{data.split(None, most)} {data.rsplit(None, most)}")
        for by in [b",", b"ab", b"  "]:
            info(f"{data.split(by, most)} {data.rsplit(by, most)} {bytearray(data).split(by, most)}")
    info(f"{data.split()} {data.rsplit()} {data.split(b',')} {data.split(sep=b',', maxsplit=1)}")
    info(f"{data.partition(b',')} {data.rpartition(b',')} {bytearray(data).partition(b'ab')}")
    info(f"{data.strip()} {data.lstrip()} {data.rstrip()} {data.strip(b' a,')} {data.lstrip(b'ab ')}")
    info(f"{data.rstrip(b', ')} {bytearray(data).strip()} {data.splitlines()} {data.splitlines(True)}")


def changed(data: bytes) -> None:
    for old in [b"", b"a", b"ab", b","]:
        for new in [b"", b"-", b"long"]:
            info(f"{data.replace(old, new)} {data.replace(old, new, 1)} {data.replace(old, new, 0)}")
    info(f"{data.upper()} {data.lower()} {data.swapcase()} {bytearray(data).upper()}")
    for width in [0, 3, 10, 11, 12, 13]:
        info(f"{data.ljust(width)} {data.rjust(width, b'*')} {data.center(width, b'-')} {data.zfill(width)}")
    info(f"{data.hex()} {data.hex(':')} {bytearray(data).hex()}")
    info(f"{data.isdigit()} {data.isalpha()} {data.isalnum()} {data.isspace()} {data.isupper()}")
    info(f"{data.islower()} {data.isascii()}")


def mistakes() -> None:
    for text in ["zz", "0", "0 1", "é", "12 3x"]:
        try:
            info(f"{bytes.fromhex(text)}")
        except ValueError as error:
            info(f"{error}")
    info(f"{bytes.fromhex('')} {bytes.fromhex(' 0aFf 10 ')} {bytearray.fromhex('00ff')}")
    try:
        info(f"{b'a'.split(b'')}")
    except ValueError as error:
        info(f"{error}")
    try:
        info(f"{b'a'.partition(b'')}")
    except ValueError as error:
        info(f"{error}")
    broken = [b"ok", b"a\xff", b"\xc3", b"\xc3\x28", b"\xe2\x82", b"\xe2\x82z", b"\xed\xa0\x80"]
    broken.append(b"\xf0\x9f\x98")
    for data in broken:
        try:
            info(f"{data.decode()!r}")
        except UnicodeDecodeError as error:
            info(f"{error}")
        try:
            info(f"{data.decode('ascii')!r}")
        except UnicodeDecodeError:
            info("not in ASCII")
    for text in ["ok", "né", "éé!", "a😀"]:
        info(f"{text.encode()} {text.encode('utf-8')}")
        try:
            info(f"{text.encode('ascii')}")
        except UnicodeEncodeError:
            info("not in ASCII")  # a message has so much room
    try:
        info(f"{b'a'.decode('latin-9')}")
    except LookupError as error:
        info(f"{error}")


def main() -> None:
    for data in [b"", b"a", b"ab", b"abab\x00ab", b"aaaa"]:
        searches(data)
    for data in [b"", b" ", b"a,b,,c", b"  ab  cd ", b",", b"a\nb\r\nc\rd\n", b"abcab ab,ab", b"\n\n"]:
        apart(data)
        changed(data)
    for data in [b"-12", b"+7", b"Ab1", b"12", b"AB", b"\xff\x00"]:
        changed(data)
    info(f"{b','.join([])} {b','.join([b'a'])} {b', '.join([b'a', b'', b'bc'])} {b''.join([b'x', b'y'])}")
    info(f"{b','.join([b'', b''])} {bytearray(b'-').join([b'1', b'2'])}")
    info(f"{b'abc'.startswith((b'x', b'ab'))} {b'abc'.endswith((b'x', b'ab'))} {b'a'.startswith(())}")
    table = bytearray(range_of(256))
    table[97] = 65
    info(f"{b'banana'.translate(bytes(table))}")
    buffer = bytearray(b"one two")
    info(f"{b'one two three'.startswith(buffer)} {b'a' + buffer} {buffer + b'!'} {buffer in b'one two'}")
    info(f"{b'x one two'.find(buffer)} {b'one two,one two'.split(buffer)} {b'a' == buffer}")
    mistakes()
    info(f"{b'abc'.index(b'x')}")


def range_of(count: int) -> bytes:
    made = bytearray()
    for n in range(count):
        made.append(n)
    return bytes(made)
