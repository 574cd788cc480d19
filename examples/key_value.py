"""A dict that processes share, behind ioctls: put, get, delete, count, and the keys in order.

In C, after the same structures:

    struct pair pair = {.key = 7, .value = 49};
    ioctl(fd, PUT, &pair);

Errors are errnos: no such key is ENOENT, and a new key when there are `capacity` of them is ENOSPC.
"""

from errno import ENOENT, ENOSPC, ENOTTY
from typing import Final

from kmi import Module, Parameter, Struct, error, info, module, u32, u64
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, IOR, IOW, IOWR, Request
from kmi.sync import Mutex


class Pair(Struct):
    key: u64
    value: u64


class Key(Struct):
    key: u64


class Count(Struct):
    count: u32
    capacity: u32


PUT: Final = IOW("k", 1, Pair)
GET: Final = IOWR("k", 2, Pair)
DELETE: Final = IOW("k", 3, Key)
COUNT: Final = IOR("k", 4, Count)
NEXT: Final = IOWR("k", 5, Key)
CLEAR: Final = IO("k", 6)


class KeyValue(FileOperations):
    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        values: dict[u64, u64] = {}
        self.values = Mutex(values)

    def ioctl(self, file: File, request: Request) -> int:
        command = request.command
        if command == PUT:
            self.put(request.get(Pair))
        elif command == GET:
            key = request.get(Pair).key
            request.put(Pair(key, self.value(key)))
        elif command == DELETE:
            self.delete(request.get(Key).key)
        elif command == COUNT:
            with self.values as values:
                count = len(values)
            request.put(Count(count, self.capacity))
        elif command == NEXT:
            request.put(Key(self.next(request.get(Key).key)))
        elif command == CLEAR:
            with self.values as values:
                values.clear()
        else:
            raise error(ENOTTY)
        return 0

    def put(self, pair: Pair) -> None:
        with self.values as values:
            if pair.key not in values and len(values) == self.capacity:
                raise error(ENOSPC)
            values[pair.key] = pair.value

    def value(self, key: u64) -> u64:
        with self.values as values:
            found = values.get(key)
        if found is None:
            raise error(ENOENT)
        return found

    def delete(self, key: u64) -> None:
        with self.values as values:
            if key not in values:
                raise error(ENOENT)
            del values[key]

    def next(self, key: u64) -> u64:
        """The smallest key that is not below this one."""
        with self.values as values:
            found = min((other for other in values if other >= key), default=None)
        if found is None:
            raise error(ENOENT)
        return found


@module(license="GPL", description="a dict behind ioctls")
class KeyValueModule(Module):
    capacity = Parameter(1024, "how many keys there can be", minimum=1, maximum=1 << 20)

    def __init__(self) -> None:
        self.device = MiscDevice("key_value", KeyValue(self.capacity))
        info("key_value: ready")
