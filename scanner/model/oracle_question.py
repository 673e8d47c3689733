"""What an oracle is asked before a module of a Safe acts, and how that stands: a question of Reality.eth."""

from __future__ import annotations

from pydantic import Field

from scanner.model.observation import AddressObs, BoolObs, IntObs, StrObs
from scanner.model.values import Model


class OracleQuestion(Model):
    """A question at the pinned block. Times are in seconds since 1970, bonds in the oracle's currency."""

    oracle: AddressObs
    answer: StrObs = Field(description="none, yes, no, invalid, too-soon, or another answer as 0x-hex")
    answered_by: AddressObs = Field(description="who gave the answer that stands; zero for nobody")
    answers: IntObs = Field(description="answers that were given, those that are still hidden among them")
    answerers: IntObs = Field(description="different accounts that gave them; an aggregate")
    bond_wei: IntObs = Field(description="highest bond that an answer carries")
    bond_needed_wei: IntObs = Field(description="least bond of an answer that the module executes, as it is set now")
    minimum_bond_wei: IntObs = Field(description="least bond of a first answer, as it was when this was asked")
    opens_at: IntObs = Field(description="before that nobody can answer; 0 for at once")
    timeout_seconds: IntObs = Field(description="time without another answer that makes one final, of this question")
    final: BoolObs
    final_at: IntObs = Field(description="when the answer is final unless another is given; 0 without an answer")
    arbitrator: AddressObs = Field(description="who decides where answers are contested; zero for nobody")
    arbitration_pending: BoolObs = Field(description="the arbitrator was asked: no answer becomes final until then")
    executable_at: IntObs = Field(description="when the yes that stands can be executed; 0 where none stands that can")
    void_at: IntObs = Field(description="when that yes can no longer be executed; 0 where that never comes")
