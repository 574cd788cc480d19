"""SHA-256 over a buffer, with its constants at the top of the module, as Python programmers write it."""

from typing import Final

SIZE: Final = 1024

START: Final = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)

ADDED: Final = (
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
    0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
    0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
    0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
    0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
    0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
    0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
    0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
)


def rotated(value: int, by: int) -> int:
    return (value >> by | value << (32 - by)) & 0xFFFFFFFF


def compress(state: list[int], data: bytes, start: int, words: list[int]) -> None:
    for i in range(16):
        at = start + 4 * i
        words[i] = data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3]
    for i in range(16, 64):
        x = words[i - 15]
        y = words[i - 2]
        s0 = rotated(x, 7) ^ rotated(x, 18) ^ x >> 3
        s1 = rotated(y, 17) ^ rotated(y, 19) ^ y >> 10
        words[i] = (words[i - 16] + s0 + words[i - 7] + s1) & 0xFFFFFFFF
    a = state[0]
    b = state[1]
    c = state[2]
    d = state[3]
    e = state[4]
    f = state[5]
    g = state[6]
    h = state[7]
    for i in range(64):
        s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
        chosen = (e & f) ^ (~e & g)
        first = (h + s1 + chosen + ADDED[i] + words[i]) & 0xFFFFFFFF
        s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
        majority = (a & b) ^ (a & c) ^ (b & c)
        second = (s0 + majority) & 0xFFFFFFFF
        h = g
        g = f
        f = e
        e = (d + first) & 0xFFFFFFFF
        d = c
        c = b
        b = a
        a = (first + second) & 0xFFFFFFFF
    for i, value in enumerate([a, b, c, d, e, f, g, h]):
        state[i] = (state[i] + value) & 0xFFFFFFFF


def sha256(data: bytes) -> bytes:
    size = len(data)
    padded = bytearray(data)
    padded.append(0x80)
    while len(padded) % 64 != 56:
        padded.append(0)
    for shift in range(56, -1, -8):
        padded.append(size * 8 >> shift & 0xFF)
    whole = bytes(padded)
    state = [START[0], START[1], START[2], START[3], START[4], START[5], START[6], START[7]]
    words = [0] * 64
    for start in range(0, len(whole), 64):
        compress(state, whole, start, words)
    digest = bytearray()
    for word in state:
        for shift in range(24, -1, -8):
            digest.append(word >> shift & 0xFF)
    return bytes(digest)


def sample(size: int) -> bytes:
    data = bytearray()
    state = 12345
    for _ in range(size):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        data.append(state >> 16 & 0xFF)
    return bytes(data)


def bench_sha256(rounds: int) -> int:
    data = sample(SIZE)
    total = 0
    for _ in range(rounds):
        digest = sha256(data)
        total += digest[0] << 16 | digest[15] << 8 | digest[31]
    return total
