"""What lint says about one rule: its words, its references, and tests that state what nothing reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.judge.language.source import did_you_mean
from scanner.judge.language.types import Kind
from scanner.judge.rule import Rule, Rulebook, RuleTest
from scanner.judge.scenarios import Scenario
from scanner.judge.template import Printed
from scanner.judge.wording import check
from scanner.judge.yaml_strict import ListNode, MapNode, Node
from scanner.model.errors import RuleError
from scanner.model.outcome import Status

_UNFINISHED = ("Say why", "Say what")
"""How the sentences begin that a new rule is written with."""
_LEAST_WORDS = 3


def check_rule(rule: Rule, rulebook: Rulebook, scenarios: Sequence[Scenario]) -> Iterator[RuleError]:
    """Return every problem of a rule that loading it does not find."""
    yield from _words(rule)
    yield from _references(rule, rulebook, scenarios)
    yield from _said(rule)
    if rule.python is None:
        for test in rule.tests:
            yield from _dead_facts(rule, test)


def _words(rule: Rule) -> Iterator[RuleError]:
    for key, text in rule.texts().items():
        for wording in check(text):
            mark = rule.marks.get(key, rule.mark)
            yield mark.error(f"{key} of {rule.id} says {wording.passage!r}", wording.hint)


def _references(rule: Rule, rulebook: Rulebook, scenarios: Sequence[Scenario]) -> Iterator[RuleError]:
    ids = {scenario.id for scenario in scenarios}
    for link in rule.scenarios:
        if scenarios and link.id not in ids:
            yield link.mark.error(f"no scenario {link.id}", did_you_mean(link.id, ids))
    known = {other.id for other in rulebook.rules}
    for other in rule.mitigated_by:
        if other not in known:
            yield rule.marks["mitigated_by"].error(f"no rule {other}", did_you_mean(other, known))
        elif other == rule.id:
            yield rule.marks["mitigated_by"].error("a rule cannot limit itself")


def _said(rule: Rule) -> Iterator[RuleError]:
    """A rule that raises suspicion says in words of its own what the same structure is good for."""
    for key, text in (("why", rule.why), ("legitimate_use", rule.legitimate_use)):
        if rule.status == "stable" and text.startswith(_UNFINISHED):
            yield rule.marks[key].error(
                f"{key} of {rule.id} is what a new rule begins with", "say it, or keep it experimental"
            )
    if len(rule.legitimate_use.split()) < _LEAST_WORDS:
        yield rule.marks["legitimate_use"].error(
            f"legitimate_use of {rule.id} is no sentence", "say why an honest DAO may have this"
        )
    elif rule.legitimate_use == rule.why:
        yield rule.marks["legitimate_use"].error(f"legitimate_use of {rule.id} repeats 'why'")


def _dead_facts(rule: Rule, test: RuleTest) -> Iterator[RuleError]:
    """Facts and outcomes that a test states and that neither a condition nor the message reads.

    A test that expects unknown may state other facts: it shows that knowing them does not help.
    """
    if test.expect == Status.UNKNOWN.value:
        return
    printed = [part.value for part in rule.message.parts if isinstance(part, Printed)]
    read = {pair for compiled in (*rule.conditions, *printed) for pair in compiled.fields}
    roots = rule.schema.roots(rule.subject)
    for path, node in test.facts.items():
        name, _, rest = path.partition(".")
        if name in roots:
            yield from _dead(rule, read, roots[name].record, (rest, path, node))
    for asked in sorted(set(test.outcomes) - rule.asks):
        yield test.mark.error(f"test {test.name!r} states an outcome of {asked}, which the rule does not ask for")


def _dead(rule: Rule, read: set[tuple[str, str]], record: str, fact: tuple[str, str, Node]) -> Iterator[RuleError]:
    rest, path, node = fact
    name, _, deeper = rest.partition(".")
    spec = rule.schema.records[record].fields.get(name)
    if spec is None:
        return
    if spec.type.kind is Kind.RECORD:
        inner = [(deeper, path, node)] if deeper else []
        if not deeper and isinstance(node, MapNode):
            inner = [(key, f"{path}.{key}", value) for key, value in node.entries.items()]
        for one in inner:
            yield from _dead(rule, read, spec.type.record, one)
        return
    if (record, name) not in read:
        yield node.mark.error(f"{path} is stated in a test, and nothing in {rule.id} reads it", "remove it, or use it")
        return
    counted_only = all(record_ != spec.type.record for record_, _ in read)
    if spec.type.kind is Kind.ITEMS and not counted_only:
        items = node.entries.get("items", node) if isinstance(node, MapNode) else node
        for item in items.items if isinstance(items, ListNode) else ():
            if isinstance(item, MapNode):
                for key, value in item.entries.items():
                    yield from _dead(rule, read, spec.type.record, (key, f"{path}.{key}", value))
