"""Each power over a token by itself: what a listing desk asks first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scanner.discovery.account import Account
from scanner.discovery.control.holders import Resolver, weakest
from scanner.discovery.permissions.powers import SEIZE
from scanner.discovery.tokens.outside import Elsewhere, easiest, weakest_elsewhere
from scanner.discovery.tokens.sought import MINTERS, PAUSERS, Sought, kind_with_power, role_holders
from scanner.model.code import CodeFacts
from scanner.model.contracts import Contract, Token
from scanner.model.kinds import ActorKind, Capability, Guard
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.powers import TokenPower


@dataclass(frozen=True)
class _Kind:
    """A power: its name, the fact that tells of it, and where its holders are looked for."""

    name: str
    guard: Callable[[CodeFacts], Known[str] | Unknown]
    sought: Sought
    words: str


KINDS = (
    _Kind("mint", lambda code: code.mint_guard, MINTERS, "create units"),
    _Kind("pause", lambda code: code.pause_guard, PAUSERS, "stop transfers"),
    _Kind("seize", lambda code: code.seizure_guard, Sought(("seize",), (SEIZE,)), "take or burn units of others"),
    _Kind("freeze", lambda code: code.freeze_guard, Sought(("freeze",)), "freeze single accounts"),
    _Kind("fee", lambda code: code.fee_guard, Sought(("fee",)), "change the fee on transfers"),
    _Kind("rebase", lambda code: code.rebase_guard, Sought(("rebase",)), "change every balance at once"),
)
_CAPABILITIES = {"mint": Capability.MINT, "pause": Capability.PAUSE, "seize": Capability.CONFISCATE}
_ACTORS = {"eoa": "a single key", "multisig": "a multisig", "token-vote": "a token vote", "nft-vote": "a vote of NFTs"}
_UPGRADE = "replace the token's code"


def with_powers(
    resolver: Resolver,
    token: Token,
    account: Account,
    contract: Contract | None,
    contracts: Mapping[str, Contract] | None = None,
) -> Token:
    """Return the token with every power over it; without its contract's facts they stay unread.

    `contracts` are those in scope by address: lists and fees that one of them keeps are told from its code.
    """
    if contract is None:
        return token
    powers = [_power(resolver, account, kind, contract.code, contracts or {}) for kind in KINDS]
    powers.append(
        TokenPower(
            power="upgrade",
            guard=contract.code.upgrade_guard,
            holder_kind=contract.upgrade_admin_kind,
            delay_seconds=contract.upgrade_delay_seconds,
        )
    )
    held = Collection[TokenPower](items=tuple(powers), complete=True)
    facts = {"powers": held, "power_texts": _texts(powers), "confiscator_kind": _confiscator(token, powers)}
    return token.model_copy(update=facts)


def _power(
    resolver: Resolver, account: Account, kind: _Kind, code: CodeFacts, contracts: Mapping[str, Contract]
) -> TokenPower:
    guard = kind.guard(code)
    found = Elsewhere(guard, kind_with_power(resolver, account, guard, kind.sought), account, kind.sought)
    outside = weakest_elsewhere(resolver, account, kind.name, contracts)
    if outside is not None:
        # An unknown guard of its own says no more than that another contract is asked.
        found = outside if isinstance(guard, Unknown) else easiest([found, outside])
        guard = guard if isinstance(guard, Known) and guard.value != Guard.ABSENT else found.guard
    delay = _delay(resolver, kind, found)
    return TokenPower(power=kind.name, guard=guard, holder_kind=found.holder, delay_seconds=delay)


def _confiscator(token: Token, powers: Sequence[TokenPower]) -> Known[str] | Unknown:
    """Return who takes or freezes units; where a list elsewhere left that open, who was found to keep it."""
    frozen = next((one.holder_kind for one in powers if one.power == "freeze"), None)
    own = token.confiscator_kind
    if isinstance(own, Unknown) and own.reason is Reason.UNRESOLVED and isinstance(frozen, Known):
        seized = next(one.holder_kind for one in powers if one.power == "seize")
        if isinstance(seized, Known):
            kind = weakest(ActorKind(one.value) for one in (frozen, seized))
            return frozen if kind.value == frozen.value else seized
    return own


def _delay(resolver: Resolver, kind: _Kind, found: Elsewhere) -> Known[int] | Unknown:
    guard, holder = found.guard, found.holder
    if isinstance(holder, Unknown):
        return holder
    if holder.value in (ActorKind.NOBODY, ActorKind.ANYONE) or not isinstance(guard, Known):
        return Known(value=0, evidence=holder.evidence, derivation="no delay stands before it")
    if guard.value != Guard.CALLER:
        return Known(value=0, evidence=guard.evidence, derivation="no delay stands before it")
    if found.account is None or found.sought is None:
        detail = "the delay before the code of another contract changes is not added up here"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=holder.evidence)
    holders = role_holders(resolver, found.account, found.sought)
    delays = [
        path.delay
        for one in holders.items
        if one.kind == holder.value
        for path in resolver.paths(one.address)
        if path.kind == holder.value and path.good_for(_CAPABILITIES.get(kind.name, Capability.SET_PARAMETERS))
    ]
    known = [delay for delay in delays if isinstance(delay, Known)]
    if known and (len(known) == len(delays) or min(one.value for one in known) == 0):
        best = min(known, key=lambda delay: delay.value)
        return Known(value=best.value, evidence=best.evidence, derivation="shortest path to the holder of the role")
    detail = "the delay on a path to the holder of the role could not be read"
    return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=holder.evidence)


def _texts(powers: list[TokenPower]) -> tuple[str, ...]:
    """Return one sentence per power that somebody holds, or of which that could not be told."""
    words = {kind.name: kind.words for kind in KINDS} | {"upgrade": _UPGRADE}
    return tuple(
        f"{words[one.power]}: {_who(one)}"
        for one in powers
        if not (isinstance(one.holder_kind, Known) and one.holder_kind.value == ActorKind.NOBODY)
        and not (isinstance(one.holder_kind, Unknown) and one.holder_kind.reason is Reason.NOT_SUPPORTED)
    )


def _who(power: TokenPower) -> str:
    if isinstance(power.holder_kind, Unknown):
        return "unknown"
    delay = power.delay_seconds
    if isinstance(delay, Unknown):
        after = "after a delay that is unknown"
    else:
        after = f"after {delay.value // 3_600} hours" if delay.value else "at once"
    return f"{_ACTORS.get(power.holder_kind.value, power.holder_kind.value)}, {after}"
