"""Ways out: each count is given back once, whatever happens."""

import textwrap

from tests.compiler.compiled import compiled, function

NODE = """
class Node:
    def __init__(self, value: int) -> None:
        self.value = value

def take(a: Node, b: Node) -> int:
    if a.value == b.value:
        raise ValueError("same")
    return a.value
"""


def test_temporaries_die_in_chains_of_labels() -> None:
    made = compiled(NODE + "def f(g: bool) -> list[Node]:\n    return [Node(1), Node(2)]\n", "f")
    text = function(made, "t_f")
    labels = [line for line in text.split("\n") if line.startswith("out_")]
    chain = text[text.index(labels[0]) :]
    assert chain.count("return 1;") < len(labels), text


def test_what_was_passed_to_a_call_that_raises_dies_in_order() -> None:
    made = compiled(NODE + "def f() -> int:\n    return take(Node(1), Node(2))\n", "f")
    text = function(made, "t_f")
    first, second = "kmi_release_shared(&node->object);", "kmi_release_shared(&node_2->object);"
    on_error = text[text.index("out_2:") :]
    assert on_error.index(first) < on_error.index(second), text
    assert text.count(first) == 3 and text.count(second) == 2, text


def test_a_function_that_cannot_raise_is_plain_c() -> None:
    made = compiled("def f(a: bool) -> bool:\n    return not a\n", "f")
    assert made.raises["f"] == ()
    assert function(made, "t_f") == "static bool t_f(bool a)\n{\n\treturn !a;\n}"


def test_what_is_caught_does_not_come_out() -> None:
    source = textwrap.dedent(
        """
        def g(a: int) -> int:
            if a > 5:
                raise ValueError
            if a < 0:
                raise IndexError
            return a

        def f(a: int) -> int:
            try:
                return g(a)
            except ValueError:
                return 0

        def h(a: int) -> int:
            try:
                return g(a)
            except (ValueError, LookupError):
                return 0
        """
    )
    made = compiled(source, "f", "g", "h")
    assert made.raises == {"f": ("IndexError",), "g": ("IndexError", "ValueError"), "h": ()}


def test_finally_runs_on_the_way_of_an_error_and_behind_the_last_return() -> None:
    source = textwrap.dedent(
        """
        from kmi import info

        def f(a: int) -> int:
            try:
                return a + 1
            finally:
                info("done")
        """
    )
    text = function(compiled(source, "f"), "t_f")
    assert text.count('kmi_host_info("done");') == 2
    assert text.index("return 0;") < text.rindex('kmi_host_info("done");') < text.index("return 1;")


def test_a_list_of_links_dies_in_constant_stack() -> None:
    source = textwrap.dedent(
        """
        class Link:
            def __init__(self, next: "Link | None") -> None:
                self.next = next

        def f() -> None:
            Link(Link(None))
        """
    )
    text = compiled(source, "f").text
    assert "kmi_drop_Link(&self->next->object, waiting)" in text
