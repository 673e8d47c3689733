"""Governor facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import absent_when_reverted
from scanner.discovery.clock import in_seconds
from scanner.discovery.control.holders import Resolver, add_delays
from scanner.discovery.families.interface import GovernorFamily, own_delay
from scanner.discovery.parts import Parts
from scanner.discovery.tokens.strength import Votes, strength
from scanner.discovery.tokens.voting_power import Power, fewest_to_reach, share_bps
from scanner.discovery.world import World
from scanner.model.contracts import Governor
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


@dataclass(frozen=True)
class Past:
    """What its logs tell of a governor: the time of its last proposal, in seconds, and who voted lately."""

    last_proposal: Known[int] | Unknown
    recent_voters: Known[frozenset[str]] | Unknown


def build_governor(
    world: World, resolver: Resolver, account: Account, *, power: dict[str, Power], past: Past
) -> Governor:
    """Return the facts of the governor at `account`."""
    family = resolver.parts.governors[account.address]
    mode = family.clock(account)
    timelock = family.timelock(account)
    kind, carrier = resolver.vote_kind(account.address), resolver.parts.vote_tokens[account.address]
    facts: dict[str, Any] = {
        "chain_id": world.chain.chain_id,
        "address": account.address,
        "family": Known(value=family.name, evidence=account.code.evidence),
        "kind": _vote_kind(kind, carrier, account),
        "name": account.ask("name()"),
        "version": account.ask("version()"),
        "token": carrier,
        "timelock": timelock,
        "executor": transform(timelock, lambda _: family.executor(account), "what makes its calls"),
        "clock_mode": mode,
        "has_timelock": transform(timelock, lambda found: found != ZERO_ADDRESS, timelock_words(timelock)),
        "execution_delay_seconds": _whole_delay(world, resolver.parts, account, timelock),
        "authenticators": family.authenticators(account),
        "authentication": family.authentication(account),
        "evidence": account.code.evidence,
    }
    facts.update(_timing(world, family, account, mode))
    facts.update(_powers(resolver, account, family))
    facts.update(_thresholds(world, resolver, account, power=power, mode=mode))
    votes = _votes(world, resolver, account, power=power, past=past)
    facts.update(strength(replace(votes, quorum=facts["quorum_votes"])))
    now = world.chain.block.timestamp
    facts["days_since_last_proposal"] = transform(
        past.last_proposal, lambda at: max(0, now - at) // 86_400, "from its block time"
    )
    return Governor(**facts)


def timelock_words(timelock: Known[str] | Unknown) -> str:
    return timelock.derivation if isinstance(timelock, Known) else ""


def _whole_delay(world: World, parts: Parts, account: Account, timelock: Known[str] | Unknown) -> Known[int] | Unknown:
    """Return what the governor itself lets pass, and its timelock after it."""
    own = own_delay(world, parts.governors[account.address], account)
    if own is None:
        return execution_delay(world, parts, timelock)
    if isinstance(timelock, Known) and timelock.value == ZERO_ADDRESS:
        return own
    return add_delays(own, execution_delay(world, parts, timelock))


def execution_delay(world: World, parts: Parts, timelock: Known[str] | Unknown) -> Known[int] | Unknown:
    """Return the shortest time between a passed vote and its execution, in seconds."""
    if isinstance(timelock, Unknown):
        return timelock
    if timelock.value == ZERO_ADDRESS:
        return Known(value=0, evidence=timelock.evidence, derivation="no timelock stands behind this governor")
    found = world.get(timelock.value)
    if found is None:
        return Unknown(reason=Reason.NOT_READ, detail="the timelock was not read", evidence=timelock.evidence)
    family = parts.executors.get(timelock.value)
    answer = family.delay(found) if family is not None else found.ask("delay()")
    if isinstance(answer, Known):
        return Known(value=int(answer.value), evidence=timelock.evidence + answer.evidence)
    return Unknown(
        reason=Reason.NOT_SUPPORTED,
        detail="what the governor calls its timelock tells no delay that is known",
        evidence=timelock.evidence,
    )


def _timing(world: World, family: GovernorFamily, account: Account, mode: Known[str] | Unknown) -> dict[str, Any]:
    delay, period = family.voting_delay(account), family.voting_period(account)
    return {
        "voting_delay": delay,
        "voting_period": period,
        "late_quorum_extension": family.late_extension(account),
        "decides_early": family.decides_early(account),
        "voting_delay_seconds": in_seconds(world, account, mode, delay),
        "voting_period_seconds": in_seconds(world, account, mode, period),
    }


def _powers(resolver: Resolver, account: Account, family: GovernorFamily) -> dict[str, Any]:
    guardian, admin = family.guardian(account), family.admin(account)
    executor = family.executor(account)
    admin_kind = resolver.kind_behind(admin)
    # A Safe acts for its owners too: then the admin is not the vote alone.
    if nonzero(admin) in (executor, account.address) and executor not in resolver.parts.safes:
        admin_kind = Known(
            value=resolver.vote_kind(account.address).value,
            evidence=admin.evidence,
            derivation="the executor of the vote",
        )
    return {
        "guardian": guardian,
        "guardian_kind": resolver.kind_behind(guardian),
        "guardian_until": family.guardian_until(account),
        "admin": admin,
        "admin_kind": admin_kind,
        "pending_admin": absent_when_reverted(account, "pendingAdmin()", "pendingOwner()"),
    }


def _total(votes: dict[str, int]) -> int:
    return sum(votes.values())


def _largest(votes: dict[str, int]) -> int:
    return max(votes.values(), default=0)


def _vote_kind(kind: ActorKind, carrier: Known[str] | Unknown, account: Account) -> Known[str] | Unknown:
    if kind is ActorKind.UNRESOLVED:
        return Unknown(
            reason=Reason.UNRESOLVED, detail="what carries the vote was not found", evidence=carrier.evidence
        )
    return Known(value=kind.value, evidence=carrier.evidence or account.code.evidence)


def _thresholds(
    world: World, resolver: Resolver, account: Account, *, power: dict[str, Power], mode: Known[str] | Unknown
) -> dict[str, Any]:
    family = resolver.parts.governors[account.address]
    token = nonzero(resolver.parts.vote_tokens[account.address])
    threshold = family.proposal_threshold(account)
    quorum: Known[int] | Unknown = mode if isinstance(mode, Unknown) else family.quorum(account, mode.value)
    carrier = world.get(token) if token else None
    supply = family.total_votes(account) or (carrier.ask("totalSupply()") if carrier else _no_token())
    delegates = family.voting_power(account) or (power[token].delegates if token in power else _no_token())
    of_supply = "share of total supply"

    def share(amount: Known[int] | Unknown) -> Known[int] | Unknown:
        return combine({"part": amount, "whole": supply}, share_bps, of_supply)

    delegated = transform(delegates, _total, "votes of all delegates")
    top = transform(delegates, _largest, "votes of the largest delegate")
    return {
        "proposal_threshold_votes": threshold,
        "proposal_threshold_bps": share(threshold),
        "quorum_votes": quorum,
        "quorum_bps": share(quorum),
        "delegated_votes": delegated,
        "delegated_bps": share(delegated),
        "top_delegate_bps": share(top),
        "delegates_for_quorum": combine(
            {"delegates": delegates, "quorum": quorum},
            lambda delegates, quorum: fewest_to_reach(delegates.values(), max(1, quorum)),
            "fewest delegates whose votes reach the quorum",
        ),
    }


def _votes(world: World, resolver: Resolver, account: Account, *, power: dict[str, Power], past: Past) -> Votes:
    token = nonzero(resolver.parts.vote_tokens[account.address])
    carrier = world.get(token) if token else None
    family = resolver.parts.governors[account.address]
    return Votes(
        delegates=family.voting_power(account) or (power[token].delegates if token in power else _no_token()),
        quorum=_no_token(),
        supply=family.total_votes(account) or (carrier.ask("totalSupply()") if carrier else _no_token()),
        recent=past.recent_voters,
    )


def _no_token() -> Unknown:
    return Unknown(reason=Reason.NOT_SUPPORTED, detail="no token that carries the vote was found")
