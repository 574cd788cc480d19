"""key_value: a dict that processes share, with the errnos of what cannot be."""

import errno
from collections.abc import Callable

import pytest
from key_value import CLEAR, COUNT, DELETE, GET, NEXT, PUT, Count, Key, Pair

from kmi import Struct
from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel


class Client:
    """A process that uses the device."""

    def __init__(self, kernel: Kernel) -> None:
        self.user = kernel.process()
        self.fd = self.user.open("/dev/key_value")

    def call(self, number: int, record: Struct) -> bytes:
        return self.user.ioctl(self.fd, number, record.pack())[1]

    def put(self, key: int, value: int) -> None:
        self.call(PUT, Pair(key, value))

    def get(self, key: int) -> int:
        return Pair.unpack(self.call(GET, Pair(key, 0))).value

    def delete(self, key: int) -> None:
        self.call(DELETE, Key(key))

    def next(self, key: int) -> int:
        return Key.unpack(self.call(NEXT, Key(key))).key

    def count(self) -> tuple[int, int]:
        counted = Count.unpack(self.call(COUNT, Count(0, 0)))
        return counted.count, counted.capacity


def fails(number: int, call: Callable[[], object]) -> None:
    with pytest.raises(OSError) as refused:
        call()
    assert refused.value.errno == number


def test_what_was_put_is_there(kernel: Kernel) -> None:
    kernel.load("key_value.py")
    client = Client(kernel)
    for key in (0, 7, 2**64 - 1):
        client.put(key, key // 2)
    assert [client.get(key) for key in (0, 7, 2**64 - 1)] == [0, 3, 2**63 - 1]
    client.put(7, 49)
    assert client.get(7) == 49
    assert client.count() == (3, 1024)


def test_what_is_not_there_is_enoent(kernel: Kernel) -> None:
    kernel.load("key_value.py")
    client = Client(kernel)
    fails(errno.ENOENT, lambda: client.get(1))
    fails(errno.ENOENT, lambda: client.delete(1))
    fails(errno.ENOENT, lambda: client.next(0))
    client.put(1, 1)
    client.delete(1)
    fails(errno.ENOENT, lambda: client.get(1))


def test_a_full_dict_takes_no_new_key(kernel: Kernel) -> None:
    kernel.load("key_value.py", capacity=2)
    client = Client(kernel)
    client.put(1, 10)
    client.put(2, 20)
    fails(errno.ENOSPC, lambda: client.put(3, 30))
    client.put(2, 21)
    client.delete(1)
    client.put(3, 30)
    assert client.count() == (2, 2)


def test_keys_come_in_order(kernel: Kernel) -> None:
    kernel.load("key_value.py")
    client = Client(kernel)
    for key in (50, 3, 2**40, 17):
        client.put(key, 0)
    found, key = [], 0
    while key <= 2**40:
        key = client.next(key)
        found.append(key)
        key += 1
    assert found == [3, 17, 50, 2**40]


def test_processes_share_it(kernel: Kernel) -> None:
    kernel.load("key_value.py")
    one, other = Client(kernel), Client(kernel)
    one.put(5, 55)
    assert other.get(5) == 55
    other.user.ioctl(other.fd, CLEAR, 0)
    fails(errno.ENOENT, lambda: one.get(5))


def test_many_keys(kernel: Kernel) -> None:
    kernel.load("key_value.py")
    client = Client(kernel)
    for key in range(200):
        client.put(key * 977, key)
    for key in range(0, 200, 2):
        client.delete(key * 977)
    assert [client.get(key * 977) for key in range(1, 200, 2)] == list(range(1, 200, 2))


@pytest.mark.parametrize("number", [PUT + 8, PUT ^ 1 << 16, CLEAR + 1])
def test_other_commands_are_enotty(kernel: Kernel, number: int) -> None:
    kernel.load("key_value.py")
    client = Client(kernel)
    fails(errno.ENOTTY, lambda: client.user.ioctl(client.fd, number, bytes(17)))


def test_a_record_at_a_bad_address_is_efault(kernel: Kernel) -> None:
    kernel.load("key_value.py")
    client = Client(kernel)
    fails(errno.EFAULT, lambda: client.user.ioctl(client.fd, PUT, address=8))
    assert client.count() == (0, 1024)


def test_runs_out_of_memory_anywhere_and_recovers(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "key_value.py"):
            client = Client(kernel)
            try:
                client.put(1, 2)
                client.put(3, 4)
                assert client.get(1) == 2
            finally:
                client.user.end()

    assert fail_each(kernel, scenario) >= 3
