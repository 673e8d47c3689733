"""What a contract asks of another one, on whose answer its units depend."""

from __future__ import annotations

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.values import Model


class Asked(Model):
    """A question to another contract: whether units may move, how many of them arrive, what a balance is."""

    power: str = Field(
        description="freeze, fee or rebase: the power over units of whoever changes the answer; answer: what another's "
        "question is answered by"
    )
    within: str = Field(description="function that asks, canonical")
    question: str = Field(description="function that is called, canonical")
    target: str = Field(description="view that names the contract asked, or its address; empty where none tells")
    evidence: tuple[Evidence, ...]
