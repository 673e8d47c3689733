"""Who can do what: the lines of control in an order that puts what bypasses a vote first."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.locale.phrase import Phrase
from scanner.model.controls import Control
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.render.lookup import Lookup
from scanner.render.quantities import duration
from scanner.render.register import Cited
from scanner.render.shown import Shown, as_text, shown, value_of
from scanner.render.words import words

STRONG = frozenset(
    {Capability.MOVE_FUNDS, Capability.EXECUTE, Capability.UPGRADE, Capability.ADMIN, Capability.SET_PARAMETERS}
    | {Capability.MINT, Capability.CONFISCATE}
)
"""What moves the money or changes the rules; who creates or takes units decides the votes."""
STOPPING = frozenset({Capability.CANCEL, Capability.VETO, Capability.PAUSE})
"""What can stop somebody else."""
_WEAKEST_FIRST = (
    ActorKind.ANYONE,
    ActorKind.EOA,
    ActorKind.UNRESOLVED,
    ActorKind.MULTISIG,
    ActorKind.SHARE_VOTE,
    ActorKind.NFT_VOTE,
    ActorKind.TOKEN_VOTE,
    ActorKind.NOBODY,
)

_DIRECT_FIRST = (
    Capability.MOVE_FUNDS,
    Capability.UPGRADE,
    Capability.EXECUTE,
    Capability.ADMIN,
    Capability.SET_PARAMETERS,
    Capability.CONFISCATE,
    Capability.MINT,
    Capability.PAUSE,
    Capability.VETO,
    Capability.CANCEL,
    Capability.PROPOSE,
    Capability.LIMITED,
)


@dataclass(frozen=True)
class ControlRow:
    """One line of control. `bypass` is yes, no or open; `strong` when it moves money, rules or voting units."""

    anchor: str
    actor: str
    kind: str
    address: str
    capability: str
    contract: str
    contract_address: str
    path: tuple[str, ...]
    delay: Shown
    bypass: str
    keys: Shown
    guard: Shown
    strong: bool
    evidence: Cited


def bypasses(control: Control) -> bool | None:
    """Return whether no vote stands on the path; None when that is not known or nobody can go it."""
    if control.actor_kind is ActorKind.NOBODY:
        return False
    return value_of(control.bypasses_vote)


def ordered(controls: tuple[Control, ...]) -> tuple[Control, ...]:
    """Return controls with what is decisive, bypasses a vote and needs the fewest keys first."""
    return tuple(sorted(controls, key=_rank))


def _rank(control: Control) -> tuple[bool, int, bool, int, int, int, str, str]:
    bypass = bypasses(control)
    open_door = control.capability is Capability.MINT and control.actor_kind is ActorKind.ANYONE
    return (
        control.capability not in STRONG,
        0 if bypass else 1 if bypass is None else 2,
        open_door,  # anyone may join: said after those who can act alone
        _WEAKEST_FIRST.index(control.actor_kind),
        value_of(control.signers_needed) or 0,
        _DIRECT_FIRST.index(control.capability),
        control.actor,
        control.contract,
    )


def control_rows(lookup: Lookup) -> tuple[ControlRow, ...]:
    """Return every line of control, ordered; anchors are control-1, control-2 …"""
    return tuple(
        _row(number, control, lookup) for number, control in enumerate(ordered(lookup.snapshot.controls.items), start=1)
    )


def control_anchors(lookup: Lookup) -> dict[Control, str]:
    """Return the place of each line of control on the page."""
    found = ordered(lookup.snapshot.controls.items)
    return {control: f"control-{number}" for number, control in enumerate(found, start=1)}


def _row(number: int, control: Control, lookup: Lookup) -> ControlRow:
    t, bypass = lookup.t, bypasses(control)
    return ControlRow(
        anchor=f"control-{number}",
        actor=control.actor_label or words(t, control.actor_kind),
        kind=words(t, control.actor_kind) if control.actor_label else "",
        address="" if control.actor == ZERO_ADDRESS else control.actor,
        capability=words(t, control.capability),
        contract=control.contract_label,
        contract_address=control.contract,
        path=control.path,
        delay=delay_shown(t, control),
        bypass="open" if bypass is None else "yes" if bypass else "no",
        keys=_keys(t, control),
        guard=as_text(t, control.guard),
        strong=control.capability in STRONG,
        evidence=lookup.register.cite(control.evidence),
    )


def delay_shown(t: Locale, control: Control) -> Shown:
    """Return the delay along the path."""
    return seconds_shown(t, control.delay_seconds)


def seconds_shown(t: Locale, observation: Known[int] | Unknown) -> Shown:
    """Return a time in human units with the seconds behind it."""
    return shown(t, observation, lambda value: time(t, value), lambda value: t("duration.seconds", number=value))


def time(t: Locale, seconds: int) -> Phrase:
    """Return a time in words; "none" for no time at all."""
    return duration(t, seconds) if seconds else t("duration.none")


def _keys(t: Locale, control: Control) -> Shown:
    if control.actor_kind.is_vote:
        return Shown(t("controls.keys_vote"))
    if control.actor_kind is ActorKind.ANYONE:
        return Shown(t("controls.keys_anyone"))
    return shown(t, control.signers_needed, lambda keys: t("count.key", n=keys))


def known_delay(control: Control) -> int | None:
    """Return the delay in seconds where it is known."""
    return control.delay_seconds.value if isinstance(control.delay_seconds, Known) else None
