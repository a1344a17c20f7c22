"""Expressions as the parser understood them, in one spelling: parentheses everywhere, values as Python has them."""

from __future__ import annotations

from guild_ipy.query.nodes import And, Comparison, Constant, Name, Node, Not, Operator


def canonical(node: Node) -> str:
    if isinstance(node, Constant):
        return str(node.value).lower()
    if isinstance(node, Not):
        return f"not {canonical(node.item)}"
    if isinstance(node, Comparison):
        return f"({canonical_name(node.name)} {node.operator.value} {canonical_values(node)})"
    word = " and " if isinstance(node, And) else " or "
    return f"({word.join(map(canonical, node.items))})"


def canonical_name(name: Name) -> str:
    parts = [name.qualifier, f"{name.kind.value if name.kind else ''}:{name.text}", "step" * name.step]
    return " ".join(filter(None, parts)).replace(" :", " ").removeprefix(":")


def canonical_values(test: Comparison) -> str:
    values = [repr(each.value) for each in test.literals]
    if test.operator is Operator.IN:
        return f"[{', '.join(values)}]"
    return " and ".join(values)
