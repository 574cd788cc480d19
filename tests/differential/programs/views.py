"""memoryview: windows on bytes and bytearrays, parts of them, what may not be done meanwhile."""

from kmi import info


def show(view: memoryview) -> None:
    info(f"{len(view)} {view.tobytes()} {view.readonly} {view.nbytes} {view.tolist()} {view.hex()}")


def refused(buffer: bytearray, how: int) -> None:
    try:
        if how == 0:
            buffer.append(1)
        elif how == 1:
            buffer.extend(b"xy")
        elif how == 2:
            buffer.pop()
        elif how == 3:
            buffer.clear()
        elif how == 4:
            del buffer[0]
        elif how == 5:
            buffer[1:2] = b"long"
        elif how == 6:
            buffer += b"z"
        elif how == 7:
            del buffer[::2]
        elif how == 8:
            buffer.insert(0, 1)
        elif how == 9:
            buffer.remove(98)
        elif how == 10:
            del buffer[:2]
    except BufferError as error:
        info(f"{how}: {error}")


def exported() -> None:
    buffer = bytearray(b"abcdef")
    view = memoryview(buffer)
    for how in range(11):
        refused(buffer, how)
    buffer.extend(b"")
    buffer[1:3] = b"BC"
    del buffer[3:3]
    part = view[2:5]
    view[0] = 65
    part[-1] = 69
    part[0:2] = b"xy"
    view[1:4] = view[2:5]
    info(f"{buffer}")
    show(view)
    show(part)
    del view
    refused(buffer, 0)
    part.release()
    refused(buffer, 0)
    info(f"{buffer}")
    try:
        info(f"{len(part)}")
    except ValueError as error:
        info(f"{error}")
    part.release()
    with memoryview(buffer) as inner:
        refused(buffer, 2)
        info(f"{inner[0]}")
    refused(buffer, 2)
    info(f"{buffer}")


def mistakes() -> None:
    view = memoryview(b"abc")
    try:
        view[0] = 1
    except TypeError as error:
        info(f"{error}")
    try:
        info(f"{view[3]}")
    except IndexError:
        info("no 3")
    buffer = bytearray(3)
    other = memoryview(buffer)
    try:
        other[0] = 256
    except ValueError as error:
        info(f"{error}")
    try:
        other[0:2] = b"123"
    except ValueError as error:
        info(f"{error}")


def last(view: memoryview) -> memoryview:
    return view[-2:]


def main() -> None:
    show(memoryview(b""))
    show(memoryview(b"ab\x00c"))
    show(memoryview(b"abcdef")[1:-1])
    show(memoryview(bytearray(b"abc")))
    whole = memoryview(b"one two")
    total = 0
    for byte in whole:
        total = total * 3 + byte
    info(f"{total} {whole[0]} {whole[-1]} {97 in whole} {111 in whole} {300 in whole}")
    info(f"{whole == b'one two'} {whole[:3] == bytearray(b'one')} {whole[:3] == whole[4:7]} {whole != b''}")
    info(f"{bytes(whole[4:])} {bytearray(whole[:3])} {last(last(whole)).tobytes()} {len(memoryview(whole))}")
    info(f"{b'one two three'.startswith(whole)} {b'a' + whole[:1]} {b','.join([whole[1:2].tobytes()])}")
    buffer = bytearray()
    buffer.extend(whole[4:])
    buffer += whole[:1]
    info(f"{buffer} {len(whole[5:2])}")
    exported()
    mistakes()
