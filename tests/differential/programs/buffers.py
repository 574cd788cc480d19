"""bytes and bytearray."""

from kmi import info


def show(name: str, data: bytes) -> None:
    total = 0
    for byte in data:
        total = (total * 31 + byte) % 65521
    info(f"{name}: {len(data)} {total}")


def refused(buffer: bytearray, value: int) -> None:
    try:
        buffer.append(value)
    except ValueError:
        info(f"{value} is no byte")
    try:
        buffer[0] = value
    except ValueError:
        info(f"{value} is no byte to set")
    try:
        buffer[len(buffer) + 5] = value  # the value is looked at before the place
    except ValueError:
        info(f"{value} is no byte to set anywhere")
    except IndexError:
        info("no such place")


class Source:
    """Its `get` is its own, whatever else it has."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def get(self, limit: int) -> bytes:
        return self.data[:limit]

    def _get_onto(self, buffer: bytearray, limit: int) -> None:
        buffer.extend(b"not asked for")


def main() -> None:
    text = b"kernel\x00python\xff"
    show("literal", text)
    show("slice", text[2:5])
    show("end", text[-3:])
    show("sum", text + b"!")
    show("times", b"ab" * 3)
    show("zeroes", bytes(4))
    info(f"{text[0]} {text[-1]} {107 in text} {text == b'kernel'} {text[:6] == b'kernel'} {b'a' < b'b'}")
    info(f"{text.find(b'py')} {text.startswith(b'ker')} {text.endswith(b'ker')} {text.count(b'n')}")
    buffer = bytearray()
    for n in range(20):
        buffer.append(n)
        if n % 3 == 2:
            del buffer[:2]
    show("queue", bytes(buffer))
    buffer.extend(b"xyz")
    buffer.extend(buffer)
    buffer += b"!"
    source = Source(b"source")
    buffer.extend(source.get(3))
    buffer += source.get(2)
    show("extended", bytes(buffer))
    buffer[0] = 255
    buffer[1:3] = b"long insertion"
    buffer[4:10] = b""
    show("stored", bytes(buffer))
    show("copy", bytes(buffer[3:9]))
    buffer.insert(0, 1)
    buffer.insert(-1, 2)
    info(f"{buffer.pop()} {buffer.pop(0)} {len(buffer)}")
    del buffer[5]
    buffer.reverse()
    show("reversed", bytes(buffer))
    refused(buffer, 256)
    refused(buffer, -1)
    other = bytearray(b"abc")
    info(f"{other == bytearray(b'abc')} {other == b'abc'} {other != buffer}")
    alias = other
    alias.clear()
    info(f"{len(other)}")
    try:
        alias.pop()
    except IndexError:
        info("empty")
    other[3] = 1
