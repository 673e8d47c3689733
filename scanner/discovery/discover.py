"""From one address to the DAO: crawl, sort out, analyse, then say who controls what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.chain.aliases import Away, aliases_of
from scanner.chain.interface import Chain
from scanner.code.interface import CodeJob, CodeResult
from scanner.discovery.account import Account
from scanner.discovery.anonymity.settle import privacy_topics
from scanner.discovery.anonymity.use import PrivacyUse, privacy_reads, privacy_use
from scanner.discovery.answers import Graph, build_answers
from scanner.discovery.bare import ASKED_ABOUT, HINT, HINT_OF_CODE, gap_of
from scanner.discovery.battery import GOVERNANCE_TOPICS
from scanner.discovery.contracts import build_contract, code_at, source_holder
from scanner.discovery.control.holders import Resolver
from scanner.discovery.control.roles import unasked_claims
from scanner.discovery.control.settle import build_controls
from scanner.discovery.dossier import Dossier
from scanner.discovery.executors import EXECUTORS
from scanner.discovery.families import FAMILIES
from scanner.discovery.families.interface import GovernorFamily
from scanner.discovery.governors import Past, build_governor
from scanner.discovery.guards.keeping import kept_of
from scanner.discovery.guards.managers import MANAGER_TOPICS
from scanner.discovery.guards.offices import offices_of, settle_upgraders
from scanner.discovery.guards.passages import build_passages
from scanner.discovery.guards.rights import rights_of, settle_proxies
from scanner.discovery.guards.trials import Guards, hidden_holders, meet_found, read_guards
from scanner.discovery.heeded import heed, without_idle_lines
from scanner.discovery.links import getters_of, links_of
from scanner.discovery.membership.frameworks import MEMBERSHIP_TOPICS
from scanner.discovery.membership.settle import build_membership
from scanner.discovery.parts import Parts, sort_out
from scanner.discovery.permissions.givable import givable
from scanner.discovery.permissions.settle import settle_permissions
from scanner.discovery.proxies.history import History, block_reads, facts_of, former_jobs, read_history, take_blocks
from scanner.discovery.proxies.layouts import layout_changes
from scanner.discovery.proxies.settle import settle_beacons, settle_factories, settle_upgrades
from scanner.discovery.safes import build_safe
from scanner.discovery.timelocks import build_timelock
from scanner.discovery.tokens.doors import beside_doors
from scanner.discovery.tokens.escrows import ESCROW_TOPICS
from scanner.discovery.tokens.holders import Holders, plan_holders, take_holders
from scanner.discovery.tokens.powers import with_powers
from scanner.discovery.tokens.settle import build_token
from scanner.discovery.tokens.voting_power import Power, read_token_logs
from scanner.discovery.treasury.allowances import (
    Allowances,
    allowance_questions,
    answered,
    plan_allowances,
    with_allowances,
)
from scanner.discovery.treasury.holdings import Holdings, Wanted, read_holdings
from scanner.discovery.treasury.settle import build_treasury
from scanner.discovery.treasury.units import unit_reads, units_told
from scanner.discovery.whole import build_dao
from scanner.discovery.world import CrawlLimits, Link, World, crawl
from scanner.model.contracts import Contract, Governor, Safe, Timelock, Token
from scanner.model.controls import Control
from scanner.model.dao import Dao, Membership, TreasuryAccount
from scanner.model.kinds import ActorKind, Guard
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.passages import NO_PASSAGES, Passage
from scanner.model.values import changed
from scanner.sources.interface import Sources

_NO_VOTES = Unknown(reason=Reason.NOT_READ, detail="votes were not read")
_NOT_TOLD = Unknown(
    reason=Reason.NOT_SUPPORTED, detail="a governor of no known family: its proposals may be told by other events"
)
_NO_PROPOSAL = Unknown(reason=Reason.NOT_SUPPORTED, detail="no proposal was ever made")

Analyse = Callable[[Sequence[CodeJob]], Mapping[str, CodeResult]]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Steps:
    """Where the crawl stops and whom it tells what it does."""

    limits: CrawlLimits
    progress: Progress
    declared: tuple[Link, ...] = ()
    """Addresses that a manifest names, each with what it says that they are."""

    check: bool = True
    """Whether guards are checked by calls in their holders' names."""

    tokens: tuple[str, ...] = ()
    """Tokens whose balances are asked for though no log may tell of them."""

    away: tuple[Away, ...] = ()
    """Contracts that a manifest names on other chains."""


@dataclass
class Found:
    """What the crawl met, sorted out and analysed: what every later step builds on."""

    world: World
    parts: Parts
    results: Mapping[str, CodeResult]
    powers: Mapping[str, Power]
    holdings: Holdings
    resolver: Resolver
    use: PrivacyUse
    allowances: Allowances = field(default_factory=Allowances)
    history: History = field(default_factory=History)
    guards: Guards = field(default_factory=Guards)
    holders: Holders = field(default_factory=dict)


@dataclass(frozen=True)
class Discovered:
    """The parts of the snapshot that discovery fills."""

    dao: Dao
    governors: Collection[Governor]
    timelocks: Collection[Timelock]
    tokens: Collection[Token]
    safes: Collection[Safe]
    contracts: Collection[Contract]
    controls: Collection[Control]
    membership: Membership
    treasury: Collection[TreasuryAccount]
    passages: Collection[Passage] = NO_PASSAGES


def explore(chain: Chain, sources: Sources, entry: Sequence[str], *, analyse: Analyse, steps: Steps) -> Found:
    """Crawl from the entry addresses and analyse the code of everything met. Raises NodeError only."""
    own = [topic for family in FAMILIES for topic in family.topics]
    own += [topic for kind in EXECUTORS for topic in kind.topics]
    topics = tuple(
        sorted({*GOVERNANCE_TOPICS, *MANAGER_TOPICS, *privacy_topics(), *MEMBERSHIP_TOPICS, *ESCROW_TOPICS, *own})
    )
    world = World(chain, sources, topics, steps.limits, away=aliases_of(steps.away))
    asked = [Link(address, ASKED_ABOUT) for address in entry] + list(steps.declared)
    crawl(world, asked, links_of, getters_of, steps.progress)
    settle_beacons(world)
    settle_factories(world)
    settle_permissions(world)
    parts = sort_out(world, entry[0])
    history = read_history(world)
    former = former_jobs(history)
    jobs = [_job(world, one) for one in (*world.accounts.values(), *former.values()) if one.has_code]
    steps.progress(f"analysing the code of {len(jobs)} contracts")
    results = analyse(jobs)
    for address, result in results.items():
        if address not in former:  # what a replaced implementation lacks is told where it is compared
            world.gaps.extend(result.gaps)
    settle_upgrades(world, results)
    guards = read_guards(world, results)
    if hidden := hidden_holders(guards, world):
        results = {**results, **_follow(world, hidden, results, analyse=analyse, steps=steps)}
        parts = sort_out(world, entry[0])
        guards = read_guards(world, results)
    settle_upgraders(world, guards)
    settle_proxies(world, guards)
    wanted = privacy_reads(world, parts.treasuries)
    approvals = plan_allowances(world, parts.treasuries)
    told = [*wanted, *approvals.reads]
    logs = read_token_logs(world, parts.tokens, parts.treasuries, beside=[*told, *unit_reads(parts.treasuries)])
    questions = allowance_questions(world, approvals, logs.beside[len(wanted) : len(told)])
    headers, largest = block_reads(history), plan_holders(world, parts, logs.powers)
    beside = [*headers, *largest.reads, *questions.reads, *(guards.reads if steps.check else ())]
    named = Wanted(steps.tokens, units_told(world, logs.beside[len(told) :]))
    holdings = read_holdings(world, parts, logs, named, beside=beside)
    first, rest = len(headers) + len(largest.reads), len(questions.reads)
    answers = holdings.beside[first:]
    take_blocks(history, headers, holdings.beside[: len(headers)])
    holders = take_holders(world, largest, holdings.beside[len(headers) : first])
    allowances = answered(questions, answers[:rest])
    if steps.check:
        guards.take(answers[rest:])
        meet_found(world, guards)
    _source_gaps(world)
    world.gaps += [gap_of(world.accounts[address]) for address in sorted(parts.bare)]
    use = privacy_use(logs.beside[: len(wanted)])
    for address in parts.governors:
        world.accounts[address].facts = code_at(world, results, address)
    rights = rights_of(guards, world)
    resolver = Resolver(world, parts, _guards(world, results), offices=offices_of(guards), rights=rights)
    resolver.kept = kept_of(guards, world)
    return Found(world, parts, results, logs.powers, holdings, resolver, use, allowances, history, guards, holders)


def _follow(
    world: World,
    hidden: Sequence[Link],
    results: Mapping[str, CodeResult],
    *,
    analyse: Analyse,
    steps: Steps,
) -> Mapping[str, CodeResult]:
    """Crawl on from holders that no view names; returns the code results of the contracts that this met."""
    crawl(world, hidden, links_of, getters_of, steps.progress)
    settle_beacons(world)
    fresh = [account for account in world.accounts.values() if account.has_code and account.address not in results]
    found = analyse([_job(world, account) for account in fresh]) if fresh else {}
    for result in found.values():
        world.gaps.extend(result.gaps)
    settle_upgrades(world, {**results, **found})
    return found


def _guards(world: World, results: Mapping[str, CodeResult]) -> dict[str, tuple[str, ...]]:
    """Return, by address, the conditions on the caller in the code that runs there."""
    return {
        address: tuple(
            function.guarded_by
            for function in code_at(world, results, address).functions.items
            if function.guard == Guard.CALLER
        )
        for address, account in world.accounts.items()
        if account.has_code
    }


def _job(world: World, account: Account) -> CodeJob:
    code = account.code.value if isinstance(account.code, Known) else "0x"
    missing = account.no_source
    return CodeJob(
        address=account.address,
        runtime_code=code,
        at=world.at,
        source=account.verified,
        no_source_reason=f"{missing.reason.value}: {missing.detail}" if missing else "",
    )


def _source_gaps(world: World) -> None:
    for account in world.accounts.values():
        if (roles := unasked_claims(account)) > 0:
            world.gap(account.address, f"{roles} holders of roles", Reason.LIMIT, "more than are asked about")
        if account.no_source is not None and source_holder(world, account) is account:
            world.gap(account.address, "verified source", account.no_source.reason, account.no_source.detail)
        for what, answer in (("code", account.code), ("logs", account.logs), ("balance", account.state)):
            if isinstance(answer, Unknown):
                world.gap(account.address, what, answer.reason, answer.detail)


def describe(
    found: Found,
    *,
    entry: str,
    last_proposals: Mapping[str, Known[int] | Unknown],
    recent_voters: Mapping[str, Known[frozenset[str]] | Unknown] | None = None,
) -> Discovered:
    """Build every discovered part of the snapshot. No more reads."""
    world, parts, resolver = found.world, found.parts, found.resolver
    governors = tuple(
        build_governor(
            world,
            resolver,
            world.accounts[address],
            power=dict(found.powers),
            past=_past(family, world.accounts[address], last_proposals, recent_voters or {}),
        )
        for address, family in sorted(parts.governors.items())
    )
    tokens = tuple(
        build_token(
            resolver,
            world.accounts[address],
            code=code_at(world, found.results, address),
            power=found.powers.get(address),
            holders=found.holders,
        )
        for address in sorted(parts.tokens)
    )
    contracts = tuple(
        _contract(found, world.accounts[address])
        for address in sorted(world.accounts)
        if world.accounts[address].has_code or world.accounts[address].is_delegated_eoa
    )
    passages = build_passages(world, resolver, found.guards)
    contracts = heed(contracts, passages, checked=bool(found.guards.verdicts) or not found.guards.trials)
    by_address = {contract.address: contract for contract in contracts}
    tokens = tuple(
        with_powers(resolver, token, world.accounts[token.address], by_address.get(token.address), by_address)
        for token in tokens
    )
    safes = tuple(build_safe(world, resolver, world.accounts[address]) for address in sorted(parts.safes))
    controls = build_controls(world, resolver, contracts=contracts, tokens=tokens)
    controls = without_idle_lines(controls, passages, governors)
    all_governors = _collection(Governor, governors, world, HINT_OF_CODE if parts.bare else HINT)
    dossier = Dossier(world, resolver, all_governors, tokens, safes, by_address, controls, passages)
    given = givable(world, passages.items)
    graph = Graph(controls, passages, governors, by_address, parts.treasuries, given, _ruled(resolver, by_address))
    return Discovered(
        dao=build_dao(dossier, entry).model_copy(update={"answers": build_answers(graph)}),
        governors=all_governors,
        timelocks=_collection(
            Timelock,
            tuple(build_timelock(world, resolver, world.accounts[a]) for a in parts.timelocks),
            world,
            "",
        ),
        tokens=_collection(Token, tuple(beside_doors(token, by_address) for token in tokens), world, ""),
        safes=_collection(Safe, safes, world, ""),
        contracts=_collection(Contract, contracts, world, ""),
        controls=controls,
        membership=build_membership(dossier),
        passages=passages,
        treasury=with_allowances(
            build_treasury(world, resolver, controls, found.holdings, found.use),
            found.allowances,
            holdings=found.holdings,
            contracts=by_address,
        ),
    )


def _past(
    family: GovernorFamily,
    account: Account,
    proposals: Mapping[str, Known[int] | Unknown],
    voters: Mapping[str, Known[frozenset[str]] | Unknown],
) -> Past:
    """Return when a governor's last proposal was made and who voted lately; unknown where nobody knows how it tells."""
    if account.address not in proposals and not family.tells_all(account):
        return Past(_NOT_TOLD, _NOT_TOLD)
    return Past(proposals.get(account.address, _NO_PROPOSAL), voters.get(account.address, _NO_VOTES))


def _ruled(resolver: Resolver, contracts: Iterable[str]) -> frozenset[str]:
    """Return what somebody administers; that anyone makes a contract act changes nothing about it."""
    others = (ActorKind.NOBODY, ActorKind.UNRESOLVED, ActorKind.ANYONE)
    return frozenset(one for one in contracts if any(path.kind not in others for path in resolver.paths(one)))


def _contract(found: Found, account: Account) -> Contract:
    """Return the facts of a contract, with what its logs tell of how its code changed."""
    built = build_contract(found.world, found.resolver, account, found.results, allowances=found.allowances)
    changes = layout_changes(found.history, account, found.results)
    return changed(built, **facts_of(found.world, found.history, account), layout_changes=changes)


def _collection(model: type[Any], items: tuple[Any, ...], world: World, when_empty: str) -> Collection[Any]:
    """Return the items as a collection: incomplete when the crawl was cut short, or empty where one was expected."""
    if not world.complete:
        return Collection[model](items=items, complete=False, reason="the crawl was cut short")  # type: ignore[valid-type]
    if not items and when_empty:
        return Collection[model](items=items, complete=False, reason=when_empty)  # type: ignore[valid-type]
    return Collection[model](items=items, complete=True)  # type: ignore[valid-type]
