"""Snapshots and rules to judge, made by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.judge.rule import Rule
from scanner.judge.schema import read_rule
from scanner.judge.yaml_strict import load
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts
from scanner.model.contracts import Anonymity, Contract, Governor
from scanner.model.dao import Dao, Membership
from scanner.model.evidence import CallEvidence
from scanner.model.observation import Collection, Known, Reason
from scanner.model.snapshot import RoundTrips, Snapshot, Target
from scanner.model.subjects import SUBJECT_KINDS

GOVERNOR = "0x" + "11" * 20
BLOCK = {"chain_id": 1, "block_number": 7, "block_hash": "0x" + "ab" * 32}


def _evidence(selector: str = "0x3932abb1") -> CallEvidence:
    return CallEvidence(**BLOCK, address=GOVERNOR, data=selector, result="0x" + "00" * 32)


def _known(value: Any, selector: str = "0x3932abb1") -> Known[Any]:
    return Known(value=value, evidence=(_evidence(selector),))


def _governor(address: str = GOVERNOR, **facts: Any) -> Governor:
    own = {"chain_id": 1, "address": address, "evidence": (_evidence("0x06fdde03"),), **facts}
    return all_unknown(Governor, Reason.NODE_ERROR, "the node is down", **own)


def _contract(address: str = GOVERNOR, reason: Reason = Reason.NOT_VERIFIED, **facts: Any) -> Contract:
    own = {
        "chain_id": 1,
        "address": address,
        "roles": (),
        "linked_from": (),
        "label": "the governor",
        "code": all_unknown(CodeFacts, reason, "no source"),
        "anonymity": all_unknown(Anonymity, reason, "no source"),
        **facts,
    }
    return all_unknown(Contract, reason, "no source", **own)


def _snapshot(**parts: Any) -> Snapshot:
    empty = {
        name: Collection(items=(), complete=True)
        for name in ("governors", "timelocks", "tokens", "safes", "contracts", "controls", "treasury", "proposals")
    }
    own = {
        "tool_version": "0",
        "as_of": 1_700_000_000,
        "target": Target(chain_id=1, address=GOVERNOR, name="Example"),
        "blocks": (),
        "inputs": (),
        "dao": all_unknown(Dao, Reason.NOT_READ, "", chain_id=1, address=GOVERNOR, list_count=0),
        "membership": all_unknown(Membership, Reason.NOT_READ, ""),
        "gaps": (),
        "sources": (),
        "round_trips": RoundTrips(node_requests=0, node_reads=0, cached_reads=0, explorer_requests=0),
        **empty,
    }
    for name, value in parts.items():
        own[name] = Collection(items=tuple(value), complete=True) if isinstance(value, list) else value
    return Snapshot(**own)


RULE = """\
schema: 1
id: TST-001
name: delay-short
title: The delay is short
subject: governor
confidence: high
status: stable
dimension: response-time
applies: []
levels:
  - {severity: high, where: [governor.voting_delay_seconds < 100]}
  - {severity: medium, where: [governor.voting_delay_seconds < 200]}
message: "Voting opens after {governor.voting_delay_seconds} s."
why: Members need time.
legitimate_use: Small groups decide fast.
remediation: {effort: low, text: Set a longer delay.}
false_positives: []
references: []
scenarios: [{id: MS-12, relation: enables, on_pass: mitigates}]
evidence_class: E1
tests:
  - {name: a, facts: {governor.voting_delay_seconds: 5}, expect: high}
  - {name: b, facts: {governor.voting_delay_seconds: 500}, expect: pass}
  - {name: c, facts: {}, expect: unknown}
"""


def _rule_text(**changes: str) -> str:
    """The example rule with whole keys replaced: `applies='[...]'`; an empty text removes the key."""
    lines = []
    skipping = False
    for line in RULE.splitlines():
        if line.startswith(" "):
            if not skipping:
                lines.append(line)
            continue
        key = line.split(":")[0]
        skipping = key in changes
        if not skipping:
            lines.append(line)
        elif changes[key]:
            lines.append(f"{key}: {changes[key]}")
    lines += [f"{key}: {value}" for key, value in changes.items() if f"{key}:" not in RULE and value]
    return "\n".join(lines) + "\n"


def _read(text: str, file: str = "delay-short.yaml") -> Rule:
    return read_rule(load(text, file), file)


@pytest.fixture
def make_snapshot() -> Callable[..., Snapshot]:
    return _snapshot


@pytest.fixture
def make_governor() -> Callable[..., Governor]:
    return _governor


@pytest.fixture
def make_contract() -> Callable[..., Contract]:
    return _contract


@pytest.fixture
def known() -> Callable[..., Known[Any]]:
    return _known


@pytest.fixture
def rule_text() -> Callable[..., str]:
    return _rule_text


@pytest.fixture
def read() -> Callable[..., Rule]:
    return _read


@pytest.fixture
def write_pack(tmp_path: Path) -> Callable[..., Path]:
    """Write a pack of rule texts (file name without .yaml to text) and return its folder."""

    def write(**rules: str) -> Path:
        folder = tmp_path / "pack"
        folder.mkdir(exist_ok=True)
        (folder / "pack.yaml").write_text("name: pack\nprefix: TST\nversion: 1\nengine: 1\n")
        for name, text in rules.items():
            (folder / f"{name.replace('_', '-')}.yaml").write_text(text)
        return folder

    return write


@pytest.fixture
def subject_names() -> list[str]:
    return [kind.name for kind in SUBJECT_KINDS]
