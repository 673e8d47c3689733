"""The facts that a rule's test names, as a world to evaluate the rule in. What is not named is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.judge.language.source import did_you_mean
from scanner.judge.language.types import Kind, RecordSpec, Schema, Type
from scanner.judge.language.vocabulary import SEVERITIES
from scanner.judge.language.world import Facts, Ref, Verdict
from scanner.judge.rule import Rule, RuleTest
from scanner.judge.yaml_strict import ListNode, MapNode, Mark, Node, Scalar
from scanner.model.kinds import Stage
from scanner.model.observation import Collection, Known, Reason
from scanner.model.outcome import Severity, Status

_UNNAMED = "not named in the test"


class TestWorld:
    """Relations are plain fields here: `governor.contract` holds what the test says about it."""

    __test__ = False

    def __init__(self, outcomes: Mapping[str, str]) -> None:
        self._outcomes = outcomes

    def related(self, item: Any, name: str) -> Any:
        return getattr(item, name)

    def verdicts(self, rule_id: str) -> Sequence[Verdict]:
        word = self._outcomes.get(rule_id)
        if word is None:
            return (Verdict(Status.UNKNOWN, None, False, _UNNAMED, True),)
        if word in {one.value for one in Stage}:
            return (Verdict(Status.FINDING, Stage(word), False, "", False),)
        if word in SEVERITIES:
            return (Verdict(Status.FINDING, None, False, "", False, severity=Severity(word)),)
        status = Status(word)
        unclear = status in (Status.UNKNOWN, Status.ERROR)
        return (Verdict(status, None, False, _UNNAMED if unclear else "", unclear),)


def build(rule: Rule, test: RuleTest) -> tuple[TestWorld, list[Ref]]:
    """Return world and roots of a test. RuleError when a path is misspelt or a value has the wrong type."""
    types = rule.schema.roots(rule.subject)
    roots = {name: _unnamed(type_.record) for name, type_ in types.items()}
    for path, node in test.facts.items():
        name, _, rest = path.partition(".")
        if name not in roots or not rest:
            hint = did_you_mean(name, types) or f"a path begins with {' or '.join(types)}"
            raise node.mark.error(f"fact path {path[:80]!r} begins with no subject", hint)
        _Setter(rule.schema).set(roots[name], types[name].record, rest, node)
    refs = [Ref(name, roots[name]) for name in types]
    return TestWorld(test.outcomes), refs


def _unnamed(record: str) -> Facts:
    return Facts(record, reason=Reason.NOT_READ, detail=_UNNAMED)


class _Setter:
    """Puts the values of a test where a schema has room for them."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def set(self, facts: Facts, record: str, path: str, node: Node) -> None:
        """Put the value of `node` at `path` below `facts`."""
        name, _, rest = path.partition(".")
        spec = _spec(self._schema.records[record], name, node.mark)
        if spec.kind is Kind.RECORD:
            inner: Facts = getattr(facts, name)
            if rest:
                self.set(inner, spec.record, rest, node)
            else:
                self._fill(inner, spec.record, node)
        elif rest:
            raise node.mark.error(f"{record}.{name} is {spec} and has no fields")
        elif spec.kind is Kind.ITEMS:
            setattr(facts, name, self._items(spec, node))
        else:
            setattr(facts, name, Known[Any](value=_value(spec, f"{record}.{name}", node), evidence=()))

    def _fill(self, facts: Facts, record: str, node: Node) -> None:
        if not isinstance(node, MapNode):
            raise node.mark.error(f"a {record} is a mapping of its fields")
        for path, value in node.entries.items():
            self.set(facts, record, path, value)

    def _items(self, type_: Type, node: Node) -> Collection[Any]:
        """A list is a complete collection; `{items: […], complete: false}` a partial one."""
        complete, items = True, node
        if isinstance(node, MapNode):
            if set(node.keys) != {"items", "complete"}:
                raise node.mark.error("a collection is a list, or {items: [...], complete: false}")
            flag, items = node.entries["complete"], node.entries["items"]
            if not isinstance(flag, Scalar) or not isinstance(flag.value, bool):
                raise flag.mark.error("'complete' is true or false")
            complete = flag.value
        if not isinstance(items, ListNode):
            raise items.mark.error(f"a {type_} is a list")
        found: list[Facts] = []
        for item in items.items:
            facts = _unnamed(type_.record)
            self._fill(facts, type_.record, item)
            found.append(facts)
        return Collection[Any](items=tuple(found), complete=complete, reason="" if complete else "partial in the test")


def _spec(record: RecordSpec, name: str, mark: Mark) -> Type:
    if name not in record.fields:
        raise mark.error(f"{record.name} has no field {name[:60]!r}", did_you_mean(name, record.fields))
    return record.fields[name].type


def _value(type_: Type, path: str, node: Node) -> Any:
    if type_.kind is Kind.NAMES:
        if not isinstance(node, ListNode):
            raise node.mark.error(f"{path} is a list of names")
        return tuple(_value(Type(Kind.TEXT, values=type_.values), path, item) for item in node.items)
    value = node.value if isinstance(node, Scalar) else None
    wanted: dict[Kind, type] = {Kind.INTEGER: int, Kind.TEXT: str, Kind.BOOL: bool}
    if value is None or type(value) is not wanted[type_.kind]:
        hint = "quote it" if type_.kind is Kind.TEXT else ""
        raise node.mark.error(f"{path} is {type_}, this is not", hint)
    if type_.values and value not in type_.values:
        raise node.mark.error(f"{path} is never {str(value)[:60]!r}", did_you_mean(str(value), type_.values))
    return value
