"""What `daoscan watch` tells: changes on chain that move an outcome, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from scanner.compare.compare import Reading
from scanner.model.difference import Cause, Difference, FactChange, OutcomeMove, OutcomeState, Step
from scanner.model.outcome import Assessment, Outcome, Status

_UNDECIDED = (Status.UNKNOWN, Status.ERROR)
_ON_CHAIN = (Step.ADDED, Step.REMOVED)
_MOST_FACTS = 50
_AT = {"block_number", "block_hash", "to_block", "timestamp", "account_proof", "storage_proof"}


def event_of(found: Difference, old: Reading, new: Reading) -> str:
    """Return what is told of a difference as one line of JSON, empty where nothing on chain moved an outcome.

    `id` is the same for the same two snapshots and moves: who hears it twice can tell.
    """
    told = [move for move in found.moves if _on_chain(move, found, old.assessment, new.assessment)]
    if not told:
        return ""
    subjects = {move.subject.id for move in told}
    # A rule may read other subjects than its own: what else changed is told after that.
    facts = sorted(_chain_facts(found), key=lambda one: one.subject.id not in subjects)
    event: dict[str, Any] = {
        "chain_id": found.target.chain_id,
        "address": found.target.address,
        "name": found.target.name,
        "from_block": found.old.block.number,
        "to_block": found.new.block.number,
        "as_of": found.new.as_of,
        "moves": [_move(one) for one in told],
        "facts": [_fact(one) for one in facts[:_MOST_FACTS]],
        "facts_left_out": max(0, len(facts) - _MOST_FACTS),
    }
    named = [found.old.sha256, found.new.sha256, [[move.rule_id, move.subject.id] for move in told]]
    event["id"] = hashlib.sha256(json.dumps(named).encode()).hexdigest()
    return json.dumps(event, sort_keys=True)


def _on_chain(move: OutcomeMove, found: Difference, old: Assessment, new: Assessment) -> bool:
    """Whether a subject came, went, or says something else on chain; not: it got older, or could not be read."""
    if move.before.status in _UNDECIDED and move.after.status in _UNDECIDED:
        return False
    subject = move.subject.id
    if any(one.subject.id == subject and one.step in _ON_CHAIN for one in found.subjects):
        return True
    own = [one for one in found.facts if one.subject.id == subject]
    if own:
        return any(one.cause is Cause.CHAIN for one in own)
    # A rule may read other subjects: then the evidence that it was decided on tells.
    if move.before.status in _UNDECIDED or move.after.status in _UNDECIDED:
        return False
    return _signature(old, move) != _signature(new, move)


def _chain_facts(found: Difference) -> Iterator[FactChange]:
    return (one for one in found.facts if one.cause is Cause.CHAIN)


def _signature(assessment: Assessment, move: OutcomeMove) -> list[str]:
    key = (move.rule_id, move.subject.id)
    one: Outcome | None = next((one for one in assessment.outcomes if (one.rule_id, one.subject.id) == key), None)
    evidence = one.evidence if one else ()
    return sorted(json.dumps(each.model_dump(mode="json", exclude=_AT), sort_keys=True) for each in evidence)


def _move(move: OutcomeMove) -> dict[str, Any]:
    return {
        "rule_id": move.rule_id,
        "title": move.title,
        "dimension": move.dimension.value,
        "direction": move.direction.value,
        "subject": {"kind": move.subject.kind, "id": move.subject.id, "label": move.subject.label},
        "before": _state(move.before),
        "after": _state(move.after),
    }


def _state(state: OutcomeState) -> dict[str, str]:
    return {
        "status": str(state.status),
        "severity": state.severity.value if state.severity else "",
        "message": state.message,
    }


def _fact(one: FactChange) -> dict[str, str]:
    return {"subject": one.subject.id, "field": one.field, "before": one.before[:500], "after": one.after[:500]}
