"""Votes: when their weight is read, whether they can be changed, whether the ballot is secret."""

from __future__ import annotations

import re
from typing import Any

from scanner.code.analyses.answers import known, unresolved, unsupported
from scanner.code.analyses.guards import all_clauses, clause_guard, lasting
from scanner.code.analyses.known_calls import CHECKPOINTS, LIVE_VOTES, PAST_VOTES, STRATEGY_INPUTS
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.values import (
    CLEARED,
    SENDER,
    TIME,
    Atom,
    Clause,
    Label,
    Labels,
    asks_unset,
    flat,
    sorted_key,
)
from scanner.model.kinds import Guard, VoteTime
from scanner.model.observation import BoolObs, StrObs

NO_VOTES = "no vote counting in this code"

_VOTE = re.compile(r"^(cast|submit|give|lock|emergency|batch|do)?_?(votes?|castVotes?|revealVotes?|submitVotes?)"
                   r"(For|Against|With|By|On|In|And|$|[_(0-9])", re.I)  # fmt: skip
_OTHER = re.compile(r"^(vote(r|d|Delegat|Reward|Escrow|Extension|Token))", re.I)
_REVEAL = re.compile(r"reveal", re.I)
_BALLOT_EVENTS = frozenset(
    {"VoteCast", "VoteCastWithParams", "VoteEmitted", "Voted", "VoteSubmitted", "SubmitVote", "CastVote"}
)
_MARKS = re.compile(r"voted|receipt|ballot|lastvote|hasvote|nullif|commit", re.I)

SPEED = (VoteTime.CALL_TIME, VoteTime.CALL_TIME_LOCKED, VoteTime.PAST_BLOCK)
"""From weak to strong."""


def vote_entries(program: Program) -> list[Entry]:
    """Return the functions with which a vote is cast (or revealed)."""
    return [entry for entry in program.changing if _is_vote(entry)]


def _is_vote(entry: Entry) -> bool:
    writes = any(effect.kind == "write" for effect in entry.effects)
    if not writes:
        return False
    emits = any(effect.kind == "event" and effect.name in _BALLOT_EVENTS for effect in entry.effects)
    named = bool(_VOTE.match(entry.name)) and not _OTHER.match(entry.name)
    return emits or named or bool(_REVEAL.match(entry.name) and tallies(entry))


def tallies(entry: Entry) -> list[Effect]:
    """Return the writes that add to a count."""
    return [
        effect
        for effect in entry.writes()
        if effect.change == "+" and effect.place is not None and not _per_voter(effect) and lasting(entry, effect)
    ]


def _per_voter(effect: Effect) -> bool:
    """Whether a written count belongs to the caller alone, as a nonce does."""
    keys = effect.place.keys if effect.place is not None else frozenset()
    return bool(keys) and keys <= {SENDER}


def vote_weight_time(program: Program) -> StrObs:
    """Return when the weight of a vote is read (VoteTime), by the data that the count depends on."""
    return _weakest_time(program, vote_entries(program), NO_VOTES, "vote weight")


def _weakest_time(program: Program, entries: list[Entry], absent: str, what: str) -> StrObs:
    if not entries:
        return unsupported(program, absent)
    found = [reading for entry in entries if (reading := weight_reading(program, entry)) is not None]
    if not found:
        detail = f"{what}: the count depends on no balance, deposit or checkpoint that was recognised"
        return unresolved(program, detail, [entry.function for entry in entries])
    time = min((reading[0] for reading in found), key=SPEED.index)
    chosen = [reading for reading in found if reading[0] == time]
    sources = ", ".join(sorted({reading[1] for reading in chosen}))
    return known(program, time.value, [part for reading in chosen for part in reading[2]], f"{what} from {sources}")


Reading = tuple[VoteTime, str, list[Any]]


def weight_reading(program: Program, entry: Entry) -> Reading | None:
    """Return when a vote function reads the weight, from what, and the lines that show it."""
    reading = read_time(program, entry, weight_labels(entry), [effect.node for effect in _counts(entry)])
    if reading is not None:
        return reading
    named = called_weights(entry)
    if named:
        return read_time(program, entry, named, [entry.function])
    if _spends_proof(entry):
        return VoteTime.CALL_TIME_LOCKED, "one ballot per proof, spent with the vote", [entry.function]
    gate = _member_gate(entry)
    return None if gate is None else read_time(program, entry, gate, [entry.function])


def weight_labels(entry: Entry) -> Labels:
    """Return what the counts of a vote function depend on."""
    return frozenset().union(*(effect.inputs[0] for effect in _counts(entry)))


def _counts(entry: Entry) -> list[Effect]:
    return [effect for effect in tallies(entry) if _depends_on_weight(effect)]


def called_weights(entry: Entry) -> Labels:
    """Return the weight sources that the function calls, whatever it does with the answer."""
    return frozenset(
        ("ext", _called_as(effect), frozenset())
        for effect in entry.effects
        if effect.kind in ("static", "call") and _called_as(effect) in PAST_VOTES | LIVE_VOTES
    )  # fmt: skip


def _called_as(effect: Effect) -> str:
    if effect.name == "getVotingPower" and len(effect.inputs) == STRATEGY_INPUTS:
        return "getVotingPowerAt"
    return "getPastVotes" if effect.name == "getVotes" and len(effect.inputs) >= 2 else effect.name


def _depends_on_weight(effect: Effect) -> bool:
    own = effect.name
    return any(
        label[0] in ("ext", "state", "arg") and not (label[0] == "state" and label[1] == own)
        for label in effect.inputs[0]
    )


def _member_gate(entry: Entry) -> Labels | None:
    """Return what decides who may vote, where every vote counts the same."""
    for clause in sorted(entry.summary.exit_clauses, key=sorted_key):
        if clause_guard(clause) is Guard.MEMBER:
            return frozenset().union(*(atom.labels for atom in clause))
    return None


def read_time(program: Program, entry: Entry, labels: Labels, elements: list[Any]) -> Reading | None:
    """Return when the weight in `labels` is read; None where they hold no weight."""
    past = sorted({label[1] for label in labels if label[0] == "ext" and label[1] in PAST_VOTES | CHECKPOINTS})
    live = sorted({label[1] for label in labels if label[0] == "ext" and label[1] in LIVE_VOTES})
    held = sorted({label[1] for label in labels if _held_by_voter(label)})
    if held:
        # A getter of this very code that is called inside it: what it reads is among the labels.
        asked = {_called_as(effect) for effect in entry.effects if effect.kind in ("static", "call")}
        live = [name for name in live if name in asked]
    if past and not live:
        return VoteTime.PAST_BLOCK, ", ".join(past), _call_nodes(entry, past) + elements
    if live:
        return VoteTime.CALL_TIME, ", ".join(live), _call_nodes(entry, live) + elements
    if not held:
        return None
    locks = [lock for name in held if (lock := _lock(program, entry, name)) is not None]
    if len(locks) == len(held):
        return VoteTime.CALL_TIME_LOCKED, ", ".join(held), elements + [part for lock in locks for part in lock]
    return VoteTime.CALL_TIME, ", ".join(held), elements


def _held_by_voter(label: Label) -> bool:
    if label[0] != "state" or _MARKS.search(label[1]):
        return False
    return SENDER in label[2] and TIME not in label[2]


def _call_nodes(entry: Entry, names: list[str]) -> list[Any]:
    return [
        effect.node for effect in entry.effects if effect.kind in ("static", "call") and _called_as(effect) in names
    ]


def _lock(program: Program, vote: Entry, held: str) -> list[Any] | None:
    """Return the lines that keep what is `held` from leaving while it votes; None when some way out is open."""
    marks = {effect.name for effect in vote.writes() if effect.place is not None and SENDER in effect.place.keys}
    shown: list[Any] = []
    for entry in program.changing:
        for effect in entry.writes(held):
            if not _leaves(effect):
                continue
            if not any(_is_lock(clause, held, marks) for clause in all_clauses(entry, effect)):
                return None
            shown.extend((entry.function, effect.node))
    return shown


def _leaves(effect: Effect) -> bool:
    return effect.change == "-" or (effect.change == "=" and effect.inputs[0] in CLEARED)


def _is_lock(clause: Clause, held: str, marks: set[str]) -> bool:
    """Whether every alternative of a clause asks for a time that has passed, or looks at what the vote has marked."""
    return bool(clause) and all(
        any(
            label[0] == "state" and label[1] != held and _guards_exit(label, atom.labels, marks)
            for label in atom.labels
        )
        for atom in clause
    )


def _guards_exit(label: Label, labels: Labels, marks: set[str]) -> bool:
    keyed = bool(label[2])
    return keyed and (TIME in flat(labels) or label[1] in marks)


def vote_changeable(program: Program) -> BoolObs:
    """Return whether a cast vote can be replaced: nothing refuses a second one, and the first is taken back."""
    entries = [entry for entry in vote_entries(program) if tallies(entry)]
    if not entries:
        return unsupported(program, NO_VOTES)
    refusing = [entry for entry in entries if _refuses_second(entry)]
    if len(refusing) == len(entries):
        return known(program, False, [entry.function for entry in refusing], "a second vote is refused")
    replacing = [entry for entry in entries if entry not in refusing and _takes_back(entry, tallies(entry))]
    if replacing:
        return known(program, True, [entry.function for entry in replacing], "an earlier vote is taken back")
    return unresolved(program, "neither a refusal of a second vote nor its replacement was recognised",
                      [entry.function for entry in entries])  # fmt: skip


def _refuses_second(entry: Entry) -> bool:
    """Whether the vote writes a mark that must not have been there before, or spends a one-time proof."""
    if _spends_proof(entry):
        return True
    counted = {effect.name for effect in tallies(entry)}
    marks = {effect.name for effect in entry.writes() if effect.place is not None and effect.place.keys} - counted
    return any(
        _asks_first_time(atom) and any(label[0] == "state" and label[1] in marks for label in flat(atom.labels))
        for clause in entry.summary.exit_clauses
        for atom in clause
    )


def _spends_proof(entry: Entry) -> bool:
    """Whether the vote uses up a one-time proof of membership (Semaphore's validateProof)."""
    return any(effect.kind == "call" and effect.name == "validateProof" for effect in entry.effects)


def _asks_first_time(atom: Atom) -> bool:
    """Whether an atom asks that a voter's mark be absent, or compares it (a weight already used, a ballot's state)."""
    if asks_unset(atom):
        return True
    names = " ".join(str(label[1]) for label in flat(atom.labels) if label[0] == "state")
    return atom.op in ("==", "!=", "<=", ">=") and _MARKS.search(names) is not None


def _takes_back(entry: Entry, added: list[Effect]) -> bool:
    names = {effect.name.split(".")[0] for effect in added}
    return any(effect.change == "-" and effect.name.split(".")[0] in names for effect in entry.writes())
