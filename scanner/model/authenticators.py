"""Contracts through which a governor lets votes and proposals in, and what they ask of whoever brings one."""

from __future__ import annotations

from pydantic import Field

from scanner.model.observation import StrObs
from scanner.model.values import Address, Model

AUTHENTICATION = ("anyone", "sender", "signature")
"""Nothing is asked: anyone acts in anybody's name · the sender acts for itself · the named one must have signed."""


class Authenticator(Model):
    """One contract that a governor believes about who votes or proposes (Snapshot X)."""

    address: Address
    label: str
    checks: StrObs = Field(
        description="anyone, sender or signature: by calls in a stranger's name, for the weakest of its functions"
    )
