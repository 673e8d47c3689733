"""Powers over a token: what each is, who holds it now, and after what delay it acts."""

from __future__ import annotations

from pydantic import Field

from scanner.model.observation import IntObs, StrObs
from scanner.model.values import Model


class TokenPower(Model):
    """One power over the units of a token."""

    power: str = Field(description="mint, pause, seize, freeze, fee, rebase or upgrade")
    guard: StrObs = Field(description="guard of the weakest function that has it (Guard); no-function for none")
    holder_kind: StrObs = Field(description="the weakest ActorKind that can use it now; nobody when none can")
    delay_seconds: IntObs = Field(description="shortest delay before that actor's use takes effect; 0 for none")
