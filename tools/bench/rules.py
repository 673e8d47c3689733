"""A thousand rules on a thousand governors, and the same by hand in plain Python.

Rules are read as from files. Subjects are made up, with evidence; every fact of a tenth of them is unknown, and single
facts of others. What is measured is `judge`, then one look at the word of each of its outcomes; every word must be the
one that the functions by hand come to. Writing an outcome out (conditions with values, evidence, message) happens when
somebody looks at it, and has a figure of its own.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from scanner.judge.engine import judge
from scanner.judge.rule import Pack, Rulebook
from scanner.judge.schema import read_rule
from scanner.judge.yaml_strict import load
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts, DetectorHit
from scanner.model.contracts import Contract, Governor
from scanner.model.controls import Control
from scanner.model.dao import Dao, Membership
from scanner.model.evidence import CallEvidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.snapshot import RoundTrips, Snapshot, Target
from scanner.model.values import Model
from tools.bench.figure import Figure
from tools.bench.rule_shapes import DAY, ETHER, HOUR, IMPACTS, SHAPES, Plain, Shape

RULES = SUBJECTS = 1_000
SECONDS = 3.0
"""The most that all decisions may take, in processor time."""

T = TypeVar("T")

_EMPTY = ("timelocks", "tokens", "safes", "treasury", "proposals")

_RULE = """\
schema: 1
id: {id}
name: made-up-{number}
title: Made up for measuring
subject: governor
confidence: high
status: stable
dimension: response-time
applies: [{applies}]
levels:
  - {{severity: high, where: ['{high}']}}
  - {{severity: medium, where: ['{medium}']}}
message: "After a vote passes: {{governor.execution_delay_seconds:duration}}."
why: It is measured.
legitimate_use: It is measured.
remediation: {{effort: none, text: None.}}
evidence_class: E1
tests: [{{name: a, expect: high}}, {{name: b, expect: pass}}, {{name: c, expect: unknown}}]
"""


def figures(rules: int = RULES, subjects: int = SUBJECTS) -> list[Figure]:
    """Judge; RuntimeError when a single word differs from what the functions by hand say."""
    book, loading = _timed(lambda: made_up_rules(rules))
    snapshot, plain = made_up_subjects(subjects)
    expected, plainly = _timed(lambda: by_hand(shapes(rules), plain))
    wall = time.perf_counter()
    words, judging = _timed(lambda: _words(snapshot, book))
    wall = time.perf_counter() - wall
    if words != expected:
        raise RuntimeError("the rules and the functions by hand do not say the same")
    few = judge(snapshot, Rulebook(book.packs, book.rules[:: max(1, rules // 20)]))
    written, writing = _timed(lambda: [one.status for one in few])
    if written != [ruling.status for _, _, ruling in few.rulings()]:
        raise RuntimeError("outcomes that are written out do not say what was decided")
    return [
        Figure("rules_million_decisions_seconds", judging * (RULES * SUBJECTS) / (rules * subjects), SECONDS),
        Figure("rules_million_decisions_wall_seconds", wall * (RULES * SUBJECTS) / (rules * subjects), None),
        Figure("rules_over_plain_python_ratio", judging / plainly, None),
        Figure("rules_written_out_microseconds", writing * 1e6 / len(few), None),
        Figure("rules_load_thousand_seconds", loading * RULES / rules, None),
    ]


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what `work` gives and the processor time that it took; what others left behind is collected before."""
    gc.collect()
    begin = time.process_time()
    result = work()
    return result, time.process_time() - begin


def _words(snapshot: Snapshot, book: Rulebook) -> list[str]:
    return [ruling.word for _, _, ruling in judge(snapshot, book).rulings()]


def by_hand(made: Sequence[tuple[Shape, int]], plain: Sequence[Plain]) -> list[str]:
    """Return the word of every rule on every subject, as the functions by hand come to it."""
    return [shape.by_hand(one, n) for shape, n in made for one in plain]


def shapes(count: int) -> list[tuple[Shape, int]]:
    """Return shape and number of each rule."""
    return [(SHAPES[index % len(SHAPES)], 1 + index // len(SHAPES)) for index in range(count)]


def made_up_rules(count: int) -> Rulebook:
    """Return `count` rules, read as from files."""
    rules = tuple(read_rule(load(text, name), name) for name, text in _files(count))
    return Rulebook((Pack("made-up", ("MUP",), "1", "1", rules, "00"),), rules)


def _files(count: int) -> Iterator[tuple[str, str]]:
    for index, (shape, n) in enumerate(shapes(count)):
        applies, high, medium = (
            line.format(n=n, impact=IMPACTS[n % 4]) for line in (shape.applies, shape.high, shape.medium)
        )
        text = _RULE.format(
            id=f"MUP-{index:03d}",
            number=f"{index:03d}",
            applies=f"'{applies}'" if applies else "",
            high=high,
            medium=medium,
        )
        yield f"made-up-{index:03d}.yaml", text


def made_up_subjects(count: int) -> tuple[Snapshot, list[Plain]]:
    """Return a snapshot with `count` governors, each with its contract, and the bare values of each."""
    made = random.Random(20_260_101)
    controls, plain_controls = _controls(made)
    governors: list[Governor] = []
    contracts: list[Contract] = []
    plain: list[Plain] = []
    for index in range(count):
        address = f"0x{index + 1:040x}"
        of_governor, of_code, of_contract = _values(made)
        hits = tuple(made.choice(IMPACTS) for _ in range(made.randrange(5)))
        governors.append(_unknown(Governor, address, of_governor, evidence=()))
        code = _with_hits(_unknown(CodeFacts, address, of_code), hits)
        contracts.append(
            _unknown(
                Contract,
                address,
                of_contract,
                roles=(),
                linked_from=(),
                label=address,
                code=code,
            )
        )
        plain.append(Plain(**of_governor, **of_code, **of_contract, detectors=hits, controls=plain_controls))
    return _snapshot(governors, contracts, controls), plain


def _values(made: random.Random) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return bare facts of a governor, its code and its contract."""
    supply = 10**27
    governor: dict[str, Any] = {
        "kind": made.choice(("token-vote", "token-vote", "nft-vote", "share-vote")),
        "voting_delay_seconds": made.randrange(14 * DAY),
        "voting_period_seconds": made.randrange(14 * DAY),
        "quorum_bps": made.randrange(1_000),
        "quorum_votes": made.randrange(supply // 10),
        "delegated_votes": made.randrange(supply) if made.random() > 0.02 else 0,
        "guardian_kind": made.choice(("eoa", "multisig", "nobody", "nobody")),
        "execution_delay_seconds": made.randrange(10 * DAY),
        "top_delegate_bps": made.randrange(3_000),
        "delegates_for_quorum": made.randrange(1, 40),
        "has_timelock": made.random() < 0.8,
        "days_since_last_proposal": made.randrange(400),
        "proposal_threshold_votes": made.randrange(10**5) * ETHER,
    }
    code: dict[str, Any] = {
        "emergency_execution": made.random() < 0.5,
        "upgrade_guard": made.choice(("none", "payment", "caller", "caller", "no-function")),
    }
    contract: dict[str, Any] = {"code_size_bytes": made.randrange(24_576)}
    return tuple(_some_missing(made, facts) for facts in (governor, code, contract))  # type: ignore[return-value]


def _some_missing(made: random.Random, facts: dict[str, Any]) -> dict[str, Any]:
    missing = 1.0 if made.random() < 0.1 else 0.03
    return {name: None if made.random() < missing else value for name, value in facts.items()}


def _evidence(address: str) -> tuple[CallEvidence, ...]:
    at: dict[str, Any] = {"chain_id": 1, "block_number": 20_000_000, "block_hash": "0x" + "ab" * 32}
    return (CallEvidence(**at, address=address, data="0x3932abb1", result="0x" + "00" * 32),)


def _observed(address: str, value: Any) -> Known[Any] | Unknown:
    if value is None:
        return Unknown(reason=Reason.NODE_ERROR, detail="the node gave no answer")
    return Known[Any](value=value, evidence=_evidence(address))


def _unknown(model: Any, address: str, facts: dict[str, Any], **plain: Any) -> Any:
    """Return a `model` that knows `facts` only; records inside of it know nothing."""
    own = {"chain_id": 1, "address": address} if "address" in model.model_fields else {}
    seen = {name: _observed(address, value) for name, value in facts.items()}
    inner = {
        name: _unknown(info.annotation, address, {})
        for name, info in model.model_fields.items()
        if name not in plain and isinstance(info.annotation, type) and issubclass(info.annotation, Model)
        if not issubclass(info.annotation, Collection)
    }
    return all_unknown(model, Reason.NODE_ERROR, "the node gave no answer", **own, **seen, **inner, **plain)


def _with_hits(code: CodeFacts, impacts: Sequence[str]) -> CodeFacts:
    hits = tuple(
        DetectorHit(
            detector="made-up", impact=impact, confidence="high", description="", in_dependency=False, evidence=()
        )
        for impact in impacts
    )
    return code.model_copy(update={"detectors": Collection[DetectorHit](items=hits, complete=True)})


def _controls(made: random.Random) -> tuple[list[Control], list[tuple[int | None, bool | None]]]:
    """Return eight lines of control, and of each its delay and whether it bypasses the vote."""
    controls: list[Control] = []
    plain: list[tuple[int | None, bool | None]] = []
    for index in range(8):
        delay = None if index == 7 else made.randrange(4 * DAY) // HOUR * HOUR
        outside = made.random() < 0.7
        address = f"0x{0xC0 + index:040x}"
        controls.append(
            all_unknown(
                Control,
                Reason.NODE_ERROR,
                actor=address,
                actor_kind=ActorKind.EOA,
                actor_label="",
                capability=Capability.EXECUTE,
                contract=address,
                contract_label="",
                path=(),
                evidence=_evidence(address),
                delay_seconds=_observed(address, delay),
                bypasses_vote=_observed(address, outside),
            )
        )
        plain.append((delay, outside))
    return controls, plain


def _snapshot(governors: list[Governor], contracts: list[Contract], controls: list[Control]) -> Snapshot:
    found: dict[str, list[Any]] = {"governors": governors, "contracts": contracts, "controls": controls}
    parts: dict[str, Any] = {
        name: Collection[Any](items=tuple(found.get(name, ())), complete=True) for name in (*found, *_EMPTY)
    }
    address = f"0x{1:040x}"
    return Snapshot(
        tool_version="0",
        as_of=1_700_000_000,
        target=Target(chain_id=1, address=address, name="Made up"),
        blocks=(),
        inputs=(),
        dao=all_unknown(Dao, Reason.NOT_READ, chain_id=1, address=address, list_count=0),
        membership=all_unknown(Membership, Reason.NOT_READ),
        gaps=(),
        sources=(),
        round_trips=RoundTrips(node_requests=0, node_reads=0, cached_reads=0, explorer_requests=0),
        **parts,
    )
