"""`dict[K, V]`: a compact table that keeps the order of insertion.

Entries stand in one block, in the order in which they came: hashes, keys, values; behind them an
open-addressed table of their numbers. A removed entry has hash 0 until the block is built anew.

    {b"a": 1, b"b": 2}    hashes [h1 h2 - -]  keys [a b - -]  values [1 2 - -]  table [-1 1 -1 -1 0 -1 -1 -1]

Invariants: `_live <= _used <= _room`; the table has twice as many slots as there is room, a power of two, so
that a search always ends; a live entry's hash is odd. While `_room` is 0 there is no memory.
A position of an iteration holds, above 31 bits of entry number, how many entries were live when it began.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from kmi.integers import i32, u8, u64, wrapping
from kmi.runtime.memory import allocate, fill, free
from kmi.runtime.text import Text
from kmi.unsafe import Pointer, c_function, cast, inline, null, sizeof, take, unsafe

K = TypeVar("K")
V = TypeVar("V")

EMPTY = -1


@c_function("kmi_hash_place")
def _place(hashed: u64) -> u64: ...


MOST = 1 << 26
"""Entries that one dict holds at most: beyond it is MemoryError."""
NUMBER = (1 << 31) - 1


class dict(Generic[K, V]):
    """A mapping that remembers the order in which its keys came."""

    _block: Pointer[u8]
    _room: int
    _used: int
    _live: int
    _end: int
    """No entry with this number or a later one is live."""
    _blocks: int
    """How many blocks there have been: a key's ``__eq__`` may come back and change the dict."""

    def __init__(self) -> None:
        self._room = 0
        self._used = 0
        self._live = 0
        self._end = 0
        self._blocks = 0

    @staticmethod
    def __from_dict__(other: dict[K, V]) -> dict[K, V]:
        """`dict(other)`: a copy."""
        return other.copy()

    def __del__(self) -> None:
        self.clear()

    @inline
    def _hashes(self) -> Pointer[u64]:
        with unsafe("the layout of the block"):
            return cast(Pointer[u64], self._block)

    @inline
    def _keys(self) -> Pointer[K]:
        with unsafe("the layout of the block"):
            return cast(Pointer[K], self._block + self._room * 8)

    @inline
    def _values(self) -> Pointer[V]:
        with unsafe("the layout of the block"):
            return cast(Pointer[V], self._block + self._room * (8 + sizeof(K)))

    @inline
    def _table(self) -> Pointer[i32]:
        with unsafe("the layout of the block"):
            return cast(Pointer[i32], self._block + self._room * (8 + sizeof(K) + sizeof(V)))

    @inline
    def __len__(self) -> int:
        return self._live

    def __contains__(self, key: K) -> bool:
        return self._search(key, _mix(hash(key))) >= 0

    def __getitem__(self, key: K) -> V:
        at = self._search(key, _mix(hash(key)))
        if at < 0:
            raise KeyError(f"{key!r}")
        with unsafe("the entry was found"):
            return self._values()[at]

    def __setitem__(self, key: K, value: V) -> None:
        hashed = _mix(hash(key))
        at = self._search(key, hashed)
        if at >= 0:
            with unsafe("the old value is dropped after the new one is in its place"):
                old = take(self._values(), at)
                self._values()[at] = value
                del old
            return
        if self._used == self._room:
            self._rebuild()
        with unsafe("room was made"):
            entry = self._used
            self._hashes()[entry] = hashed
            self._keys()[entry] = key
            self._values()[entry] = value
            self._used += 1
            self._end = self._used
            self._live += 1
            self._link(entry, hashed)

    def __delitem__(self, key: K) -> None:
        at = self._search(key, _mix(hash(key)))
        if at < 0:
            raise KeyError(f"{key!r}")
        self._remove(at)

    def __eq__(self, other: dict[K, V]) -> bool:
        if self._live != other._live:
            return False
        at = self._next(0)
        while at >= 0:
            with unsafe("the entry is live"):
                key = self._keys()[at]
                value = self._values()[at]
            there = other._search(key, _mix(hash(key)))
            if there < 0:
                return False
            with unsafe("the entry was found"):
                if other._values()[there] != value:
                    return False
            at = self._next(at + 1)
        return True

    def get(self, key: K) -> V | None:
        at = self._search(key, _mix(hash(key)))
        if at < 0:
            return None
        with unsafe("the entry was found"):
            return self._values()[at]

    def __get_default__(self, key: K, default: V) -> V:
        """`get` with a default."""
        at = self._search(key, _mix(hash(key)))
        if at < 0:
            return default
        with unsafe("the entry was found"):
            return self._values()[at]

    def __get_none__(self, key: K) -> V | None:
        """`get(key, None)`."""
        return self.get(key)

    def __pop_none__(self, key: K) -> V | None:
        """`pop(key, None)`."""
        at = self._search(key, _mix(hash(key)))
        if at < 0:
            return None
        with unsafe("the entry was found"):
            value = self._values()[at]
        self._remove(at)
        return value

    def setdefault(self, key: K, default: V) -> V:
        at = self._search(key, _mix(hash(key)))
        if at < 0:
            self[key] = default
            return default
        with unsafe("the entry was found"):
            return self._values()[at]

    def pop(self, key: K) -> V:
        at = self._search(key, _mix(hash(key)))
        if at < 0:
            raise KeyError(f"{key!r}")
        with unsafe("the entry was found"):
            value = self._values()[at]
        self._remove(at)
        return value

    def __pop_default__(self, key: K, default: V) -> V:
        """`pop` with a default."""
        at = self._search(key, _mix(hash(key)))
        if at < 0:
            return default
        with unsafe("the entry was found"):
            value = self._values()[at]
        self._remove(at)
        return value

    def popitem(self) -> tuple[K, V]:
        with unsafe("the last entry that is live is looked for once: those behind it are dead for good"):
            hashes = self._hashes()
            at = self._end - 1
            while at >= 0 and hashes[at] == 0:
                at -= 1
            self._end = at + 1
            if at < 0:
                raise KeyError("'popitem(): dictionary is empty'")
            key = take(self._keys(), at)
            value = take(self._values(), at)
            hashes[at] = 0
            self._live -= 1
            return (key, value)

    @staticmethod
    def fromkeys(keys: list[K], value: V) -> dict[K, V]:
        result: dict[K, V] = dict()
        for key in keys:
            result[key] = value
        return result

    def __or__(self, other: dict[K, V]) -> dict[K, V]:
        result = self.copy()
        result.update(other)
        return result

    def __ior__(self, other: dict[K, V]) -> None:
        self.update(other)

    def update(self, other: dict[K, V]) -> None:
        at = other._next(0)
        while at >= 0:
            with unsafe("the entry is live"):
                key = other._keys()[at]
                value = other._values()[at]
            self[key] = value
            at = other._next(at + 1)

    def copy(self) -> dict[K, V]:
        result: dict[K, V] = dict()
        result.update(self)
        return result

    def clear(self) -> None:
        with unsafe("the dict is empty before the first entry is dropped, for its __del__ may come back"):
            hashes = self._hashes()
            keys = self._keys()
            values = self._values()
            block = self._block
            used = self._used
            self._block = null(u8)
            self._blocks += 1
            self._room = 0
            self._used = 0
            self._live = 0
            self._end = 0
            at = 0
            while at < used:
                if hashes[at] != 0:
                    key = take(keys, at)
                    value = take(values, at)
                    del key
                    del value
                at += 1
            free(cast(Pointer[None], block))

    def __repr__(self) -> str:
        text = Text("{")
        position = self.__advance__(0)
        while position >= 0:
            if len(text) > 1:
                text.add(", ")
            text.add(f"{self.__item__(position)!r}: {self._value(position)!r}")
            position = self.__advance__(position + 1)
        return text.end("}")

    def keys(self) -> dict_keys[K, V]:
        return dict_keys(self)

    def values(self) -> dict_values[K, V]:
        return dict_values(self)

    def items(self) -> dict_items[K, V]:
        return dict_items(self)

    def __advance__(self, position: int) -> int:
        number = position & NUMBER
        if position == 0:
            count = self._live
        else:
            count = position >> 31
            if count != self._live:
                raise RuntimeError("dictionary changed size during iteration")
        at = self._next(number)
        return -1 if at < 0 else count << 31 | at

    def __item__(self, position: int) -> K:
        with unsafe("the entry is live"):
            return self._keys()[position & NUMBER]

    def _value(self, position: int) -> V:
        with unsafe("the entry is live"):
            return self._values()[position & NUMBER]

    def _next(self, number: int) -> int:
        """The first live entry at this number or later, or -1."""
        at = number
        with unsafe("the entries up to the last used one"):
            while at < self._used:
                if self._hashes()[at] != 0:
                    return at
                at += 1
        return -1

    def _search(self, key: K, hashed: u64) -> int:
        """The entry of a key, or -1."""
        blocks = -1
        mask = 0
        slot = 0
        with unsafe("the table has empty slots, so that the search ends"):
            while True:
                if self._blocks != blocks:
                    if self._live == 0:
                        return -1
                    blocks = self._blocks
                    mask = self._room * 2 - 1
                    slot = (hashed >> 8) & mask
                entry = self._table()[slot]
                if entry == EMPTY:
                    return -1
                if self._hashes()[entry] == hashed and self._keys()[entry] == key:
                    if self._blocks == blocks and self._hashes()[entry] == hashed:
                        return entry
                slot = (slot + 1) & mask

    def _link(self, entry: int, hashed: u64) -> None:
        """An entry's number into the first empty slot of its row."""
        mask = self._room * 2 - 1
        with unsafe("the table has empty slots, so that the search ends"):
            slot = (hashed >> 8) & mask
            while self._table()[slot] != EMPTY:
                slot = (slot + 1) & mask
            self._table()[slot] = entry

    def _remove(self, at: int) -> None:
        """A live entry goes; its slot stays until the block is built anew, so that searches go on behind
        it."""
        with unsafe("the entry was found; it is dead before its key and value are dropped"):
            key = take(self._keys(), at)
            value = take(self._values(), at)
            self._hashes()[at] = 0
            self._live -= 1
            del key
            del value

    def _rebuild(self) -> None:
        """A new block without the removed entries, with room for more."""
        room = 8
        while room < self._live + self._live // 2 + 1:
            room *= 2
        if room > MOST:
            raise MemoryError
        with unsafe("keys and values move to the new block; each has one owner"):
            block = allocate(room * (16 + sizeof(K) + sizeof(V)))
            fill(cast(Pointer[None], block + room * (8 + sizeof(K) + sizeof(V))), -1, room * 8)
            hashes = self._hashes()
            keys = self._keys()
            values = self._values()
            old = self._block
            used = self._used
            self._block = block
            self._blocks += 1
            self._room = room
            self._used = 0
            at = 0
            while at < used:
                if hashes[at] != 0:
                    entry = self._used
                    self._hashes()[entry] = hashes[at]
                    self._keys()[entry] = take(keys, at)
                    self._values()[entry] = take(values, at)
                    self._used = entry + 1
                    self._link(entry, hashes[at])
                at += 1
            self._end = self._used
            free(cast(Pointer[None], old))


class dict_keys(Generic[K, V]):
    """The keys of a dict, as it is at each moment."""

    def __init__(self, owner: dict[K, V]) -> None:
        self._owner = owner

    def __len__(self) -> int:
        return self._owner._live

    def __contains__(self, key: K) -> bool:
        return key in self._owner

    def __advance__(self, position: int) -> int:
        return self._owner.__advance__(position)

    def __item__(self, position: int) -> K:
        return self._owner.__item__(position)


class dict_values(Generic[K, V]):
    """The values of a dict, as it is at each moment."""

    def __init__(self, owner: dict[K, V]) -> None:
        self._owner = owner

    def __len__(self) -> int:
        return self._owner._live

    def __advance__(self, position: int) -> int:
        return self._owner.__advance__(position)

    def __item__(self, position: int) -> V:
        return self._owner._value(position)

    def __contains__(self, value: V) -> bool:
        position = self.__advance__(0)
        while position >= 0:
            if self.__item__(position) == value:
                return True
            position = self.__advance__(position + 1)
        return False


class dict_items(Generic[K, V]):
    """The pairs of a dict, as it is at each moment."""

    def __init__(self, owner: dict[K, V]) -> None:
        self._owner = owner

    def __len__(self) -> int:
        return self._owner._live

    def __advance__(self, position: int) -> int:
        return self._owner.__advance__(position)

    def __item__(self, position: int) -> tuple[K, V]:
        return (self._owner.__item__(position), self._owner._value(position))

    def __contains__(self, item: tuple[K, V]) -> bool:
        at = self._owner._search(item[0], _mix(hash(item[0])))
        if at < 0:
            return False
        with unsafe("the entry was found"):
            return self._owner._values()[at] == item[1]


def _mix(value: int) -> u64:
    """A hash spread over all bits, and odd, for 0 says that an entry was removed."""
    with unsafe("it has no conditions"):
        return _place(wrapping(u64, value)) | 1
