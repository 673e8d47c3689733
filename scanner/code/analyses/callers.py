"""What a function asks about its caller, one comparison after the other, and which view answers the same.

Found by data dependency: a modifier's name or a function's says nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from eth_utils.crypto import keccak

from scanner.code.analyses.guards import atom_guard, is_membership, is_office, strength
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.values import (
    DATA,
    DERIVED,
    ORIGIN,
    RECOVERED,
    SENDER,
    THIS,
    ZERO,
    Atom,
    Clause,
    Label,
    Labels,
    flat,
    sorted_key,
)
from scanner.code.analyses.wording import atom_text, labels_text
from scanner.model.guards import CallerCheck
from scanner.model.kinds import Guard

MAX_CHECKS = 12
ZERO_WORD = "0x" + "00" * 32
_ADDRESS = re.compile(r"0x[0-9a-f]{40}\Z")
_WORD = re.compile(r"0x[0-9a-fA-F]{1,64}\Z")
_HASHED = re.compile(r"keccak256\(bytes\)\((?:bytes\()?\"?([^\"()]*)\"?\)?\)\Z")
_CAN_CALL = "canCall(address,address,bytes4)"
_WEIGHTS = frozenset({">", ">=", "<", "<="})


class _View(NamedTuple):
    """A view and the types of its parameters."""

    signature: str
    types: tuple[str, ...]


def caller_checks(program: Program, entry: Entry) -> tuple[CallerCheck, ...]:
    """Return what must hold of the caller for a function to end normally; empty where anybody passes."""
    found: list[CallerCheck] = []
    number = 0
    for clause in sorted(entry.summary.exit_clauses, key=lambda c: (len(c), sorted_key(c))):
        checks = tuple(_Reader(program, entry, clause, number).checks())
        if checks and len(found) + len(checks) <= MAX_CHECKS:
            found += checks
            number += 1
    return tuple(found)


class _Reader:
    """One clause of one function."""

    def __init__(self, program: Program, entry: Entry, clause: Clause, number: int) -> None:
        self.program = program
        self.entry = entry
        self.clause = clause
        self.number = number

    def checks(self) -> Iterator[CallerCheck]:
        """Yield the alternatives; nothing where one of them is open to whoever chooses the arguments."""
        guarding = [atom for atom in self.clause if strength(atom_guard(atom)) > strength(Guard.PAYMENT)]
        others = [atom for atom in self.clause if atom not in guarding]
        if not guarding or not all(self._about_state(atom) for atom in others):
            return
        made = [check for atom in sorted(guarding, key=sorted_key) for check in self._guarding(atom)]
        yield from made
        for atom in sorted(others, key=sorted_key):
            yield self._state(atom)

    @staticmethod
    def _about_state(atom: Atom) -> bool:
        kinds = {str(label[0]) for label in flat(atom.labels)}
        return "state" in kinds and not kinds & {"arg", "sender", "value", "ext", "data"}

    def _make(self, form: str, reads: str, **more: Any) -> CallerCheck:
        return CallerCheck(clause=self.number, form=form, reads=reads[:160], **more)

    # ------------------------------------------------------------------------------------------ comparisons

    def _guarding(self, atom: Atom) -> Iterator[CallerCheck]:
        guard = atom_guard(atom)
        if guard is Guard.PROOF or RECOVERED in flat(atom.labels):
            yield self._make("signed", atom_text(atom, self.entry.parameters))
            return
        if atom.op == "==":
            for one, other in ((atom.left, atom.right), (atom.right, atom.left)):
                if one in ({SENDER}, {ORIGIN}):
                    yield from self._equals(other)
                    return
        if guard is Guard.IDENTITY or atom.op in _WEIGHTS:
            yield self._make("held", atom_text(atom, self.entry.parameters))
            return
        yield from self._holds(atom)

    def _equals(self, other: Labels) -> Iterator[CallerCheck]:
        if DERIVED in other:
            yield self._unnamed(other)
            return
        for label in sorted(other, key=sorted_key):
            kind = label[0]
            if label == THIS:
                yield self._make("self", "address(this)")
            elif kind == "const":
                value = str(label[1])
                yield self._make("fixed" if _ADDRESS.match(value) else "other", value)
            elif kind == "state":
                yield self._named(label)
            elif kind == "ext":
                yield self._answered(label)
            else:
                yield self._unnamed(other)

    def _unnamed(self, labels: Labels) -> CallerCheck:
        """Whom the call's arguments choose has no standing holder; what else it may be was not understood."""
        chosen = [part for part in flat(labels) if part[0] in ("arg", "data")]
        return self._make("argument" if chosen else "other", self._text(labels), varies=self._parameter(chosen))

    def _named(self, label: Label) -> CallerCheck:
        """The caller is an address that the state names."""
        name, keys = str(label[1]), label[2]
        chosen = [key for key in flat(keys) if key[0] in ("arg", "sender", "data")]
        if chosen:
            return self._make("argument", self._text(frozenset({label})), varies=self._parameter(chosen))
        if keys:
            return self._make("other", self._text(frozenset({label})))
        fixed = self._constant(name)
        if _ADDRESS.match(fixed):
            return self._make("fixed", fixed)
        return self._make("is", name, getter=self._getter(name))

    def _answered(self, label: Label) -> CallerCheck:
        """The caller is an address that another contract names."""
        name, inputs = str(label[1]), label[2]
        effect = self._asking(name, inputs)
        if effect is None or flat(effect.all_inputs):
            return self._unnamed(frozenset({label}))
        target = self._target(effect.target)
        if not target or not effect.signature.endswith("()"):
            return self._make("other", self._text(frozenset({label})))
        return self._make("is", f"{name}()", getter=effect.signature, target=target)

    def _holds(self, atom: Atom) -> Iterator[CallerCheck]:
        """What is kept for the caller here, or answered about it elsewhere, is set."""
        for label in sorted(atom.left | atom.right, key=sorted_key):
            if label[0] == "state" and SENDER in label[2]:
                yield self._kept(label).model_copy(update=_wanted(atom))
                return
            if label[0] == "ext" and SENDER in flat(label[2]):
                yield self._asked(label).model_copy(update=_wanted(atom))
                return
        yield self._unnamed(atom.left | atom.right)

    def _kept(self, label: Label) -> CallerCheck:
        name, keys = str(label[1]), label[2] - {SENDER}
        view = self._view(name, len(keys) + 1)
        chosen = [key for key in keys if key[0] in ("arg", "data")]
        # `grantRole`: the role is looked up under an argument, so the key is a read of state as well.
        if chosen and view is None:
            view = self._view(name, 2)
        if view is None or view.types.count("address") != 1:
            own = not is_office(name) and any(key[0] == "state" and is_membership(str(key[1])) for key in keys)
            # `processed[members[msg.sender].lastVote]`: what becomes of a member's own vote is no office.
            form = "in" if not keys else "argument" if chosen else "held" if own else "other"
            return self._make(form, self._text(frozenset({label})), varies=self._parameter(chosen))
        others = [ZERO_WORD] if chosen else [self._token(frozenset({key})) for key in keys]
        arguments = []
        for kind in view.types:
            arguments.append("caller" if kind == "address" else others.pop(0) if others else "zero")
        if others or "" in arguments:
            return self._make("other", self._text(frozenset({label})))
        return self._make(
            "in",
            self._text(frozenset({label})),
            getter=view.signature,
            arguments=tuple(arguments),
            varies=self._parameter(chosen),
        )

    def _asked(self, label: Label) -> CallerCheck:
        name, inputs = str(label[1]), label[2]
        effect = self._asking(name, inputs)
        text = self._text(frozenset({label}))
        if effect is None:
            if name != "canCall":
                return self._make("held", text) if atom_is_weight(name) else self._unnamed(frozenset({label}))
            # OpenZeppelin's AuthorityUtils: the authority is among what the answer is made from.
            names = [part for part in sorted(flat(inputs), key=sorted_key) if part[0] == "state"]
            target = next((self._getter(str(part[1])) for part in names if self._getter(str(part[1]))), "")
            told = ("caller", "this", "selector")
            return self._make("asked", text, getter=_CAN_CALL, target=target, arguments=told)
        arguments = tuple(self._token(part) for part in effect.inputs)
        target = self._target(effect.target)
        if not target or "" in arguments or "caller" not in arguments or not effect.signature:
            chosen = [part for part in flat(inputs | effect.target) if part[0] == "arg"]
            return self._make("argument" if chosen else "other", text, varies=self._parameter(chosen))
        return self._make("asked", text, getter=effect.signature, target=target, arguments=arguments)

    def _state(self, atom: Atom) -> CallerCheck:
        """An alternative that is not about the caller: as long as the state is so, everybody passes."""
        labels = [label for label in atom.left | atom.right if label[0] == "state"]
        text = atom_text(atom, self.entry.parameters)
        if len(labels) == 1 and ("const", "0") in labels[0][2]:
            name, keys = str(labels[0][1]), labels[0][2] - {("const", "0")}
            view = self._view(name, len(keys) + 1)
            if view is not None and view.types.count("address") == 1:
                others = [self._token(frozenset({key})) for key in keys]
                made = ["zero" if kind == "address" else others.pop(0) if others else "" for kind in view.types]
                if not others and "" not in made:
                    return self._make("open", text, getter=view.signature, arguments=tuple(made))
        wanted = atom.op
        if ZERO in (atom.left, atom.right):
            wanted = {"!=": "truthy", ">": "truthy", "==": "falsy"}.get(atom.op, "")
        if len(labels) == 1 and not labels[0][2] and wanted in ("truthy", "falsy"):
            name = str(labels[0][1])
            return self._make("state", name, getter=self._getter(name), arguments=(wanted,))
        return self._make("state", text)

    # ------------------------------------------------------------------------------------------------ words

    def _text(self, labels: Labels) -> str:
        return labels_text(labels, self.entry.parameters)

    def _parameter(self, labels: list[Label]) -> str:
        indexes = sorted({int(label[1]) for label in labels if label[0] == "arg"})
        named = [self.entry.parameters[index] for index in indexes if index < len(self.entry.parameters)]
        return ", ".join(named) or ("the call's data" if labels else "")

    def _token(self, labels: Labels) -> str:
        """Return an argument as text; empty where it is none that could be written down."""
        if labels == {SENDER}:
            return "caller"
        if labels == {THIS}:
            return "this"
        if DATA in labels:
            return "selector"
        if len(labels) != 1:
            return ""
        (label,) = labels
        if label[0] == "const":
            return _hex(str(label[1]))
        if label[0] == "state" and not label[2]:
            return _hex(self._constant(str(label[1]))) or self._getter(str(label[1]))
        return ""

    def _target(self, labels: Labels) -> str:
        """Return the view that names the contract called, or its address where the code holds it."""
        if len(labels) != 1:
            return ""
        (label,) = labels
        if label[0] != "state" or label[2]:
            return ""
        return self._getter(str(label[1])) or self._constant(str(label[1]))

    # ------------------------------------------------------------------------------------------------ views

    def _getter(self, name: str) -> str:
        view = self._view(name, 0)
        return view.signature if view is not None else ""

    def _view(self, name: str, parameters: int) -> _View | None:
        """Return a view of `parameters` arguments that answers what is kept under `name`."""
        return next((view for view in views(self.program).get(name, ()) if len(view.types) == parameters), None)

    def _constant(self, name: str) -> str:
        return constants(self.program).get(name, "")

    def _asking(self, name: str, inputs: Labels) -> Effect | None:
        wanted = flat(inputs)
        for effect in self.entry.effects:
            if effect.kind in ("static", "call") and effect.name == name and flat(effect.all_inputs) == wanted:
                return effect
        return None


def _wanted(atom: Atom) -> dict[str, Any]:
    """Return what an answer has to be, where that is more than being set."""
    if DERIVED in atom.labels:
        return {"inexact": True}
    if atom.op == "==":
        for side in (atom.left, atom.right):
            (label, *others) = side
            if not others and label[0] == "const" and label[1] != "True":
                word = _hex(str(label[1]))
                return {"equals": word} if word else {"inexact": True}
    return {}


def atom_is_weight(name: str) -> bool:
    """Whether what was asked is how much somebody holds."""
    return "balance" in name.lower() or "votes" in name.lower() or "power" in name.lower()


def _hex(value: str) -> str:
    """Return a constant as a 32-byte word; empty for what is no number."""
    if value.isdigit():
        return f"0x{int(value):064x}"
    return "0x" + value[2:].lower().rjust(64, "0") if _WORD.match(value) else ""


def views(program: Program) -> dict[str, list[_View]]:
    """Return, by name of what is kept in state, the views that answer it, those that answer it plainly first."""
    kept: dict[str, list[_View]] | None = program.kept_views
    if kept is not None:
        return kept
    found: dict[str, list[tuple[bool, _View]]] = {}
    for signature, variable in program.getters.items():
        types = _types(signature)
        found.setdefault(str(variable.name), []).append((False, _View(signature, types)))
    for entry in program.entries:
        if entry.changes_state or entry.is_fallback or len(entry.types) > 2:
            continue
        given = frozenset(("arg", index) for index in range(len(entry.types)))
        result = entry.summary.result.labels
        for label in result:
            if label[0] == "state" and label[2] == given and (given or result == {label}):
                view = _View(entry.signature, _types(entry.signature))
                found.setdefault(str(label[1]), []).append((len(result) > 1, view))
    made = {name: [view for _, view in sorted(of)] for name, of in found.items()}
    program.kept_views = made
    return made


def _types(signature: str) -> tuple[str, ...]:
    inside = signature.partition("(")[2].removesuffix(")")
    return tuple(inside.split(",")) if inside else ()


def constants(program: Program) -> dict[str, str]:
    """Return the constants of a contract that are hashes of words, numbers or addresses, in hex."""
    if program.kept_constants is None:
        found: dict[str, str] = {}
        for variable in program.contract.state_variables:
            if variable.is_constant and variable.expression is not None:
                value = _value(str(variable.expression))
                if value:
                    found[str(variable.name)] = value
        program.kept_constants = found
    return program.kept_constants


def _value(expression: str) -> str:
    hashed = _HASHED.match(expression)
    if hashed:
        return "0x" + keccak(text=hashed.group(1)).hex()
    return expression.lower() if _WORD.match(expression) else ""
