"""Proposals: the power it takes to make one, how many may live, who can cancel."""

from __future__ import annotations

import re

from scanner.code.analyses.answers import known, unsupported
from scanner.code.analyses.known_calls import LIVE_VOTES, PAST_VOTES
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.values import SENDER, Clauses, Label, Labels
from scanner.code.analyses.voting import SPEED, Reading, called_weights, read_time
from scanner.model.observation import BoolObs, StrObs

NO_PROPOSALS = "no proposals in this code"
NEEDS_NO_VOTES = "making a proposal needs no votes in this code"

_PROPOSE = re.compile(
    r"^(propose(By\w*|With\w*|$)|(submit|create|new|make|add|start)_?(Bip|Proposal|Vote|Motion)(By\w*|For\w*|$))", re.I
)
_CREATED = frozenset({"ProposalCreated", "NewProposal", "ProposalSubmitted", "SubmitProposal", "Proposal", "StartVote"})
_CANCEL = re.compile(r"^(cancel|veto)", re.I)


def propose_entries(program: Program) -> list[Entry]:
    """Return the functions with which a proposal is made."""
    return [
        entry
        for entry in program.changing
        if _PROPOSE.match(entry.name) or any(e.kind == "event" and e.name in _CREATED for e in entry.effects)
    ]


def proposal_power_time(program: Program) -> StrObs:
    """Return when the power to propose is read (VoteTime)."""
    entries = propose_entries(program)
    if not entries:
        return unsupported(program, NO_PROPOSALS)
    found = [reading for entry in entries if (reading := _reading(program, entry)) is not None]
    if not found:
        return unsupported(program, NEEDS_NO_VOTES)
    time = min((reading[0] for reading in found), key=SPEED.index)
    chosen = [reading for reading in found if reading[0] == time]
    sources = ", ".join(sorted({reading[1] for reading in chosen}))
    elements = [part for reading in chosen for part in reading[2]]
    return known(program, time.value, elements, f"proposal power from {sources}")


def _reading(program: Program, entry: Entry) -> Reading | None:
    called = read_time(program, entry, called_weights(entry), [entry.function])
    if called is not None:
        return called
    return read_time(program, entry, _compared(entry), [entry.function])


def _compared(entry: Entry) -> Labels:
    """Return what the caller holds that a condition of the function measures against something."""
    out: set[tuple[object, ...]] = set()
    clauses = entry.summary.exit_clauses.union(*(effect.clauses for effect in entry.effects))
    for clause in clauses:
        for atom in clause:
            if atom.op in (">", ">=", "<", "<="):
                out |= {label for label in atom.labels if label[0] == "state" and SENDER in label[2]}
                out |= {label for label in atom.labels if label[0] == "ext" and label[1] in PAST_VOTES | LIVE_VOTES}
    return frozenset(out)


def limits_live_proposals(program: Program) -> BoolObs:
    """Return whether a proposer with a live proposal is refused another one."""
    entries = propose_entries(program)
    if not entries:
        return unsupported(program, NO_PROPOSALS)
    limited = [entry for entry in entries if _remembers_proposer(entry)]
    if len(limited) == len(entries):
        return known(program, True, [entry.function for entry in limited], "looks at the proposer's last proposal")
    return known(program, False, [entry.function for entry in entries if entry not in limited],
                 "no record of the proposer's live proposal is checked")  # fmt: skip


def _remembers_proposer(entry: Entry) -> bool:
    """Whether the function checks a record under the proposer's address that it writes itself."""
    clauses = entry.summary.exit_clauses.union(*(effect.clauses for effect in entry.effects))
    proposers = {SENDER} | _acting_for(clauses)
    written = {
        effect.name
        for effect in entry.writes()
        if effect.place is not None and proposers & effect.place.keys and effect.change == "="
    }
    written |= {effect.name for effect in entry.writes() if effect.change == "+" and _under_sender(effect.place)}
    for clause in clauses:
        for atom in clause:
            if any(label[0] == "state" and label[1] in written and proposers & label[2] for label in atom.labels):
                return True
    return False


def _acting_for(clauses: Clauses) -> set[Label]:
    """Return the arguments that name an account which the caller acts for: a record under it is the caller."""
    found: set[Label] = set()
    for clause in clauses:
        for atom in clause:
            if atom.op == "==" and SENDER in atom.labels:
                found |= {key for one in atom.labels if one[0] == "state" for key in one[2] if key[0] == "arg"}
    return found


def _under_sender(place: object) -> bool:
    return place is not None and SENDER in getattr(place, "keys", frozenset())


def cancels_below_threshold(program: Program) -> BoolObs:
    """Return whether a proposal can be cancelled once its proposer holds too few votes."""
    if not propose_entries(program):
        return unsupported(program, NO_PROPOSALS)
    cancels = [entry for entry in program.changing if _CANCEL.match(entry.name)]
    measuring = [entry for entry in cancels if called_weights(entry) or _measures_proposer(entry)]
    if measuring:
        return known(program, True, [entry.function for entry in measuring], "measures the proposer's votes")
    if not cancels:
        return known(program, False, (), "no function cancels a proposal")
    if any(_asks_elsewhere(entry) for entry in cancels):
        return unsupported(program, "another contract is asked whether a proposal may be cancelled")
    return known(program, False, [entry.function for entry in cancels], "does not look at the proposer's votes")


def _asks_elsewhere(entry: Entry) -> bool:
    """Whether a function that may cancel depends on what another contract's function about cancelling says."""
    atoms = (atom for clause in entry.summary.exit_clauses for atom in clause)
    return any(label[0] == "ext" and "cancel" in str(label[1]).lower() for atom in atoms for label in atom.labels)


def _measures_proposer(entry: Entry) -> bool:
    for clause in entry.summary.exit_clauses:
        for atom in clause:
            if any(label[0] == "ext" and label[1] in PAST_VOTES | LIVE_VOTES for label in atom.labels):
                return True
    return False
