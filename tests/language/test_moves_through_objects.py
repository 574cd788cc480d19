"""What leaves a lock's block, and what goes under a lock, by way of other objects:
their methods, constructors, overrides.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Agrees


def test_objects_that_hold_objects(agrees: "Agrees") -> None:
    agrees("""
        @dataclass
        class Node:
            count: int = 0
            next: "Node | None" = None

            def bump(self) -> None:
                self.count += 1
                self.next = self


        class Box:
            def __init__(self) -> None:
                self.node = Node()

            def put(self, node: Node) -> None:
                self.node = node

            def get(self) -> Node:
                return self.node


        class Table:
            def __init__(self) -> None:
                self.nodes: Mutex[list[Node]] = Mutex([])
                self.box = Mutex(Box())
                self.spin = SpinLock(Box())

            def leak_by_method(self, box: Box) -> None:
                with self.nodes as nodes:
                    box.put(nodes[0])  # KMI0608

            def leak_by_new(self) -> Wrap:
                with self.nodes as nodes:
                    wrap = Wrap(nodes[0])
                return wrap  # KMI0608

            def leak_by_tuple(self) -> None:
                with self.nodes as nodes:
                    pair = (1, nodes[0])
                first, second = pair  # KMI0608
                second.bump()

            def leak_by_conditional(self, flag: bool) -> None:
                mine = Node()
                with self.nodes as nodes:
                    chosen = nodes[0] if flag else mine
                chosen.bump()  # KMI0608

            def leak_by_return_in_loop(self) -> Node | None:
                with self.nodes as nodes:
                    for node in nodes:
                        if node.count:
                            return node  # KMI0608
                return None

            def leak_by_try(self) -> None:
                held = Node()
                with self.nodes as nodes:
                    try:
                        held = nodes[3]
                    finally:
                        held.count = 1
                held.bump()  # KMI0608

            def leak_by_alias(self) -> None:
                mine: list[Node] = []
                other = mine
                with self.nodes as nodes:
                    other.append(nodes[0])  # KMI0608

            def leak_by_next(self) -> None:
                mine = Node()
                with self.nodes as nodes:
                    mine.next = nodes[0]  # KMI0608
                mine.bump()

            def leak_in(self) -> None:
                mine = Node()
                alias = mine
                with self.nodes as nodes:
                    nodes.append(mine)
                    nodes[0].next = Node()
                alias.bump()  # KMI0608

            def leak_in_set(self, node: Node) -> None:
                with self.nodes as nodes:
                    nodes[0] = node  # KMI0611
                    nodes[0].next = node  # KMI0611

            def leak_in_method(self, node: Node) -> None:
                with self.box as box:
                    box.put(node)  # KMI0611

            def leak_between(self) -> None:
                with self.box as box, self.nodes as nodes:
                    nodes.append(box.get())  # KMI0608

            def leak_guard_by_helper(self) -> list[Node]:
                with self.nodes as nodes:
                    return identity(nodes)  # KMI0608

            def spin_alloc(self) -> None:
                with self.spin as box:
                    box.put(Node())

            def generic(self) -> Node:
                with self.nodes as nodes:
                    return first(nodes)  # KMI0608


        class Wrap:
            def __init__(self, node: Node) -> None:
                self.node = node


        def identity(nodes: list[Node]) -> list[Node]:
            return nodes


        def first(nodes: list[Node]) -> Node:
            return nodes[0]
    """)


def test_constructors_and_methods_are_looked_into(agrees: "Agrees") -> None:
    agrees("""
        @dataclass
        class Node:
            count: int = 0
            next: "Node | None" = None

            def link(self, other: "Node") -> None:
                self.next = other

            def copy(self) -> "Node":
                return Node(self.count)

            def same(self, other: "Node") -> bool:
                return self.count == other.count

            def again(self, other: "Node", depth: int) -> "Node":
                if depth > 0:
                    return other.again(self, depth - 1)
                return self


        class Pair:
            def __init__(self, one: Node, other: Node) -> None:
                self.count = 0
                one.link(other)

            def bump(self) -> None:
                self.count += 1


        class Table:
            def __init__(self) -> None:
                self.nodes: Mutex[list[Node]] = Mutex([])

            def copied(self) -> Node:
                with self.nodes as nodes:
                    return nodes[0].copy()

            def compared(self, node: Node) -> bool:
                with self.nodes as nodes:
                    return nodes[0].same(node)

            def linked(self, node: Node) -> None:
                with self.nodes as nodes:
                    nodes[0].link(node)  # KMI0611

            def linked_out(self, node: Node) -> None:
                with self.nodes as nodes:
                    node.link(nodes[0])  # KMI0608

            def linked_by_constructor(self, node: Node) -> None:
                with self.nodes as nodes:
                    Pair(node, nodes[0])  # KMI0608

            def linked_to_new(self) -> None:
                with self.nodes as nodes:
                    nodes[0].link(Node())
                    nodes.append(nodes[0].copy())

            def recursive(self, node: Node) -> None:
                with self.nodes as nodes:
                    found = nodes[0].again(nodes[1], 3)
                found.count = 1  # KMI0608
    """)


def test_overrides_are_looked_into(agrees: "Agrees") -> None:
    agrees("""
        class Keeper:
            def __init__(self) -> None:
                self.entry = Entry()

            def give(self, entry: Entry) -> None:
                entry.add()


        class Greedy(Keeper):
            def give(self, entry: Entry) -> None:
                self.entry = entry


        class Table:
            def __init__(self) -> None:
                self.entry = Mutex(Entry())

            def lend(self, keeper: Keeper) -> None:
                with self.entry as entry:
                    keeper.give(entry)  # KMI0608
    """)


def test_a_whole_device_is_fine(agrees: "Agrees") -> None:
    agrees("""
        @dataclass
        class Message:
            data: bytes
            reads: int = 0


        @dataclass
        class Statistics:
            written: int = 0
            read: int = 0


        class State:
            def __init__(self) -> None:
                self.messages: list[Message] = []
                self.statistics = Statistics()
                self.names: dict[str, Message] = {}

            def push(self, message: Message) -> None:
                self.messages.append(message)
                self.statistics.written += 1

            def take(self) -> bytes:
                message = self.messages.pop(0)
                message.reads += 1
                self.statistics.read += 1
                return message.data

            @property
            def empty(self) -> bool:
                return len(self.messages) == 0


        class Cursor:
            def __init__(self) -> None:
                self.count = Mutex(Statistics())


        class Queue(FileOperations[Cursor]):
            def __init__(self, limit: int) -> None:
                self.limit = limit
                self.state = Mutex(State())
                self.filled = Condition(self.state)

            def open(self, file: File[None]) -> Cursor:
                return Cursor()

            def write(self, file: File[Cursor], data: Uio) -> None:
                if data.remaining > self.limit:
                    raise BlockingIOError
                message = Message(data.get(self.limit))
                with self.state as state:
                    state.push(message)
                    message.reads = 0
                    state.names["last"] = message
                    self.filled.notify()
                with file.state.count as count:
                    count.written += 1

            def read(self, file: File[Cursor], data: Uio) -> None:
                with self.state as state:
                    self._wait(file, state)
                    taken = state.take()
                data.put(taken)
                self._count(file.state)

            def _count(self, cursor: Cursor) -> None:
                with cursor.count as count:
                    count.read += 1

            def _wait(self, file: File[Cursor], state: State) -> None:
                while state.empty:
                    if file.nonblocking:
                        raise BlockingIOError
                    self.filled.wait()

            def poll(self, file: File[Cursor], table: PollTable) -> Poll:
                table.wait(self.filled)
                with self.state as state:
                    return Poll.OUT if state.empty else Poll.IN | Poll.OUT

            def close(self, file: File[Cursor]) -> None:
                with file.state.count as count:
                    info(f"queue: {count.read} read, {count.written} written")


        @module(license="GPL", description="queue")
        class QueueModule(Module):
            limit = Parameter(64, "bytes")

            def __init__(self) -> None:
                self.queue = Queue(self.limit)
                self.device = MiscDevice("queue", self.queue)
    """)
