"""What `daoscan watch` tells: changes on chain that move an outcome, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from scanner.compare.compare import Reading, compare
from scanner.model.difference import Cause, Difference, FactChange, OutcomeMove, OutcomeState, Step
from scanner.model.outcome import Assessment, Outcome, Status

_UNDECIDED = (Status.UNKNOWN, Status.ERROR)
_ON_CHAIN = {Step.ADDED, Step.REMOVED}
_MOST_FACTS = 50
_AT = {"block_number", "block_hash", "to_block", "timestamp", "account_proof", "storage_proof"}


Key = tuple[str, str]
"""Of an outcome: rule and subject."""


def event_of(found: Difference, old: Reading, new: Reading, earlier: Iterable[Reading] = ()) -> str:
    """Return what is told of a difference as one line of JSON, empty where nothing on chain moved an outcome.

    What `old` could not read is compared with the latest of the `earlier` readings, newest first, that could: a change
    on chain is not hidden by a bad reading in between. `id` is the same for the same two snapshots and moves: who
    hears it twice can tell.
    """
    told = {
        _key(move): (move, found.old.block.number)
        for move in found.moves
        if _on_chain(move, found, old.assessment, new.assessment)
    }
    changed = {(one.subject.id, one.field): one for one in _chain_facts(found)}
    for key, move, difference in _since_last_read(found, new, earlier):
        told.pop(key, None)
        if move is not None:
            told[key] = (move, difference.old.block.number)
            changed |= {(one.subject.id, one.field): one for one in _chain_facts(difference)}
    if not told:
        return ""
    subjects = {subject for _, subject in told}
    # A rule may read other subjects than its own: what else changed is told after that.
    facts = sorted(changed.values(), key=lambda one: one.subject.id not in subjects)
    event: dict[str, Any] = {
        "chain_id": found.target.chain_id,
        "address": found.target.address,
        "name": found.target.name,
        "from_block": found.old.block.number,
        "to_block": found.new.block.number,
        "as_of": found.new.as_of,
        "moves": [{**_move(move), "from_block": block} for move, block in told.values()],
        "facts": [_fact(one) for one in facts[:_MOST_FACTS]],
        "facts_left_out": max(0, len(facts) - _MOST_FACTS),
    }
    named = [found.old.sha256, found.new.sha256, [list(key) for key in told]]
    event["id"] = hashlib.sha256(json.dumps(named).encode()).hexdigest()
    return json.dumps(event, sort_keys=True)


def _since_last_read(
    found: Difference, new: Reading, earlier: Iterable[Reading]
) -> Iterator[tuple[Key, OutcomeMove | None, Difference]]:
    """Yield each outcome that the older scan did not see as it should, with its move since it was last seen well.

    The move is None where it stands as it did then, or moved for another reason than the chain.
    """
    unseen = {one.subject.id for one in found.subjects if one.step is Step.NEWLY_SEEN}
    wanted = {
        _key(move)
        for move in found.moves
        if move.after.status not in _UNDECIDED
        and (move.before.status in _UNDECIDED or (not move.before.status and move.subject.id in unseen))
    }
    for reading in earlier if wanted else ():
        decided = {
            (one.rule_id, one.subject.id) for one in reading.assessment.outcomes if one.status not in _UNDECIDED
        } & wanted
        if decided:
            difference = compare(reading, new)
            moved = {_key(move): move for move in difference.moves}
            for key in sorted(decided):
                move = moved.get(key)
                if move is not None and not _on_chain(move, difference, reading.assessment, new.assessment):
                    move = None
                yield key, move, difference
        wanted -= decided
        if not wanted:
            return


def _key(move: OutcomeMove) -> Key:
    return move.rule_id, move.subject.id


def _on_chain(move: OutcomeMove, found: Difference, old: Assessment, new: Assessment) -> bool:
    """Whether a subject came, went, or says something else on chain; not: it got older, or could not be read."""
    if move.before.status in _UNDECIDED and move.after.status in _UNDECIDED:
        return False
    subject = move.subject.id
    steps = {one.step for one in found.subjects if one.subject.id == subject}
    if steps & _ON_CHAIN:
        return True
    if Step.NOT_SEEN in steps:
        return False
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
