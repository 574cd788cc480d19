"""A device that digests what is written to it: CRC-32 and SHA-256, in Python, over any number of writes.

    $ echo -n 123456789 > /dev/crc
    $ cat /dev/crc
    crc32  cbf43926
    sha256 15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225

Opening the device for writing begins anew. Both digests are written as their standards have them (ISO 3309,
FIPS 180-4): a `u32` wraps where `& MASK` says so, and the compiler makes plain 32-bit arithmetic of it.
"""

from typing import Final

from kmi import Module, info, module, u32, u64
from kmi.device import File, FileOperations, MiscDevice
from kmi.sync import Mutex
from kmi.uio import Uio

MASK: Final = 0xFFFFFFFF
BLOCK: Final = 64
CHUNK: Final = 4096


def crc_table() -> list[u32]:
    """What each byte does to a CRC-32 of the reflected polynomial 0x04C11DB7."""
    table: list[u32] = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
        table.append(value)
    return table


class Crc32:
    """The CRC of Ethernet, gzip and PNG.

    >>> crc = Crc32()
    >>> crc.update(b"123456789")
    >>> hex(crc.value())
    '0xcbf43926'
    """

    def __init__(self) -> None:
        self.table = crc_table()
        self.state: u32 = MASK

    def restart(self) -> None:
        self.state = MASK

    def update(self, data: bytes) -> None:
        state = self.state
        for byte in data:
            state = state >> 8 ^ self.table[(state ^ byte) & 0xFF]
        self.state = state

    def value(self) -> u32:
        return self.state ^ MASK


# The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
ROUNDS: Final = (
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
    0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
    0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
    0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
    0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
    0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
    0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
    0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
)  # fmt: skip


def rotate(value: int, by: int) -> int:
    """The 32 bits turned right."""
    return (value >> by | value << 32 - by) & MASK


class Sha256:
    """The digest of FIPS 180-4.

    >>> digest = Sha256()
    >>> digest.update(b"abc")
    >>> digest.digest().hex()[:16]
    'ba7816bf8f01cfea'
    """

    def __init__(self) -> None:
        self.state: list[u32] = [
            0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19
        ]  # fmt: skip
        self.rest = bytearray()
        self.length: u64 = 0

    def update(self, data: bytes) -> None:
        self.length += len(data)
        self.rest += data
        whole = len(self.rest) // BLOCK * BLOCK
        for start in range(0, whole, BLOCK):
            self.block(self.rest[start : start + BLOCK])
        del self.rest[:whole]

    def digest(self) -> bytes:
        """The digest of all that was given so far."""
        last = Sha256()
        last.state = self.state.copy()
        last.rest = self.rest.copy()
        padding = bytes((BLOCK - 9 - len(self.rest)) % BLOCK)
        last.update(b"\x80" + padding + (8 * self.length).to_bytes(8, "big"))
        return b"".join([word.to_bytes(4, "big") for word in last.state])

    def block(self, block: bytearray) -> None:
        words: list[u32] = [int.from_bytes(block[i : i + 4], "big") for i in range(0, BLOCK, 4)]
        for i in range(16, 64):
            low, high = words[i - 15], words[i - 2]
            s0 = rotate(low, 7) ^ rotate(low, 18) ^ low >> 3
            s1 = rotate(high, 17) ^ rotate(high, 19) ^ high >> 10
            words.append((words[i - 16] + s0 + words[i - 7] + s1) & MASK)
        a, b, c, d, e, f, g, h = self.state
        for i in range(64):
            s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            one = h + s1 + (e & f ^ ~e & g) + ROUNDS[i] + words[i]
            s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            two = s0 + (a & b ^ a & c ^ b & c)
            a, b, c, d, e, f, g, h = (one + two) & MASK, a, b, c, (d + one) & MASK, e, f, g
        added = (a, b, c, d, e, f, g, h)
        self.state = [(old + new) & MASK for old, new in zip(self.state, added, strict=True)]


class Digests:
    """Both digests of one stream."""

    def __init__(self) -> None:
        self.crc = Crc32()
        self.sha = Sha256()

    def restart(self) -> None:
        self.crc.restart()
        self.sha = Sha256()

    def update(self, data: bytes) -> None:
        self.crc.update(data)
        self.sha.update(data)

    def report(self) -> bytes:
        return f"crc32  {self.crc.value():08x}\nsha256 {self.sha.digest().hex()}\n".encode()


class Crc(FileOperations):
    def __init__(self) -> None:
        self.digests = Mutex(Digests())

    def open(self, file: File) -> None:
        if file.writable:
            with self.digests as digests:
                digests.restart()

    def write(self, file: File, data: Uio) -> None:
        while data.remaining:
            part = data.get(min(data.remaining, CHUNK))
            with self.digests as digests:
                digests.update(part)

    def read(self, file: File, data: Uio) -> None:
        with self.digests as digests:
            report = digests.report()
        data.put(report[file.position :])


@module(license="GPL", description="digests what is written: CRC-32 and SHA-256")
class CrcModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("crc", Crc())
        info("crc: ready")
