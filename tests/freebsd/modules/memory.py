"""Memory from malloc(9): what is done with it while the module is loaded, and what the log says of it."""

from kmi import Module, info, module
from kmi.freebsd.contigmalloc import Contiguous, contigmalloc
from kmi.freebsd.malloc import M_NOWAIT, M_USE_RESERVE, M_WAITOK, M_ZERO, MallocType, Memory


class Buffers:
    def __init__(self) -> None:
        self.type = MallocType("kmi_buffers", "buffers of a test")

    def make(self, size: int) -> Memory:
        return self.type.allocate(size, M_WAITOK | M_ZERO)

    def spare(self, size: int) -> Memory:
        return self.type.allocate(size, M_NOWAIT | M_USE_RESERVE)


def bytes_are_there(buffers: Buffers) -> None:
    memory = buffers.make(100)
    assert len(memory) == 100 and memory.usable == 128
    assert memory[0] == 0 and memory[-1] == 0
    memory[99] = 255
    assert memory[-1] == 255
    memory.write(10, b"hello")
    memory.write(15, bytearray(b", kernel"))
    assert memory.read(10, 13) == b"hello, kernel"
    assert buffers.type.in_use == 1
    other = buffers.spare(0)
    assert len(other) == 0 and other.usable == 16
    assert buffers.type.in_use == 2


def outside_is_an_error(buffers: Buffers) -> None:
    memory = buffers.make(8)
    for index in (8, -9, 1000):
        try:
            memory[index] = 1
            raise AssertionError
        except IndexError as error:
            assert str(error) == f"index {index} out of range of 8"
    try:
        memory[0] = 256
        raise AssertionError
    except ValueError:
        pass
    try:
        memory.write(5, b"four")
        raise AssertionError
    except IndexError as error:
        assert str(error) == "4 bytes at 5 are not all within 8"
    assert memory.read(0, 8) == bytes(8)
    try:
        buffers.make(-1)
        raise AssertionError
    except ValueError:
        pass
    try:
        buffers.make(1 << 40)
        raise AssertionError
    except MemoryError:
        pass


def sizes_change(buffers: Buffers) -> None:
    memory = buffers.make(20)
    memory.write(0, b"twenty")
    memory.resize(5000, M_WAITOK | M_ZERO)
    assert len(memory) == 5000 and memory.read(0, 7) == b"twenty\0" and memory[4999] == 0
    memory.resize_or_free(3, M_NOWAIT)
    assert memory.read(0, 3) == b"twe" and buffers.type.in_use == 1


def freed_is_freed(buffers: Buffers) -> None:
    memory = buffers.make(8)
    memory.free()
    assert len(memory) == 0 and buffers.type.in_use == 0
    for attempt in range(5):
        try:
            if attempt == 0:
                memory.free()
            elif attempt == 1:
                memory.zero_and_free()
            elif attempt == 2:
                info(f"{memory[0]}")
            elif attempt == 3:
                memory.resize(4, M_NOWAIT)
            else:
                memory.write(0, b"")
            raise AssertionError
        except ValueError as error:
            assert str(error) == "the memory is freed"
    secret = buffers.make(16)
    secret.write(0, b"password")
    secret.zero_and_free()
    assert buffers.type.in_use == 0


def in_one_piece(buffers: Buffers) -> None:
    ring = contigmalloc(5000, buffers.type, M_WAITOK | M_ZERO)
    assert len(ring) == 5000 and ring.physical % 4096 == 0 and ring[4999] == 0
    ring[4999] = 7
    kept: list[Contiguous] = []
    for _turn in range(12):
        kept.append(contigmalloc(12288, buffers.type, M_NOWAIT, high=1 << 32, alignment=8192, boundary=16384))
    for each in kept:
        first = each.physical
        last = first + 12287
        assert first % 8192 == 0 and first // 16384 == last // 16384 and last < 1 << 32
    for low, high, alignment, boundary in ((4096, 4096, 4096, 0), (0, 1 << 40, 4096, 8192)):
        try:
            contigmalloc(12288, buffers.type, M_WAITOK, low, high, alignment, boundary)
            raise AssertionError
        except MemoryError:
            pass
    for size, alignment, boundary in ((0, 4096, 0), (1, 4095, 0), (1, 4096, 3)):
        try:
            contigmalloc(size, buffers.type, M_WAITOK, 0, 1 << 40, alignment, boundary)
            raise AssertionError
        except ValueError as error:
            info(f"memory: {error}")
    ring.zero_and_free()
    assert ring.read(0, 0) == b""


@module(license="Dual BSD/GPL", description="memory of types of its own", version="2.0")
class Memories(Module):
    def __init__(self) -> None:
        self.buffers = Buffers()
        bytes_are_there(self.buffers)
        outside_is_an_error(self.buffers)
        sizes_change(self.buffers)
        freed_is_freed(self.buffers)
        try:
            in_one_piece(self.buffers)
        except ValueError as error:
            info(f"memory: {error}")
        try:
            MallocType("", "no name")
        except ValueError as error:
            info(f"memory: {error}")
        self.first = MallocType("kmi_first", "the first of two")
        info(f"memory: {self.buffers.type.in_use} pieces are left")
