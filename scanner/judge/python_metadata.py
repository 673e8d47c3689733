"""The metadata of a rule that is written in Python: the literal RULE of its file, read as a YAML rule is.

Nothing of the file runs for it: listing, showing and linting rules executes no code.
"""

from __future__ import annotations

import ast

from scanner.judge.yaml_strict import MAX_DEPTH, ListNode, MapNode, Mark, Node, Scalar

NAME = "RULE"
CHECK = "check"
_SCALARS = (str, int, bool, type(None))


def read_metadata(text: str, file: str) -> Node:
    """Return RULE as the tree that YAML would give. RuleError with file:line:column for a file that is no rule."""
    start = Mark(file, 1, 1)
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        mark = Mark(file, error.lineno or 1, max(error.offset or 1, 1))
        raise mark.error(f"not valid Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise start.error(f"not valid Python: {type(error).__name__}") from None
    if not any(isinstance(node, ast.FunctionDef) and node.name == CHECK for node in tree.body):
        raise start.error("no function check(snapshot)", "it yields finding(…), passed(…), unknown(…)")
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == NAME for one in node.targets):
            return _node(node.value, file, 1)
    raise start.error("no RULE", "RULE = {…} holds what a rule file in YAML holds, but for conditions")


def _node(node: ast.expr, file: str, depth: int) -> Node:
    mark = Mark(file, node.lineno, node.col_offset + 1)
    if depth > MAX_DEPTH:
        raise mark.error(f"nested deeper than {MAX_DEPTH}")
    if isinstance(node, ast.Constant) and isinstance(node.value, _SCALARS):
        return Scalar(node.value, mark, quoted=True, exact=False)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        number = node.operand.value
        if isinstance(number, int) and not isinstance(number, bool):
            return Scalar(-number, mark, exact=False)
    if isinstance(node, (ast.List, ast.Tuple)):
        return ListNode(tuple(_node(item, file, depth + 1) for item in node.elts), mark)
    if isinstance(node, ast.Dict):
        return _mapping(node, mark, depth)
    raise mark.error("RULE holds literals only: text, integers, True, False, lists and mappings")


def _mapping(node: ast.Dict, mark: Mark, depth: int) -> MapNode:
    entries: dict[str, Node] = {}
    keys: dict[str, Mark] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str) or not key.value:
            raise mark.error("a key must be text")
        at = Mark(mark.file, key.lineno, key.col_offset + 1)
        if key.value in keys:
            raise at.error(f"key {key.value!r} is there twice", f"first at line {keys[key.value].line}")
        keys[key.value] = at
        entries[key.value] = _node(value, mark.file, depth + 1)
    return MapNode(entries, keys, mark)
