"""Rules, packs and the rule book as the engine uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.judge.language.compiled import Compiled
from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.types import FieldSpec, Schema
from scanner.judge.template import Template
from scanner.judge.yaml_strict import Mark, Node
from scanner.model.kinds import Stage
from scanner.model.outcome import Confidence, Dimension, Relation, Remediation, Severity


@dataclass(frozen=True)
class Level:
    """A severity in the security dimensions, a stage in the descriptive ones. All `where` lines must hold."""

    severity: Severity | None
    stage: Stage | None
    where: tuple[Compiled, ...]
    mark: Mark

    @property
    def word(self) -> str:
        """The word that a test expects."""
        return (self.severity or self.stage or "").__str__()


@dataclass(frozen=True)
class RuleScenario:
    """What a finding (`relation`) or a pass (`on_pass`) of the rule does to a scenario."""

    id: str
    relation: Relation | None
    on_pass: Relation | None
    mark: Mark


@dataclass(frozen=True)
class RuleTest:
    """A test inside a rule file. `expect` is a severity, a stage, pass, unknown or not-applicable.

    `snapshot`: the file of a small snapshot beside the rule, in place of facts; for rules in Python.
    """

    name: str
    facts: Mapping[str, Node]
    outcomes: Mapping[str, str]
    expect: str
    mark: Mark
    snapshot: str = ""


@dataclass(frozen=True)
class PythonCheck:
    """The code of a rule that is written in Python: its file, and the text that was read from it."""

    path: Path
    text: str = field(repr=False)


@dataclass(frozen=True)
class Rule:
    """One question about one kind of subject. `python` holds the code of a rule that has no conditions."""

    id: str
    name: str
    title: str
    subject: str
    confidence: Confidence
    status: str
    dimension: Dimension
    applies: tuple[Compiled, ...]
    levels: tuple[Level, ...]
    message: Template
    why: str
    legitimate_use: str
    remediation: Remediation
    false_positives: tuple[str, ...]
    references: tuple[str, ...]
    scenarios: tuple[RuleScenario, ...]
    evidence_class: str
    base_rate: str
    mitigated_by: tuple[str, ...]
    tests: tuple[RuleTest, ...]
    marks: Mapping[str, Mark]
    schema: Schema = field(default_factory=model_schema, repr=False, compare=False)
    python: PythonCheck | None = None

    @property
    def mark(self) -> Mark:
        return self.marks["id"]

    @property
    def conditions(self) -> tuple[Compiled, ...]:
        """Every condition of the rule, `applies` first."""
        return self.applies + tuple(line for level in self.levels for line in level.where)

    @property
    def slots(self) -> int:
        """How many variables its conditions need at most."""
        return max((condition.slots for condition in self.conditions), default=0)

    @property
    def asks(self) -> frozenset[str]:
        """Ids of the rules whose outcomes this one is about."""
        return frozenset(one for condition in self.conditions for one in condition.rule_ids)

    @property
    def worst(self) -> Severity | None:
        """The worst severity it can give; none in the descriptive dimensions."""
        return self.levels[0].severity

    def texts(self) -> dict[str, str]:
        """Return the sentences that a reader sees, by where they stand in the file."""
        found: dict[str, Any] = {
            "title": self.title,
            "message": self.message.text,
            "why": self.why,
            "legitimate_use": self.legitimate_use,
            "remediation": self.remediation.text,
            "base_rate": self.base_rate,
            "false_positives": "\n".join(self.false_positives),
        }
        return found


@dataclass(frozen=True)
class Pack:
    """A folder of rules. `digest` is the SHA-256 over its files; `facts` are the stated ones that its rules read."""

    name: str
    prefixes: tuple[str, ...]
    version: str
    engine: str
    rules: tuple[Rule, ...]
    digest: str
    facts: Mapping[str, FieldSpec] = field(default_factory=dict)
    folder: Path = Path()


@dataclass(frozen=True)
class Rulebook:
    """All rules of all packs, sorted by id. `translations` are (file, SHA-256) where they are not worded in English."""

    packs: tuple[Pack, ...]
    rules: tuple[Rule, ...]
    translations: tuple[tuple[str, str], ...] = ()

    @property
    def facts(self) -> dict[str, FieldSpec]:
        """The facts of auditors' analyses that the packs read."""
        return {name: one for pack in self.packs for name, one in pack.facts.items()}

    def rule(self, rule_id: str) -> Rule | None:
        """Return the rule with this id, or none."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def pack_of(self, rule: Rule) -> Pack:
        """Return the pack that holds `rule`."""
        return next(pack for pack in self.packs if any(one is rule for one in pack.rules))
