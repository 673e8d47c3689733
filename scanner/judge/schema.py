"""The shape of a rule file (schema 1): from a YAML tree to a checked Rule."""

from __future__ import annotations

import re
from dataclasses import replace

from scanner.judge.language.compiled import Compiled
from scanner.judge.language.compiler import Scope, compile_condition
from scanner.judge.language.functions import RULE_ID
from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.source import did_you_mean
from scanner.judge.language.types import Schema
from scanner.judge.language.vocabulary import SEVERITIES
from scanner.judge.reader import Reader, as_text
from scanner.judge.rule import Level, PythonCheck, Rule, RuleScenario, RuleTest
from scanner.judge.template import Template, compile_template
from scanner.judge.yaml_strict import MapNode, Node, Scalar
from scanner.model.kinds import Stage
from scanner.model.outcome import Confidence, Dimension, Relation, Remediation, Severity, Status

KEYS = (
    "schema",
    "id",
    "name",
    "title",
    "subject",
    "confidence",
    "status",
    "dimension",
    "applies",
    "levels",
    "message",
    "why",
    "legitimate_use",
    "remediation",
    "false_positives",
    "references",
    "scenarios",
    "evidence_class",
    "base_rate",
    "mitigated_by",
    "tests",
)
PYTHON_KEYS = tuple(key for key in KEYS if key != "applies")
STATUSES = ("experimental", "stable", "deprecated")
EVIDENCE_CLASSES = tuple(f"E{number}" for number in range(1, 9))
EFFORTS = ("low", "medium", "high", "none")
SCENARIO_ID = re.compile(r"MS-[0-9]{2}\Z")
_OUTCOME_WORDS = (Status.PASS.value, Status.UNKNOWN.value, Status.NOT_APPLICABLE.value)
_STAGES = tuple(one.value for one in Stage if one is not Stage.ABSENT)


def read_rule(tree: Node, file_name: str, *, schema: Schema | None = None, python: PythonCheck | None = None) -> Rule:
    """Return the rule of one file. RuleError at the first thing that is wrong, with its place and a hint.

    `schema` is what its conditions can read. A rule in `python` has the same keys, but conditions are what it does
    without: no `applies`, levels without `where`, a `message` without values.
    """
    schema = schema or model_schema()
    top = Reader(tree, KEYS if python is None else PYTHON_KEYS, "a rule")
    if top.integer("schema") != 1:
        raise top.error("schema", "this engine reads schema 1")
    name = top.kebab("name")
    stem = file_name.removesuffix(".yaml") if python is None else file_name.removesuffix(".py").replace("_", "-")
    if stem != name:
        raise top.error(
            "name", f"the rule is named {name!r} but the file {file_name!r}", "name and file name are the same"
        )
    subject = top.choice("subject", schema.subjects)
    scope = Scope(schema, schema.roots(subject), outcomes=python is None)
    dimension = top.member("dimension", Dimension)
    levels = _levels(top, scope if python is None else None, dimension)
    return Rule(
        id=top.matching("id", RULE_ID, "GOV-012"),
        name=name,
        title=top.text("title"),
        subject=subject,
        confidence=top.member("confidence", Confidence),
        status=top.choice("status", STATUSES),
        dimension=dimension,
        applies=_conditions(top, "applies", scope),
        levels=levels,
        message=compile_template(as_text(top.scalar("message")), replace(scope, outcomes=False))
        if python is None
        else Template(top.text("message"), (top.text("message"),)),
        why=top.text("why"),
        legitimate_use=top.text("legitimate_use", "say why an honest DAO may have this"),
        remediation=_remediation(top),
        false_positives=top.texts("false_positives"),
        references=top.texts("references"),
        scenarios=_scenarios(top),
        evidence_class=top.choice("evidence_class", EVIDENCE_CLASSES),
        base_rate=top.optional("base_rate"),
        mitigated_by=_rule_ids(top, "mitigated_by"),
        tests=_tests(top, levels, scope, python=python is not None),
        marks={key: node.mark for key, node in top.node.entries.items()},
        schema=schema,
        python=python,
    )


def _conditions(reader: Reader, key: str, scope: Scope, *, least: int = 0) -> tuple[Compiled, ...]:
    return tuple(compile_condition(line, scope) for line in reader.lines(key, least=least))


def _levels(top: Reader, scope: Scope | None, dimension: Dimension) -> tuple[Level, ...]:
    levels: list[Level] = []
    wanted, other, order = (
        ("stage", "severity", _STAGES) if dimension.descriptive else ("severity", "stage", SEVERITIES)
    )
    ranked = list(reversed(order)) if dimension.descriptive else list(order)
    for item in top.items("levels", least=1):
        reader = Reader(item, ("severity", "stage", *(("where",) if scope else ())), "a level")
        if reader.has(other):
            kind = (
                "descriptive: it states a stage and carries no severity" if dimension.descriptive else "about security"
            )
            raise reader.error(other, f"dimension {dimension.value!r} is {kind}", f"write {wanted!r} instead")
        word = reader.choice(wanted, order)
        if levels and ranked.index(word) <= ranked.index(levels[-1].word):
            raise reader.error(
                wanted, f"{word!r} stands below {levels[-1].word!r}", f"the order is {', '.join(ranked)}"
            )
        levels.append(
            Level(
                severity=None if dimension.descriptive else Severity(word),
                stage=Stage(word) if dimension.descriptive else None,
                where=_conditions(reader, "where", scope, least=1) if scope else (),
                mark=item.mark,
            )
        )
    return tuple(levels)


def _remediation(top: Reader) -> Remediation:
    reader = Reader(top.need("remediation"), ("effort", "text"), "remediation")
    return Remediation(effort=reader.choice("effort", EFFORTS), text=reader.text("text"))


def _scenarios(top: Reader) -> tuple[RuleScenario, ...]:
    found: list[RuleScenario] = []
    for item in top.items("scenarios"):
        reader = Reader(item, ("id", "relation", "on_pass"), "a scenario link")
        if not reader.has("relation") and not reader.has("on_pass"):
            raise item.mark.error("a scenario link needs 'relation' or 'on_pass'", "enables, facilitates or mitigates")
        link = RuleScenario(
            id=reader.matching("id", SCENARIO_ID, "MS-12"),
            relation=reader.member("relation", Relation) if reader.has("relation") else None,
            on_pass=reader.member("on_pass", Relation) if reader.has("on_pass") else None,
            mark=item.mark,
        )
        if any(link.id == other.id for other in found):
            raise item.mark.error(f"scenario {link.id} is linked twice")
        found.append(link)
    return tuple(found)


def _rule_ids(top: Reader, key: str) -> tuple[str, ...]:
    for line in top.lines(key):
        if not RULE_ID.match(line.text.strip()):
            raise line.error(f"{line.text[:60]!r} is no rule id", hint="for instance RSP-003")
    return top.texts(key)


def _tests(top: Reader, levels: tuple[Level, ...], scope: Scope, *, python: bool) -> tuple[RuleTest, ...]:
    words = [level.word for level in levels]
    tests: list[RuleTest] = []
    for item in top.items("tests", least=1):
        reader = Reader(item, ("name", "facts", "snapshot" if python else "outcomes", "expect"), "a test")
        if reader.has("snapshot") and reader.has("facts"):
            raise reader.error("snapshot", "a test has facts or a snapshot, not both")
        if reader.has("outcomes") and not scope.outcomes:
            raise reader.error("outcomes", "a rule in Python asks for no outcomes of other rules")
        test = RuleTest(
            name=reader.text("name"),
            facts=_mapping(reader, "facts"),
            outcomes=_outcomes(reader),
            expect=reader.choice("expect", [*words, *_OUTCOME_WORDS]),
            mark=item.mark,
            snapshot=reader.optional("snapshot"),
        )
        if any(test.name == other.name for other in tests):
            raise reader.error("name", f"two tests are named {test.name!r}")
        tests.append(test)
    expected = {test.expect for test in tests}
    for wanted, there in (
        ("a finding", expected & set(words)),
        ("pass", expected & {"pass"}),
        ("unknown", expected & {"unknown"}),
    ):
        if not there:
            raise top.error("tests", f"no test expects {wanted}", "at least one finding, one pass and one unknown")
    return tuple(tests)


def _mapping(reader: Reader, key: str) -> dict[str, Node]:
    if not reader.has(key):
        return {}
    node = reader.need(key)
    if not isinstance(node, MapNode):
        raise node.mark.error(f"{key!r} is a mapping of field paths to values", "write {} for none")
    return dict(node.entries)


def _outcomes(reader: Reader) -> dict[str, str]:
    allowed = [one.value for one in Status] + [one.value for one in Stage if one is not Stage.ABSENT] + [*SEVERITIES]
    found: dict[str, str] = {}
    for rule_id, node in _mapping(reader, "outcomes").items():
        if not RULE_ID.match(rule_id):
            raise node.mark.error(f"{rule_id[:60]!r} is no rule id", "for instance CAP-001")
        word = node.value if isinstance(node, Scalar) else None
        if word not in allowed:
            raise node.mark.error(f"an outcome is one of {', '.join(allowed)}", did_you_mean(str(word), allowed))
        found[rule_id] = str(word)
    return found
