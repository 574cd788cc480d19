"""Weak references: they keep nothing alive, break rings, and are None once their object is gone."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from weakref import ref

from kmi import info


class Node:
    def __init__(self, name: str, parent: Node | None) -> None:
        self.name = name
        self.parent: weakref.ref[Node] | None = None
        self.children: list[Node] = []
        if parent is not None:
            self.parent = weakref.ref(parent)
            parent.children.append(self)

    def path(self) -> str:
        if self.parent is None:
            return self.name
        above = self.parent()
        return f"?/{self.name}" if above is None else f"{above.path()}/{self.name}"

    def __del__(self) -> None:
        alive = self.parent is not None and self.parent() is not None
        info(f"{self.name} dies {alive}")


@dataclass
class Watched:
    value: int = 0


class Watcher:
    def __init__(self, watched: Watched) -> None:
        self.watched = ref(watched)

    def look(self) -> int:
        watched = self.watched()
        if watched is None:
            return -1
        watched.value += 1
        return watched.value


def first(nodes: list[weakref.ref[Node]]) -> Node | None:
    for node in nodes:
        found = node()
        if found is not None:
            return found
    return None


def tree() -> None:
    root = Node("root", None)
    child = Node("child", root)
    leaf = Node("leaf", child)
    info(leaf.path())
    del root
    info(leaf.path())
    del child
    info(leaf.path())


def watch() -> None:
    watched = Watched()
    watcher = Watcher(watched)
    info(f"{watcher.look()} {watcher.look()}")
    again = watcher.watched()
    watched = Watched(10)
    info(f"{watcher.look()}")
    again = None
    info(f"{watcher.look()} {again is None} {watched}")


def early() -> None:
    left: weakref.ref[Node]
    node = Node("early", None)
    left = weakref.ref(node)
    other = weakref.ref(node)
    info(f"{left() is node} {other() is left()}")
    weak = [left, other]
    found = first(weak)
    info("none" if found is None else found.name)
    found = None
    del node
    info(f"{left() is None} {first(weak) is None}")


def main() -> None:
    tree()
    watch()
    early()
    dead = weakref.ref(Watched(3))
    info(f"{dead() is None}")
