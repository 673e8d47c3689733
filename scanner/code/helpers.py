"""What an auditor's analysis is handed: the contract in Slither, and typed answers to what auditors ask most.

    from scanner.code.helpers import Code

    FACTS = {"pays_out_to_caller": "true/false"}

    def analyse(code: Code):
        open_ways = [path for path in code.value_paths() if path.open and path.recipient.chosen_by_caller]
        yield code.fact("pays_out_to_caller", bool(open_ways), *(path.node for path in open_ways))

`code.slither`, `code.contract` and every `element` and `node` are Slither's own objects (slither-analyzer 0.11). All
tuples come in a fixed order. Questions that cannot be answered raise; the analysis' facts are then unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scanner.code.analyses.answers import lines
from scanner.code.analyses.execution import approved
from scanner.code.analyses.functions import guard_and_text
from scanner.code.analyses.guards import all_clauses, effect_guard, lasting, once_only, strength
from scanner.code.analyses.known_calls import PULLS
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.values import DATA, NOTHING, SENDER, Labels, flat, sorted_key
from scanner.code.analyses.voting import vote_entries, weight_labels, weight_reading
from scanner.code.analyses.wording import clause_text, labels_text
from scanner.model.evidence import SourceEvidence
from scanner.model.kinds import Guard, VoteTime
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.stated import FACT_MODELS, StatedFact

_GIVES = {"transfer": 0, "safeTransfer": 0, "safeTransferETH": 0, "sendValue": 0, "approve": 0, "safeApprove": 0}
_GIVES |= {"forceApprove": 0, "increaseAllowance": 0, "safeIncreaseAllowance": 0, "mint": 0}
_CALLS = ("low-level", "delegatecall", "call")
_PYTHON_TYPES: dict[str, type] = {"integer": int, "text": str, "true/false": bool, "names": tuple}


@dataclass(frozen=True)
class Origins:
    """Where a value comes from. `text` puts it in the code's own names."""

    parameters: tuple[str, ...]
    state: tuple[str, ...]
    calls: tuple[str, ...]
    caller: bool
    calldata: bool
    text: str

    @property
    def chosen_by_caller(self) -> bool:
        """Whether whoever calls decides it: by a parameter, by raw calldata, or by being the caller."""
        return bool(self.parameters) or self.caller or self.calldata


@dataclass(frozen=True)
class Function:
    """A state-changing function that can be called from outside. `guard` is the weakest way in."""

    signature: str
    name: str
    selector: str
    parameters: tuple[str, ...]
    payable: bool
    guard: Guard
    condition: str
    once: bool
    element: Any
    entry: Entry

    @property
    def open(self) -> bool:
        """Whether anyone can call it to effect, at most for a payment; initialisers that run once are left out."""
        return not self.once and strength(self.guard) <= strength(Guard.PAYMENT)


@dataclass(frozen=True)
class ValuePath:
    """A way on which value leaves: native coins by a call, or a token by transfer, transferFrom or approve.

    `payer` has no origins but for transferFrom. `guard` and `condition` are those of this very call.
    """

    function: Function
    asset: str
    how: str
    recipient: Origins
    amount: Origins
    payer: Origins
    guard: Guard
    condition: str
    node: Any

    @property
    def open(self) -> bool:
        """Whether anyone can take this way."""
        return not self.function.once and strength(self.guard) <= strength(Guard.PAYMENT)


@dataclass(frozen=True)
class TaintedCall:
    """A call whose target depends on calldata. `kind`: call (of a known function), low-level or delegatecall.

    `data` says where the arguments come from; `bound`: the target must agree with something stored, queued or signed.
    """

    function: Function
    kind: str
    target: Origins
    data: Origins
    bound: bool
    guard: Guard
    condition: str
    node: Any

    @property
    def open(self) -> bool:
        """Whether anyone can have it made with a target of their choice."""
        return not self.bound and not self.function.once and strength(self.guard) <= strength(Guard.PAYMENT)


@dataclass(frozen=True)
class VoteWeight:
    """What the weight of a vote depends on, and when that is read; `time` is None where no reading was recognised."""

    function: Function
    depends_on: Origins
    time: VoteTime | None
    read_from: str
    nodes: tuple[Any, ...]


class Code:
    """One contract of one compiled source, as an analysis sees it."""

    def __init__(self, program: Program, analysis: str, declared: dict[str, str]) -> None:
        self.program = program
        self.slither = program.unit.slither
        self.contract = program.contract
        self.name = str(program.contract.name)
        self._analysis = analysis
        self._declared = declared

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every state-changing function that can be called from outside, by signature."""
        return tuple(self._function(entry) for entry in self.program.changing)

    @property
    def open_functions(self) -> tuple[Function, ...]:
        """The functions that anyone can call to effect."""
        return tuple(function for function in self.functions if function.open)

    def function(self, signature: str) -> Function | None:
        """Return the function of a canonical signature, `vote(uint256,bool)`, or None."""
        return next((function for function in self.functions if function.signature == signature), None)

    def value_paths(self) -> tuple[ValuePath, ...]:
        """Return every way on which native coins or tokens leave, those behind a guard included."""
        return self._each(_is_payment, self._value_path)

    def tainted_calls(self) -> tuple[TaintedCall, ...]:
        """Return every call out of this code whose target depends on calldata, those behind a guard included."""
        return self._each(_is_tainted, self._tainted_call)

    def vote_weights(self) -> tuple[VoteWeight, ...]:
        """Return what each function that casts a vote counts as its weight; empty where there is no voting."""
        found = []
        for entry in vote_entries(self.program):
            reading = weight_reading(self.program, entry)
            time, source, nodes = reading if reading is not None else (None, "", [entry.function])
            depends = self._origins(weight_labels(entry), entry)
            found.append(VoteWeight(self._function(entry), depends, time, source, tuple(nodes)))
        return tuple(found)

    def lines(self, *elements: Any) -> tuple[SourceEvidence, ...]:
        """Return the source lines of Slither elements, at most six; of the whole contract where none is given."""
        return lines(self.program, elements) or self.program.whole

    def fact(self, name: str, value: int | str | bool | tuple[str, ...], *elements: Any, note: str = "") -> StatedFact:
        """Return a declared fact with its value and the lines that show it; a value of another type raises TypeError.

        Without elements the whole contract is the evidence: that is how the absence of something is shown.
        """
        model = FACT_MODELS[self._type(name)]
        if type(value) is not _PYTHON_TYPES[self._type(name)]:
            raise TypeError(f"fact {name!r} is declared {self._type(name)}, the value is {type(value).__name__}")
        known = Known[Any](value=value, evidence=self.lines(*elements), derivation=note)
        plain = {"name": name, "analysis": self._analysis, "value": known.model_dump()}
        return model.model_validate(plain)

    def unknown(self, name: str, why: str, *elements: Any) -> StatedFact:
        """Return that a declared fact could not be decided, and why."""
        value = Unknown(reason=Reason.UNRESOLVED, detail=why, evidence=self.lines(*elements))
        return FACT_MODELS[self._type(name)](name=name, analysis=self._analysis, value=value)

    def _type(self, name: str) -> str:
        if name not in self._declared:
            raise TypeError(f"fact {name!r} is not declared in FACTS")
        return self._declared[name]

    def _function(self, entry: Entry) -> Function:
        guard, condition = guard_and_text(self.program, entry)
        once = once_only(self.program, entry)
        return Function(
            entry.signature, entry.name, entry.selector, entry.parameters, entry.payable, guard, condition, once,
            entry.function, entry,
        )  # fmt: skip

    def _each(self, wanted: Callable[[Effect], bool], read: Callable[[Function, Effect], Any]) -> tuple[Any, ...]:
        return tuple(
            read(function, effect)
            for function in self.functions
            for effect in function.entry.effects
            if wanted(effect) and lasting(function.entry, effect)
        )

    def _guarded(self, entry: Entry, effect: Effect) -> tuple[Guard, str]:
        guarded = effect_guard(entry, effect)
        return guarded.guard, clause_text(guarded.clause, entry.parameters) if guarded.clause else ""

    def _value_path(self, function: Function, effect: Effect) -> ValuePath:
        entry = function.entry
        guard, condition = self._guarded(entry, effect)
        recipient, amount, payer, asset = effect.target, effect.sent, NOTHING, "native"
        if not effect.sent:
            asset = "token"
            place = 1 if effect.name in PULLS else 0
            payer = effect.inputs[0] if place else payer
            recipient = effect.inputs[place]
            amount = effect.inputs[place + 1] if len(effect.inputs) > place + 1 else NOTHING
        return ValuePath(
            function, asset, effect.name, self._origins(recipient, entry), self._origins(amount, entry),
            self._origins(payer, entry), guard, condition, effect.node,
        )  # fmt: skip

    def _tainted_call(self, function: Function, effect: Effect) -> TaintedCall:
        entry = function.entry
        guard, condition = self._guarded(entry, effect)
        return TaintedCall(
            function, effect.kind, self._origins(effect.target, entry), self._origins(effect.all_inputs, entry),
            approved(effect.target, all_clauses(entry, effect)), guard, condition, effect.node,
        )  # fmt: skip

    def _origins(self, labels: Labels, entry: Entry) -> Origins:
        parts = sorted(flat(labels), key=sorted_key)
        places = [int(label[1]) for label in parts if label[0] == "arg"]
        return Origins(
            parameters=tuple(entry.parameters[at] for at in sorted(set(places)) if at < len(entry.parameters)),
            state=tuple(dict.fromkeys(str(label[1]) for label in parts if label[0] == "state")),
            calls=tuple(dict.fromkeys(str(label[1]) for label in parts if label[0] == "ext")),
            caller=SENDER in parts,
            calldata=DATA in parts,
            text=labels_text(labels, entry.parameters) if labels else "",
        )


def _is_payment(effect: Effect) -> bool:
    if effect.kind in ("send", "low-level", "call") and effect.sent:
        return effect.sent != {("const", "0")}
    if effect.kind != "call":
        return False
    if effect.name in PULLS:
        return len(effect.inputs) >= 2
    return effect.name in _GIVES and bool(effect.inputs)


def _is_tainted(effect: Effect) -> bool:
    """What is picked from storage by calldata is not calldata: the one who stored it chose it."""
    return effect.kind in _CALLS and any(label[0] == "arg" or label == DATA for label in effect.target)
