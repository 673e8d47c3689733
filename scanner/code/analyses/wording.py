"""Conditions as text: what must hold, in terms of the code's own names."""

from __future__ import annotations

from scanner.code.analyses.values import Atom, Clause, Label, Labels, flat, sorted_key

_NAMES = {
    "sender": "msg.sender",
    "origin": "tx.origin",
    "value": "msg.value",
    "this": "address(this)",
    "time": "now",
    "data": "msg.data",
    "recovered": "recovered signer",
    "codehash": "codehash",
    "balance": "balance",
}
_LIMIT = 160


def clause_text(clause: Clause, parameters: tuple[str, ...]) -> str:
    """Return a clause as text; `parameters` are the names of the entry point's parameters."""
    parts = sorted(atom_text(atom, parameters) for atom in clause)
    text = " || ".join(parts)
    return text if len(text) <= _LIMIT else text[: _LIMIT - 1] + "…"


def atom_text(atom: Atom, parameters: tuple[str, ...]) -> str:
    left = labels_text(atom.left, parameters)
    if atom.op == "truthy":
        return left
    if atom.op == "falsy":
        return f"!{left}"
    return f"{left} {atom.op} {labels_text(atom.right, parameters)}"


def labels_text(labels: Labels, parameters: tuple[str, ...]) -> str:
    """Return a value's origins as text; a computed value names what it is computed from."""
    shown = [_label_text(label, parameters) for label in sorted(labels, key=sorted_key)]
    shown = [text for text in shown if text]
    if len(shown) == 1 and ("~",) not in labels:
        return shown[0]
    return "f(" + ", ".join(shown) + ")"


def _label_text(label: Label, parameters: tuple[str, ...]) -> str:
    kind = label[0]
    if kind == "arg":
        index = int(label[1])
        return parameters[index] if index < len(parameters) else f"argument {index}"
    if kind == "const":
        return str(label[1])
    if kind == "state":
        keys = "".join(f"[{text}]" for text in _keys(label[2], parameters))
        return f"{label[1]}{keys}"
    if kind == "ext":
        return f"{label[1]}({', '.join(_keys(label[2], parameters))})"
    return _NAMES.get(kind, "")


def _keys(labels: Labels, parameters: tuple[str, ...]) -> list[str]:
    shown = [_label_text(label, parameters) for label in sorted(flat(labels), key=sorted_key)]
    return [text for text in shown if text]
