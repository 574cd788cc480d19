"""A sort, a dict that mostly grows, and a linked structure that is built and dropped."""

SIZE = 512


def sift(items: list[int], start: int, stop: int) -> None:
    root = start
    while True:
        child = 2 * root + 1
        if child >= stop:
            return
        if child + 1 < stop and items[child] < items[child + 1]:
            child += 1
        if items[root] >= items[child]:
            return
        items[root], items[child] = items[child], items[root]
        root = child


def heapsort(items: list[int]) -> None:
    for start in range(len(items) // 2 - 1, -1, -1):
        sift(items, start, len(items))
    for stop in range(len(items) - 1, 0, -1):
        items[0], items[stop] = items[stop], items[0]
        sift(items, 0, stop)


def insertion_sort(items: list[int]) -> None:
    for i in range(1, len(items)):
        item = items[i]
        j = i
        while j > 0 and items[j - 1] > item:
            items[j] = items[j - 1]
            j -= 1
        items[j] = item


def numbers(size: int) -> list[int]:
    result: list[int] = []
    state = 1
    for _ in range(size):
        state = state * 48271 % 2147483647
        result.append(state)
    return result


def bench_heapsort(rounds: int) -> int:
    total = 0
    for _ in range(rounds):
        items = numbers(SIZE)
        heapsort(items)
        total += items[0] + items[SIZE // 2]
    return total


def bench_insertion_sort(rounds: int) -> int:
    total = 0
    for _ in range(rounds):
        items = numbers(64)
        insertion_sort(items)
        total += items[0] + items[32]
    return total


def bench_dict(rounds: int) -> int:
    total = 0
    for _ in range(rounds):
        seen: dict[int, int] = {}
        state = 1
        for i in range(SIZE):
            state = state * 48271 % 2147483647
            seen[state % 1000] = i
        for key in range(1000):
            total += seen.get(key, 0)
    return total


class Node:
    def __init__(self, value: int, next: "Node | None") -> None:
        self.value = value
        self.next = next


def bench_linked(rounds: int) -> int:
    total = 0
    for _ in range(rounds):
        head: Node | None = None
        for i in range(SIZE):
            head = Node(i, head)
        node = head
        while node is not None:
            total += node.value
            node = node.next
    return total
