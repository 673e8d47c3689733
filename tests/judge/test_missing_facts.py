"""For every built-in rule: take away each fact that it reads, one by one, and never see a pass that needed it.

What is read is asked of the evaluation itself, so that rules added later are covered as they are: on the facts of their
own tests, and on facts made up from the model and from what their conditions compare with. Where an outcome stands
without a fact, the fact is given other values, and the outcome must stand with each of them, too.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

from scanner.content import rules_dir
from scanner.judge.decide import Decider, Decision
from scanner.judge.facts import TestWorld, build
from scanner.judge.language.types import Kind, Schema, Type
from scanner.judge.language.values import Unk
from scanner.judge.language.world import Facts, Ref, Run
from scanner.judge.rule import Rule
from scanner.judge.rules import collect
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.outcome import Status

RULES = tuple(rule for rule in collect([rules_dir()])[0].rules if rule.conditions)
DECIDED = (Status.FINDING, Status.PASS)
NUMBERS = (0, 1, 2, 5_000, 10_000, 86_400, 10**30)
TEXTS = ("", "0x" + "00" * 20, "0x" + "11" * 20, "something else")
OUTCOMES = (
    *("finding", "pass", "not-applicable", "unknown", "error", "present", "configured", "exercised"),
    *("low", "medium", "high", "critical"),
)
HIDDEN_ITEMS = 8
MADE_UP = 15


@dataclass(frozen=True)
class Fact:
    """Something that was read: how to take it away, what else it could be, and the name it has in reasons."""

    name: str
    take_away: Callable[[], None]
    others: tuple[Callable[[], None], ...]
    restore: Callable[[], None]


class Case:
    """A rule on the facts of one of its tests, to be decided again and again with facts changed in between."""

    def __init__(self, rule: Rule, roots: list[Ref], asked: Mapping[str, str]) -> None:
        self.rule = rule
        self.asked = dict(asked)
        self.roots = roots

    def decide(self) -> Decision:
        """Decide with the facts as they stand now; nothing of an earlier reading is used."""
        self.roots = [Ref(root.label, root.item) for root in self.roots]
        return Decider(self.rule).decide(Run(TestWorld(self.asked), self.roots, self.rule.slots))

    def facts(self) -> list[Fact]:
        """Return everything that the last decision read."""
        types = self.rule.schema.roots(self.rule.subject)
        found = [fact for root in self.roots for fact in self._of(root, types[root.label].record)]
        return found + [self._outcome(rule_id) for rule_id in sorted(self.rule.asks)]

    def _of(self, ref: Ref, record: str) -> Iterator[Fact]:
        for key in ref.reads:
            owner, type_, name = _place(self.rule.schema, ref, record, key)
            yield _fact(
                f"{ref.label}.{key}", owner, name, others=[Known[Any](value=v, evidence=()) for v in _values(type_)]
            )
        for key, items in ref.items.items():
            owner, type_, name = _place(self.rule.schema, ref, record, key)
            yield from self._collection(f"{ref.label}.{key}", owner, name, record=type_.record)
            for one in items.refs:
                yield from self._of(one, type_.record)

    def _collection(self, label: str, owner: Any, name: str, *, record: str) -> Iterator[Fact]:
        """A collection loses its completeness, or completeness and an item; any further item may be there."""
        items = getattr(owner, name).items
        hidden = [Maker(self.rule, seed).facts(record) for seed in range(HIDDEN_ITEMS)]
        for kept in (items, *(items[:index] + items[index + 1 :] for index in range(len(items)))):
            partial = Collection[Any](items=kept, complete=False, reason=Reason.NODE_ERROR.value)
            others = [
                Collection[Any](items=(*kept, *more), complete=True) for more in ((), *((one,) for one in hidden))
            ]
            yield _fact(label, owner, name, others=others, gone=partial)

    def _outcome(self, rule_id: str) -> Fact:
        before = self.asked.get(rule_id)

        def set_(word: str | None) -> Callable[[], None]:
            def change() -> None:
                self.asked.pop(rule_id, None)
                if word is not None:
                    self.asked[rule_id] = word

            return change

        return Fact(rule_id, set_(None), tuple(set_(word) for word in OUTCOMES), set_(before))


def _place(schema: Schema, ref: Ref, record: str, key: str) -> tuple[Any, Type, str]:
    """Return the record that holds a field, the field's type and its name."""
    *path, name = key.split(".")
    owner = ref.item
    for step in path:
        owner, record = getattr(owner, step), schema.records[record].fields[step].type.record
    return owner, schema.records[record].fields[name].type, name


def _fact(label: str, owner: Any, name: str, *, others: list[Any], gone: Any = None) -> Fact:
    before = getattr(owner, name)
    gone = gone or Unknown(reason=Reason.NODE_ERROR, detail="taken away")

    def set_(value: Any) -> Callable[[], None]:
        return lambda: setattr(owner, name, value)

    return Fact(label, set_(gone), tuple(set_(value) for value in others), set_(before))


def _values(type_: Type) -> tuple[Any, ...]:
    if type_.kind is Kind.BOOL:
        return (True, False)
    if type_.kind is Kind.INTEGER:
        return NUMBERS
    if type_.kind is Kind.NAMES:
        return ((), *((value,) for value in type_.values or TEXTS), type_.values)
    return type_.values or TEXTS


@cache
def _literals(condition: str) -> tuple[Any, ...]:
    tree = ast.walk(ast.parse(condition.strip().replace("\n", " "), mode="eval"))
    return tuple(node.value for node in tree if isinstance(node, ast.Constant))


class Maker:
    """Makes up facts that a rule can read: values of the model, and those that its conditions compare with."""

    def __init__(self, rule: Rule, seed: int) -> None:
        self._made = random.Random(f"{rule.id} {seed}")
        self._schema = rule.schema
        self._fields: dict[str, set[str]] = {}
        literals: list[Any] = []
        for condition in rule.conditions:
            for record, name in condition.fields:
                self._fields.setdefault(record, set()).add(name)
            literals += _literals(condition.text.text)
        self._numbers = tuple(one + more for one in literals if type(one) is int for more in (-1, 0, 1))
        self._texts = tuple(one for one in literals if isinstance(one, str))

    def facts(self, record: str, depth: int = 0) -> Facts:
        """Return a record of which what the rule reads has some value, and the rest is unknown."""
        facts = Facts(record, reason=Reason.NODE_ERROR, detail="made up")
        for name in sorted(self._fields.get(record, ())):
            type_ = self._schema.records[record].fields[name].type
            if type_.kind is Kind.RECORD:
                setattr(facts, name, self.facts(type_.record, depth + 1))
            elif type_.kind is Kind.ITEMS:
                count = self._made.choice((0, 1, 1, 2)) if depth < 4 else 0
                items = tuple(self.facts(type_.record, depth + 1) for _ in range(count))
                setattr(facts, name, Collection[Any](items=items, complete=True))
            else:
                setattr(facts, name, Known[Any](value=self._made.choice(self._choices(type_)), evidence=()))
        return facts

    def _choices(self, type_: Type) -> tuple[Any, ...]:
        own: tuple[Any, ...] = ()
        if type_.kind is Kind.INTEGER:
            own = self._numbers
        elif type_.kind is Kind.TEXT:
            own = tuple(one for one in self._texts if not type_.values or one in type_.values)
        elif type_.kind is Kind.NAMES:
            own = tuple((one,) for one in self._texts if not type_.values or one in type_.values)
        return (*_values(type_), *own, *own)

    def case(self, rule: Rule) -> Case:
        """Return the rule on made-up facts."""
        types = rule.schema.roots(rule.subject)
        roots = [Ref(name, self.facts(type_.record)) for name, type_ in types.items()]
        return Case(rule, roots, {one: self._made.choice(OUTCOMES) for one in sorted(rule.asks)})


def _cases(rule: Rule, made_up: int = MADE_UP) -> Iterator[tuple[str, Case]]:
    for test in rule.tests:
        yield test.name, Case(rule, build(rule, test)[1], test.outcomes)
    for seed in range(made_up):
        yield f"made up {seed}", Maker(rule, seed).case(rule)


def _mistakes(rule: Rule, case: Case) -> Iterator[str]:
    """Yield a sentence for every fact without which the rule says more than it may."""
    before = case.decide()
    if before.status not in DECIDED:
        return
    for fact in case.facts():
        fact.take_away()
        after = case.decide()
        wrong = _wrong(rule, before, after, fact)
        if not wrong and after.status in DECIDED:
            wrong = _needed(case, after, fact)
        if wrong:
            yield f"without {fact.name}: {wrong}"
        fact.restore()


def _wrong(rule: Rule, before: Decision, after: Decision, fact: Fact) -> str:
    """The same, a finding of a lower level that says "at least", or unknown because of what was taken away."""
    if after.status is Status.UNKNOWN:
        named = any(one.what == fact.name for one in after.why)
        return "" if named else f"unknown, but the reasons leave it out: {after.reason}"
    if after.ruling.word == before.ruling.word:
        return ""
    if after.level is not None and _is_about_not_knowing(rule, fact):
        return ""
    lower = before.level is not None and after.level is not None and after.ruling.at_least
    return "" if lower else f"{before.ruling.word} became {after.ruling.word}"


def _is_about_not_knowing(rule: Rule, fact: Fact) -> bool:
    field = fact.name.rpartition(".")[2]
    return any(f".{field})" in one.text.text and "not known(" in one.text.text for one in rule.conditions)


def _needed(case: Case, without: Decision, fact: Fact) -> str:
    """An outcome that stands without a fact stands whatever the fact is; "at least" leaves room above."""
    if _is_about_not_knowing(case.rule, fact):
        return ""
    for other in fact.others:
        other()
        now = case.decide()
        above = without.ruling.at_least and now.level is not None and _rank(case.rule, now) < _rank(case.rule, without)
        if now.ruling.word != without.ruling.word and not above:
            return f"{without.ruling.word}, but it can be {now.ruling.word}"
    return ""


def _rank(rule: Rule, decision: Decision) -> int:
    assert decision.level is not None
    return rule.levels.index(decision.level)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_pass_needs_a_fact_that_is_missing(rule: Rule) -> None:
    assert [f"{name}: {mistake}" for name, case in _cases(rule) for mistake in _mistakes(rule, case)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_field_is_read_and_so_taken_away(rule: Rule) -> None:
    """The fields that the conditions name are those that cases read: none is left out of the test above."""
    missing = {
        name
        for condition in rule.conditions
        for record, name in condition.fields
        if rule.schema.records[record].fields[name].type.kind is not Kind.RECORD
    }
    for _, case in _cases(rule, made_up=400):
        if not missing:
            break
        if case.decide().status in DECIDED:
            missing -= {fact.name.rpartition(".")[2] for fact in case.facts()}
    assert missing == set()


@pytest.mark.parametrize("says", [False, True])
def test_a_rule_that_takes_the_unknown_for_an_answer_is_caught(says: bool, read: Any, rule_text: Any) -> None:
    rule = read(rule_text())
    line = rule.levels[0].where[0]

    def rash(at: Run) -> bool:
        truth = line.closure(at)
        return says if isinstance(truth, Unk) else bool(truth)

    levels = tuple(replace(level, where=(replace(line, closure=rash),)) for level in rule.levels[:1])
    broken = replace(rule, levels=levels)
    found = [mistake for _, case in _cases(broken) for mistake in _mistakes(broken, case)]
    assert any(mistake.startswith("without governor.voting_delay_seconds: ") for mistake in found)
