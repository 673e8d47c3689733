"""Who may do what on a contract that keeps no roles itself, but asks another one: Aragon's DAOs and access lists."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.evidence import Evidence


@dataclass(frozen=True)
class Grant:
    """A permission on `where` that `who` holds now, or may give itself; the zero address is anyone.

    `permission` is the Keccak-256 of its name and `words` how it is held: "MINT_ROLE", "manages MINT_ROLE". Where a
    `condition` is named (in words) its code decides call by call, and nobody here knows what it lets through.
    """

    where: str
    who: str
    permission: str
    words: str
    condition: str = ""
    evidence: tuple[Evidence, ...] = ()
    now: bool = True
    """Whether it is held; else it can be taken by a call of the holder's own."""


@dataclass(frozen=True)
class Grants:
    """All permissions on one contract; not complete, for `reason`, where there may be more."""

    authority: str
    items: tuple[Grant, ...] = ()
    complete: bool = True
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()

    def of(self, *permissions: str) -> tuple[Grant, ...]:
        """Return those of one of these permissions."""
        return tuple(grant for grant in self.items if grant.permission in permissions)
