"""Every rule on every subject of a snapshot. Nothing here touches the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from scanner.judge.decide import Decider
from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.stated import settled
from scanner.judge.language.values import cut
from scanner.judge.language.world import Ref, Run, SnapshotWorld, Verdict, gap_on_chain
from scanner.judge.outcomes import Answers, Column, Outcomes, Subjects
from scanner.judge.python_rules import PythonColumn, run_checks
from scanner.judge.rule import Rulebook
from scanner.judge.rules import in_order
from scanner.model.outcome import Subject
from scanner.model.snapshot import Snapshot
from scanner.model.subjects import SUBJECT_KINDS, SubjectKind


def judge(snapshot: Snapshot, rulebook: Rulebook) -> Outcomes:
    """Return all outcomes, sorted by rule and subject. An exception in a rule is an outcome; the others go on."""
    snapshot = settled(snapshot, rulebook.facts)
    columns: dict[str, Answers] = {}
    verdicts: dict[str, tuple[Verdict, ...]] = {}

    def asked(rule_id: str) -> tuple[Verdict, ...]:
        if rule_id not in verdicts:
            verdicts[rule_id] = columns[rule_id].verdicts() if rule_id in columns else ()
        return verdicts[rule_id]

    def asked_of(kind: str, number: int, rule_id: str) -> Sequence[Verdict]:
        """What a rule says about one subject; of a rule about another kind, what it says about any."""
        column = columns.get(rule_id)
        if column is None or column.rule.subject != kind:
            return asked(rule_id)
        return (column.verdict(number),)

    world = SnapshotWorld(snapshot, asked)
    kinds = {kind.name: kind for kind in SUBJECT_KINDS}
    whole = kinds["dao"].identify(snapshot, snapshot.dao)
    room = max((rule.slots for rule in rulebook.rules), default=0)
    subjects: dict[str, Subjects] = {}
    runs: dict[str, list[Run]] = {}
    coded = [rule for rule in rulebook.rules if rule.python is not None]
    data = snapshot.model_dump_json(warnings=False).encode() if coded else b""
    checked = dict(zip([rule.id for rule in coded], run_checks([(rule, data) for rule in coded]), strict=True))
    for rule in in_order(rulebook.rules):
        kind = rule.subject
        if kind not in subjects:
            subjects[kind] = find_subjects(snapshot, kinds[kind])
            runs[kind] = [
                Run(world, roots, room, asks=partial(asked_of, kind, number))
                for number, (_, roots) in enumerate(subjects[kind].found)
            ]
        if rule.python is not None:
            columns[rule.id] = PythonColumn(rule, checked[rule.id], subjects[kind], whole=whole)
            continue
        columns[rule.id] = Column(Decider(rule), subjects[kind], runs=runs[kind], whole=whole)
    return Outcomes(tuple(columns.values()))


def find_subjects(snapshot: Snapshot, kind: SubjectKind) -> Subjects:
    """Return the instances of a kind, sorted by id, each with what a rule sees of it."""
    collection = kind.find(snapshot)
    names = model_schema().roots(kind.name)
    wholes: Mapping[str, Ref] = {
        "dao": Ref("dao", snapshot.dao),
        "membership": Ref("membership", snapshot.membership),
    }
    found: list[tuple[Subject, list[Ref]]] = []
    for item in collection.items:
        roots = [wholes[name] if name in wholes else Ref(name, item) for name in names]
        found.append((kind.identify(snapshot, item), roots))
    found.sort(key=lambda one: one[0].id)
    missing = f"not all of kind {kind.name} could be found"
    if collection.reason:
        missing += f": {cut(collection.reason)}"
    return Subjects(tuple(found), collection.complete, missing, gap_on_chain(snapshot, collection.reason))
