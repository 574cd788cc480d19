"""The stack that each entry point of a module can use, from what the compiler says of its functions."""

from pathlib import Path

import pytest

from kmi.kernels.linux.toolchain import stack


def graph(sizes: dict[str, int], calls: list[tuple[str, str, str]]) -> str:
    """The compiler's words, for functions of these sizes and calls (from, to, file of the call)."""
    lines = [
        f'node: {{ title: "m.c:{name}" label: "{name}\\n/x/m.py:{number}:4\\n{size} bytes (static)" }}'
        for number, (name, size) in enumerate(sizes.items(), 1)
    ]
    lines.append('node: { title: "printk" label: "printk\\n/x/printk.h:1:1" shape : ellipse }')
    for source, target, where in calls:
        title = f"m.c:{target}" if target in sizes else target
        lines.append(f'edge: {{ sourcename: "m.c:{source}" targetname: "{title}" label: "/x/{where}:1:1" }}')
    return "\n".join(lines)


def needs(text: str) -> dict[str, int]:
    return {each.name: each.size for each in stack.entries(text)}


def test_the_deepest_chain_counts() -> None:
    sizes = {"read": 100, "a": 10, "b": 20, "c": 500, "open": 8}
    calls = [("read", "a", "m.py"), ("read", "b", "m.py"), ("a", "c", "m.py"), ("b", "printk", "m.py")]
    text = graph(sizes, calls)
    assert needs(text) == {"read": 610, "open": 8}
    assert stack.entries(text)[0].chain == ("read (m.py:1, 100)", "a (m.py:2, 10)", "c (m.py:4, 500)")


def test_a_circle_counts_each_of_its_functions_once() -> None:
    sizes = {"read": 100, "a": 10, "b": 20, "c": 1000}
    calls = [("read", "a", "m.py"), ("a", "b", "m.py"), ("b", "a", "m.py"), ("b", "c", "m.py")]
    assert needs(graph(sizes, calls)) == {"read": 1130}


def test_a_release_may_end_any_object() -> None:
    sizes = {"read": 100, "kmi_destroy_A": 30, "kmi_destroy_B": 40, "delete": 300}
    calls = [
        ("read", "__indirect_call", "kmi_object.h"),
        ("kmi_destroy_B", "delete", "m.py"),
        ("kmi_destroy_A", "__indirect_call", "kmi_object.h"),
    ]
    assert needs(graph(sizes, calls))["read"] == 100 + 30 + 40 + 300


def test_a_function_value_may_be_any_whose_address_is_taken() -> None:
    sizes = {"read": 100, "one": 7, "two": 70, "kmi_destroy_A": 4000}
    assert needs(graph(sizes, [("read", "__indirect_call", "m.py")]))["read"] == 170


def test_a_module_that_needs_too_much_is_refused_by_a_sentence_that_names_the_chain() -> None:
    text = graph({"read": 5000, "a": 4000}, [("read", "a", "m.py")])
    assert stack.check(text, 9000, "m")[0].size == 9000
    with pytest.raises(stack.StackError) as caught:
        stack.check(text, stack.limit(kasan=False), "m")
    assert str(caught.value) == (
        "m: read can use 9,000 bytes of the kernel's stack, and a module may use 8,192: "
        "read (m.py:1, 5,000) -> a (m.py:2, 4,000); keep less in locals, or call less deeply"
    )


@pytest.mark.needs("linux:6.12")
def test_what_a_build_keeps_beside_the_module(tmp_path: Path) -> None:
    from kmi.kernels.linux.provision import flavors
    from kmi.kernels.linux.toolchain.build import build

    file = Path(__file__).parents[3] / "examples" / "semaphore.py"
    built = build(file, flavors.find("6.12"), test=False)
    lines = built.ko.with_suffix(".stack").read_text().splitlines()
    found = {name: int(size) for size, name in map(str.split, lines)}
    assert 0 < max(found.values()) <= stack.limit(kasan=False)
    assert any(name.endswith("_read") for name in found)
