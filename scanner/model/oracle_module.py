"""A module of a Safe that executes what an oracle answers: the Zodiac module for Reality.eth."""

from __future__ import annotations

from pydantic import Field

from scanner.model.later import NOT_KEPT
from scanner.model.observation import AddressObs, IntObs
from scanner.model.values import Address, Model


class OracleModule(Model):
    """How long a question stands open, how long after its answer nothing happens, and what an answer costs."""

    address: Address
    oracle: AddressObs
    timeout_seconds: IntObs = Field(description="time without another answer after which an answer is final")
    cooldown_seconds: IntObs = Field(description="time between the final answer and its execution")
    expiration_seconds: IntObs = Field(description="time after which an answer no longer executes; 0 for never")
    minimum_bond_wei: IntObs = Field(description="least bond that an answer must carry, in the oracle's currency")
    template: IntObs = Field(default=NOT_KEPT, description="number of the oracle's template that questions use")
    arbitrator: AddressObs = Field(
        default=NOT_KEPT, description="who decides where answers are contested; zero for nobody"
    )
