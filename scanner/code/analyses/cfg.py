"""The order in which a function's nodes run, without loops, and the conditions on its edges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Flow:
    """Nodes in topological order; `into[node_id]` lists (predecessor's id, branch taken there or None)."""

    nodes: list[Any] = field(default_factory=list)
    into: dict[int, list[tuple[int, bool | None]]] = field(default_factory=dict)


def flow_of(function: Any) -> Flow:
    """Return the acyclic flow of a Slither function or modifier.

    A loop is taken to run at least once: its exit hangs on the end of its body. A check inside a loop over signatures
    or proofs so counts as a check on what follows the loop.
    """
    entry = function.entry_point
    if entry is None:
        return Flow()
    order, back = _depth_first(entry)
    looping = {head for _, head in back}
    flow = Flow(nodes=order, into={node.node_id: [] for node in order})
    exits = {node.node_id: _loop_exit(node) for node in order if node.node_id in looping}
    for node in order:
        for son in node.sons:
            edge = (node.node_id, son.node_id)
            if edge in back:
                target = exits.get(son.node_id)
                if target is not None and target in flow.into:
                    flow.into[target].append((node.node_id, None))
            elif not (node.node_id in looping and exits.get(node.node_id) == son.node_id):
                flow.into[son.node_id].append((node.node_id, _branch(node, son)))
    return flow


def _depth_first(entry: Any) -> tuple[list[Any], set[tuple[int, int]]]:
    """Return reachable nodes in topological order and the edges that close a loop."""
    finished: list[Any] = []
    state = {entry.node_id: 1}
    back: set[tuple[int, int]] = set()
    stack: list[tuple[Any, Any]] = [(entry, iter(entry.sons))]
    while stack:
        node, sons = stack[-1]
        for son in sons:
            seen = state.get(son.node_id, 0)
            if seen == 1:
                back.add((node.node_id, son.node_id))
            elif seen == 0:
                state[son.node_id] = 1
                # A loop's exit is visited first and so ends up after the body.
                stack.append((son, iter(_exit_first(son))))
                break
        else:
            stack.pop()
            state[node.node_id] = 2
            finished.append(node)
    return finished[::-1], back


def _exit_first(node: Any) -> list[Any]:
    sons = list(node.sons)
    if node.type.name == "IFLOOP":
        leaving = _loop_exit(node)
        sons.sort(key=lambda son: son.node_id != leaving)
    return sons


def _loop_exit(node: Any) -> int | None:
    if node.type.name != "IFLOOP":
        return None
    leaving = node.son_false
    return None if leaving is None else int(leaving.node_id)


def _branch(node: Any, son: Any) -> bool | None:
    if node.type.name != "IF" or len(node.sons) < 2:
        return None
    return bool(node.son_true is not None and node.son_true.node_id == son.node_id)
