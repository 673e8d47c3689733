"""From a function's intermediate representation to its summary.

Slither's operations are told apart by the names of their classes, so that nothing here imports Slither.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scanner.code.analyses import language
from scanner.code.analyses.calls import call_external, call_internal, call_low_level, intercepted
from scanner.code.analyses.cfg import Flow, flow_of
from scanner.code.analyses.memory import Memory
from scanner.code.analyses.summary import MAX_EFFECTS, Effect, Summary, TooMuchCode
from scanner.code.analyses.values import (
    DERIVED,
    EMPTY,
    NEVER,
    NO_CLAUSES,
    NOTHING,
    Atom,
    Clauses,
    Condition,
    Labels,
    Place,
    Value,
    arg,
    clauses_of,
    condition_labels,
    conjoin,
    constant,
    derived,
    either,
    flat,
    sorted_key,
    state,
    truth,
    union,
)

_COMPARISONS = {"==", "!=", "<", ">", "<=", ">="}
_MAX_ATOMS = 40


class Frame:
    """The state of interpreting one function."""

    def __init__(self, function: Any, summarise: Callable[[Any], Summary]) -> None:
        self.function = function
        self.summarise = summarise
        self.values: dict[Any, Value] = {}
        self.effects: list[Effect] = []
        self.called: set[str] = set()
        self.returns: list[tuple[Clauses, Value]] = []
        self.exits: list[Clauses] = []
        self.branches: set[Labels] = set()
        self.node: Any = None
        self.clauses: Clauses = NO_CLAUSES
        self.stopped = False
        self.memory = Memory()
        for index, parameter in enumerate(function.parameters):
            self.values[parameter] = _parameter(parameter, index)

    def value(self, operand: Any) -> Value:
        """Return the value of an operand: a variable, a constant, or something built in."""
        known = self.values.get(operand) if not isinstance(operand, list) else None
        if known is not None:
            return known
        kind = type(operand).__name__
        if kind == "Constant":
            return _constant(operand)
        if kind in ("StateVariable", "TopLevelVariable"):
            return _state_variable(operand)
        if kind.startswith("SolidityVariable"):
            return language.variable(operand.name)
        if isinstance(operand, list):
            parts = tuple(self.value(part) for part in operand)
            return Value(frozenset().union(*(part.labels for part in parts)), parts=parts)
        if getattr(operand, "location", None) == "storage" or getattr(operand, "is_storage", False):
            # A pointer that assembly set (ERC-7201): its type names the place.
            place = Place(str(operand.type), (), NOTHING)
            return Value(frozenset({state(place.name)}), place)
        return EMPTY

    def assign(self, target: Any, value: Value) -> None:
        """Give a local or temporary variable a value; a second assignment keeps both."""
        if target is None:
            return
        before = self.values.get(target)
        self.values[target] = value if before is None else union(before, value)

    def effect(self, kind: str, name: str, **details: Any) -> None:
        self.effects.append(Effect(kind, name, self.node, self.clauses, **details))

    def write(self, place: Place, value: Value) -> None:
        """Note that a value is put into storage."""
        self.effect("write", place.name, inputs=(value.labels,), place=place, change=_change(place, value))

    def require(self, clauses: Clauses) -> None:
        """Note that execution goes on only if `clauses` hold."""
        self.clauses = conjoin(self.clauses, clauses)
        if self.clauses == NEVER:
            self.stopped = True


def summarise_function(function: Any, summarise: Callable[[Any], Summary]) -> Summary:
    """Return the summary of a Slither function or modifier; `summarise` gives those of the functions it calls."""
    frame = Frame(function, summarise)
    flow = flow_of(function)
    before: dict[tuple[int, bool | None], Clauses] = {}
    entry = flow.nodes[0].node_id if flow.nodes else None
    for node in flow.nodes:
        reached = NO_CLAUSES if node.node_id == entry else _arrive(flow, node, before)
        if reached == NEVER:
            continue
        _run_node(frame, node, reached, before)
    return _finish(frame, function)


def _arrive(flow: Flow, node: Any, before: dict[tuple[int, bool | None], Clauses]) -> Clauses:
    reached = NEVER
    for predecessor, branch in flow.into[node.node_id]:
        reached = either(reached, before.get((predecessor, branch), NEVER))
    return reached


def _run_node(frame: Frame, node: Any, reached: Clauses, before: dict[tuple[int, bool | None], Clauses]) -> None:
    frame.node, frame.clauses, frame.stopped = node, reached, False
    kind = node.type.name
    condition: Condition | None = None
    for operation in node.irs:
        name = type(operation).__name__
        if name == "Condition":
            condition = truth(frame.value(operation.value))
        else:
            _OPERATIONS.get(name, _other)(frame, operation)
        if frame.stopped:
            return
    if kind == "THROW":
        return
    answered = any(type(operation).__name__ == "Return" for operation in node.irs)
    if kind == "PLACEHOLDER" or (not answered and (kind == "RETURN" or not node.sons)):
        frame.exits.append(frame.clauses)
    before[(node.node_id, None)] = frame.clauses
    if kind == "IF":
        frame.branches.add(condition_labels(condition))
        before[(node.node_id, True)] = conjoin(frame.clauses, clauses_of(condition, True))
        before[(node.node_id, False)] = conjoin(frame.clauses, clauses_of(condition, False))


def _finish(frame: Frame, function: Any) -> Summary:
    exit_clauses = NEVER
    for clauses in frame.exits:
        exit_clauses = either(exit_clauses, clauses)
    effects = tuple(dict.fromkeys(frame.effects))
    if len(effects) > MAX_EFFECTS:
        raise TooMuchCode(str(function.name))
    return Summary(effects, _result(frame, function), exit_clauses, frozenset(frame.called))


def _result(frame: Frame, function: Any) -> Value:
    returned = list(getattr(function, "returns", None) or ())
    if not frame.returns:
        values = tuple(frame.value(variable) for variable in returned)
        if len(values) == 1:
            return values[0]
        return Value(frozenset().union(*(v.labels for v in values)), parts=values) if values else EMPTY
    if len(frame.returns) == 1:
        return frame.returns[0][1]
    result = frame.returns[0][1]
    for _, value in frame.returns[1:]:
        result = union(result, value)
    # Which line returns depends on the branches taken.
    chosen = flat(frozenset().union(*frame.branches)) if frame.branches else NOTHING
    condition = _returned_condition(frame) if len(returned) == 1 and str(returned[0].type) == "bool" else None
    return result._replace(labels=derived(result.labels, chosen), condition=condition)


def _returned_condition(frame: Frame) -> Condition | None:
    """Return when a function of several returns answers true: one of its paths is taken and its value is true."""
    if sum(len(clause) for clauses, _ in frame.returns for clause in clauses) > _MAX_ATOMS:
        return None
    whole: Condition = ("const", False)
    for clauses, value in frame.returns:
        path: Condition = truth(value)
        for clause in sorted(clauses, key=sorted_key):
            alternatives: Condition = ("const", False)
            for atom in sorted(clause, key=sorted_key):
                alternatives = ("or", alternatives, ("atom", atom))
            path = ("and", alternatives, path)
        whole = ("or", whole, path)
    return whole


def _parameter(parameter: Any, index: int) -> Value:
    place = Place(arg(index), (), NOTHING) if getattr(parameter, "location", None) == "storage" else None
    labels = frozenset({state(f"#{index}")}) if place else frozenset({arg(index)})
    return Value(labels, place)


def _constant(operand: Any) -> Value:
    value = operand.value
    condition: Condition | None = ("const", value) if isinstance(value, bool) else None
    if isinstance(value, str) and value.startswith("0x") and len(value) == 42:
        value = int(value, 16) and value.lower()
    return Value(frozenset({constant(value)}), condition=condition)


def _state_variable(variable: Any) -> Value:
    if variable.is_constant and variable.expression is not None and str(variable.expression) in ("0", "address(0)"):
        return Value(frozenset({constant("0")}))
    return Value(frozenset({state(variable.name)}), Place(variable.name, (), NOTHING))


def _assignment(frame: Frame, operation: Any) -> None:
    _store(frame, operation.lvalue, frame.value(operation.rvalue))


def _store(frame: Frame, target: Any, value: Value) -> None:
    """Write `value` to a variable; a write to storage is an effect."""
    kind = type(target).__name__
    place: Place | None = None
    if kind == "StateVariable":
        place = Place(target.name, (), NOTHING)
    elif kind.startswith("ReferenceVariable"):
        place = frame.value(target).place
        if place is None:
            frame.assign(target, value)
            origin = getattr(target, "points_to_origin", None)
            if origin is not None:
                frame.assign(origin, Value(derived(value.labels)))
            return
    if place is None:
        frame.assign(target, value)
        return
    frame.write(place, value)


def _change(place: Place, value: Value) -> str:
    if value.delta and any(label[0] == "state" and label[1] == place.name for label in value.labels):
        return value.delta
    return "="


def _binary(frame: Frame, operation: Any) -> None:
    left, right = frame.value(operation.variable_left), frame.value(operation.variable_right)
    op = operation.type_str
    if op in _COMPARISONS:
        value = Value(derived(left.labels, right.labels), condition=_comparison(op, left, right))
    elif op in ("&&", "||"):
        joined = "and" if op == "&&" else "or"
        value = Value(derived(left.labels, right.labels), condition=(joined, truth(left), truth(right)))
    else:
        # type_str marks checked arithmetic; the type's own name does not.
        delta = {"ADDITION": "+", "SUBTRACTION": "-"}.get(operation.type.name, "")
        value = Value(derived(left.labels, right.labels), delta=delta or left.delta)
    _store(frame, operation.lvalue, value)


def _comparison(op: str, left: Value, right: Value) -> Condition:
    for one, other in ((left, right), (right, left)):
        if op in ("==", "!=") and len(other.labels) == 1 and one.condition is not None:
            (label,) = other.labels
            if label in (("const", "True"), ("const", "False")):
                same = (label[1] == "True") == (op == "==")
                return one.condition if same else ("not", one.condition)
    if op in ("<", "<=") and _is_constant(left):
        # Constants stand on the right.
        return ("atom", Atom({"<": ">", "<=": ">="}[op], right.labels, left.labels))
    return ("atom", Atom(op, left.labels, right.labels))


def _is_constant(value: Value) -> bool:
    return len(value.labels) == 1 and next(iter(value.labels))[0] == "const"


def _unary(frame: Frame, operation: Any) -> None:
    value = frame.value(operation.rvalue)
    condition: Condition | None = ("not", truth(value)) if operation.type.name == "BANG" else None
    _store(frame, operation.lvalue, Value(derived(value.labels), condition=condition))


def _convert(frame: Frame, operation: Any) -> None:
    value = frame.value(operation.variable)
    frame.assign(operation.lvalue, value)


def _index(frame: Frame, operation: Any) -> None:
    base, key = frame.value(operation.variable_left), frame.value(operation.variable_right)
    if base.place is not None:
        place = base.place._replace(keys=base.place.keys | flat(key.labels))
        frame.values[operation.lvalue] = Value(frozenset({_read(place)}), place)
    else:
        frame.values[operation.lvalue] = Value(base.labels)


def _member(frame: Frame, operation: Any) -> None:
    base = frame.value(operation.variable_left)
    member = str(operation.variable_right)
    if type(operation.variable_left).__name__ in ("Contract", "Enum", "ContractLevel", "EnumContract", "EnumTopLevel"):
        frame.values[operation.lvalue] = Value(frozenset({constant(f"{operation.variable_left.name}.{member}")}))
        return
    if member in ("codehash", "balance", "code") and base.place is None:
        frame.values[operation.lvalue] = language.account_member(member, base)
        return
    if base.place is not None:
        place = base.place._replace(members=(*base.place.members, member))
        frame.values[operation.lvalue] = Value(frozenset({_read(place)}), place)
    else:
        frame.values[operation.lvalue] = Value(base.labels)


def _read(place: Place) -> tuple[Any, ...]:
    return state(place.name, place.keys)


def _length(frame: Frame, operation: Any) -> None:
    frame.assign(operation.lvalue, Value(derived(frame.value(operation.value).labels)))


def _unpack(frame: Frame, operation: Any) -> None:
    whole = frame.value(operation.tuple)
    if operation.index < len(whole.parts):
        _store(frame, operation.lvalue, whole.parts[operation.index])
    else:
        _store(frame, operation.lvalue, Value(whole.labels))


def _return(frame: Frame, operation: Any) -> None:
    values = tuple(frame.value(value) for value in operation.values)
    whole = Value(frozenset().union(*(v.labels for v in values)), parts=values)
    value = values[0] if len(values) == 1 else whole
    frame.returns.append((frame.clauses, value))
    frame.exits.append(frame.clauses)


def _delete(frame: Frame, operation: Any) -> None:
    place = frame.value(operation.variable).place
    if place is not None:
        zero = frozenset({constant("0")})
        frame.effect("write", place.name, inputs=(zero,), place=place, change="=")


def _event(frame: Frame, operation: Any) -> None:
    inputs = tuple(frame.value(argument).labels for argument in operation.arguments)
    frame.effect("event", str(operation.name), inputs=inputs)


def _new_contract(frame: Frame, operation: Any) -> None:
    inputs = tuple(frame.value(argument).labels for argument in operation.arguments)
    frame.effect("create", str(operation.contract_created), inputs=inputs)
    frame.assign(operation.lvalue, Value(derived(*inputs)))


def _composite(frame: Frame, operation: Any) -> None:
    values = [frame.value(argument) for argument in getattr(operation, "arguments", ())]
    frame.assign(operation.lvalue, Value(frozenset().union(*(value.labels for value in values))))


def _init_array(frame: Frame, operation: Any) -> None:
    frame.assign(operation.lvalue, frame.value(operation.init_values))


def _internal(frame: Frame, operation: Any) -> None:
    arguments = tuple(frame.value(argument) for argument in operation.arguments)
    value = intercepted(frame, operation.function, arguments)
    if value is None:
        value = call_internal(frame, operation.function, arguments)
    frame.assign(operation.lvalue, value)


def _internal_dynamic(frame: Frame, operation: Any) -> None:
    labels = [frame.value(argument).labels for argument in operation.arguments]
    frame.assign(operation.lvalue, Value(derived(*labels)))


def _high_level(frame: Frame, operation: Any) -> None:
    frame.assign(operation.lvalue, call_external(frame, operation))


def _low_level(frame: Frame, operation: Any) -> None:
    frame.assign(getattr(operation, "lvalue", None), call_low_level(frame, operation))


def _solidity(frame: Frame, operation: Any) -> None:
    arguments = tuple(frame.value(argument) for argument in operation.arguments)
    frame.assign(operation.lvalue, language.call(frame, operation.function.name, arguments))


def _other(frame: Frame, operation: Any) -> None:
    target = getattr(operation, "lvalue", None)
    if target is not None and target not in frame.values:
        labels = [frame.value(part).labels for part in operation.read if not isinstance(part, list)]
        frame.assign(target, Value(derived(*labels) if labels else frozenset({DERIVED})))


_OPERATIONS: dict[str, Callable[[Frame, Any], None]] = {
    "Assignment": _assignment,
    "Binary": _binary,
    "Delete": _delete,
    "EventCall": _event,
    "HighLevelCall": _high_level,
    "Index": _index,
    "InitArray": _init_array,
    "InternalCall": _internal,
    "InternalDynamicCall": _internal_dynamic,
    "Length": _length,
    "LibraryCall": _internal,
    "LowLevelCall": _low_level,
    "Member": _member,
    "NewArray": _composite,
    "NewContract": _new_contract,
    "NewElementaryType": _composite,
    "NewStructure": _composite,
    "Return": _return,
    "Send": _low_level,
    "SolidityCall": _solidity,
    "Transfer": _low_level,
    "TypeConversion": _convert,
    "Unary": _unary,
    "Unpack": _unpack,
}
