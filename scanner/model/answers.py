"""The questions that a map of control answers: who gets at the money, how fast, at what cost, and who can stop it."""

from __future__ import annotations

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind
from scanner.model.later import NOT_KEPT
from scanner.model.observation import Collection, IntObs
from scanner.model.values import Address, Model


class Answer(Model):
    """One line of an answer. `question` is

    `fastest` or `cheapest`: the path to a treasury with the shortest delay after a vote, or with the fewest keys (a
    vote counts as dearer than keys; money is not compared); `bypass-vote`: a path to money, code, rules or units
    without a vote; `bypass-delay`: a path to a treasury that is faster than its vote's; `mint`, `veto`, `confiscate`:
    who can;
    `nobody`: functions behind a guard that nobody holds now, or a contract that no guard stands in and whose code
    cannot be replaced: then nobody can change anything in it by an office.
    """

    question: str = Field(description="fastest, cheapest, bypass-vote, bypass-delay, mint, veto, confiscate or nobody")
    subject: Address = Field(description="the treasury, token or contract that it is about")
    subject_label: str
    actor: Address = Field(description="zero for anyone, and for nobody")
    actor_kind: ActorKind
    actor_label: str
    path: tuple[str, ...] = Field(description="steps from actor to subject; for nobody: the functions")
    delay_seconds: IntObs = Field(description="along the path, voting time left out")
    keys: IntObs = Field(description="keys that must act; 0 for anyone; unknown for a vote")
    votes: IntObs = Field(description="votes that make the quorum, in the token's smallest unit")
    evidence: tuple[Evidence, ...]


NO_ANSWERS = Collection[Answer](items=(), complete=False, reason=NOT_KEPT.detail)
"""What stands for the answers of a snapshot that was taken before they were asked for."""
