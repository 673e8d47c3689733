"""Facts of the token that carries the vote, and who holds each power over it now."""

from __future__ import annotations

from typing import Any

from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import absent_when_reverted, has_selector
from scanner.discovery.control.holders import Resolver, weakest
from scanner.discovery.tokens.escrows import LOCKED, LOCKS_MAKE_VOTES, is_escrow
from scanner.discovery.tokens.holders import Holders, holder_facts
from scanner.discovery.tokens.sought import CONFISCATORS, MINTERS, PAUSERS, kind_with_power, role_holders
from scanner.discovery.tokens.voting_power import VOTES, Power, share_bps
from scanner.discovery.world import World, running_code
from scanner.model.code import CodeFacts
from scanner.model.contracts import Token
from scanner.model.controls import Holder
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Collection, Known, Reason, Unknown

"""Getters by which tokens name who makes new units; PartyDAO's cards have a mint authority."""

_GET_PAST_VOTES, *_GET_PRIOR_VOTES = VOTES


def build_token(
    resolver: Resolver, account: Account, *, code: CodeFacts, power: Power | None, holders: Holders
) -> Token:
    """Return the facts of the token at `account`."""
    world = resolver.world
    minters = role_holders(resolver, account, MINTERS)
    owner = absent_when_reverted(account, "owner()")
    paused = account.ask("paused()")
    if isinstance(paused, Unknown) and paused.reason is Reason.REVERTED:
        paused = Known(value=False, evidence=paused.evidence, derivation="no paused()")
    supply = account.ask("totalSupply()")
    facts: dict[str, Any] = {
        "chain_id": world.chain.chain_id,
        "address": account.address,
        "kind": _kind(world, account),
        "name": account.ask("name()"),
        "symbol": account.ask("symbol()"),
        "decimals": _decimals(account),
        "total_supply": supply,
        "owner": owner,
        "owner_kind": resolver.kind_behind(owner),
        "minters": minters,
        "minter_kind": kind_with_power(resolver, account, code.mint_guard, MINTERS),
        "pauser_kind": kind_with_power(resolver, account, code.pause_guard, PAUSERS),
        "confiscator_kind": kind_with_power(resolver, account, code.confiscation_guard, CONFISCATORS),
        "transferable": transform(code.transfer_restricted, lambda restricted: not restricted, "from its code"),
        "paused": paused,
    }
    for fact, capability in _THROUGH_GOVERNOR:
        facts[fact] = _weaker(facts[fact], _beside(resolver, account, capability))
    held = supply
    if is_escrow(running_code(world, account)):
        held = account.ask(LOCKED)
        facts["minter_kind"] = Unknown(reason=Reason.NOT_SUPPORTED, detail=LOCKS_MAKE_VOTES)
        facts["minters"] = Collection[Holder](items=(), complete=False, reason=LOCKS_MAKE_VOTES)  # its admin is none
    facts.update(_concentration(resolver, held, power))
    facts.update(holder_facts(resolver, account, held, holders, power))
    return Token(**facts)


_THROUGH_GOVERNOR = (
    ("minter_kind", Capability.MINT),
    ("pauser_kind", Capability.PAUSE),
    ("confiscator_kind", Capability.CONFISCATE),
)


def _beside(resolver: Resolver, token: Account, capability: Capability) -> Holder | None:
    """Return the weakest of those whom a governor of this token lets use a power over it without a vote."""
    found: list[Holder] = []
    for governor, family in resolver.parts.governors.items():
        if nonzero(resolver.parts.vote_tokens.get(governor) or Unknown(reason=Reason.NOT_READ)) == token.address:
            besides = family.besides(resolver.world.accounts[governor])
            found += [resolver.holder(one.address, one.evidence) for one in besides if one.capability is capability]
    kind = weakest(holder.kind for holder in found)
    return next((holder for holder in found if holder.kind is kind), None)


def _weaker(own: Known[str] | Unknown, beside: Holder | None) -> Known[str] | Unknown:
    """Return the kind that is easier to act through: what the token itself says, or who acts through its governor."""
    if beside is None or (isinstance(own, Known) and weakest((ActorKind(own.value), beside.kind)) == own.value):
        return own
    if beside.kind is ActorKind.UNRESOLVED:
        return Unknown(reason=Reason.UNRESOLVED, detail=beside.label, evidence=beside.evidence)
    return Known(value=beside.kind.value, evidence=beside.evidence, derivation=f"{beside.label}, through the governor")


def _kind(world: World, account: Account) -> Known[str] | Unknown:
    code = running_code(world, account)
    nft = account.ask("isNFT")
    is_nft = isinstance(nft, Known) and bool(nft.value)
    if isinstance(account.code, Unknown):
        return account.code
    if is_escrow(code):
        value = "vote-escrow"
    elif has_selector(code, _GET_PAST_VOTES):
        value = "erc721votes" if is_nft else "erc20votes"
    elif any(has_selector(code, one) for one in _GET_PRIOR_VOTES):
        value = "comp"
    elif account.answers("decimals()"):
        value = "erc20"
    else:
        value = "erc721" if is_nft else "unknown"
    return Known(value=value, evidence=account.code.evidence, derivation="selectors in its code")


def _decimals(account: Account) -> Known[int] | Unknown:
    answer = account.ask("decimals()")
    nft = account.ask("isNFT")
    if isinstance(answer, Unknown) and isinstance(nft, Known) and nft.value:
        return Known(value=0, evidence=nft.evidence, derivation="an ERC-721 counts in pieces")
    if isinstance(answer, Known) and int(answer.value) > 255:
        return Unknown(reason=Reason.UNDECODABLE, detail="decimals() is beyond a uint8", evidence=answer.evidence)
    return answer


def _concentration(resolver: Resolver, supply: Known[int] | Unknown, power: Power | None) -> dict[str, Any]:
    balances: Known[dict[str, int]] | Unknown = (
        power.balances if power else Unknown(reason=Reason.NOT_READ, detail="transfer logs were not read")
    )
    treasuries = resolver.parts.treasuries

    def top(count: int) -> Known[int] | Unknown:
        return combine(
            {"balances": balances, "supply": supply},
            lambda balances, supply: share_bps(
                sum(sorted((v for k, v in balances.items() if k not in treasuries), reverse=True)[:count]), supply
            ),
            "share of total supply; treasuries in scope left out",
        )

    return {
        "holders": transform(balances, len, "accounts with a balance"),
        "top_holder_bps": top(1),
        "top10_holders_bps": top(10),
    }
