"""The crawl: from one address, level by level, to every address that a fact links it to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.chain.abi import encode_call
from scanner.chain.aliases import Away
from scanner.chain.interface import AccountRead, BlockRead, CallRead, Chain, CodeRead, LogRead, Read, StorageRead
from scanner.code.bytecode.forwarding import IMPLEMENTATION_SELECTOR
from scanner.discovery.account import EMPTY_CODE, Account, nonzero
from scanner.discovery.battery import SLOTS, battery, first_reads
from scanner.discovery.forwards import address_in, way
from scanner.model.evidence import AtBlock, BlockEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import Gap
from scanner.model.values import ZERO_ADDRESS
from scanner.sources.interface import Deployed, NoSource, Sources

_NOT_READ = Unknown(reason=Reason.NOT_READ)

TARGET_OF = "target of a proposal of"
"""How the reason of a link begins that only a proposal makes."""

_NAMED_GAPS = 100
_MANY = 50
"""New addresses of one level from which on their code is read before anything else."""
_MAX_LINE = 8

IMPLEMENTATION_OF_TARGET = "implementation of a target"


def only_a_target(account: Account) -> bool:
    """Whether nothing but a proposal leads here: a stranger's contract, whose own links are not the DAO's."""
    return bool(account.why) and all(why.startswith((TARGET_OF, IMPLEMENTATION_OF_TARGET)) for why in account.why)


@dataclass(frozen=True)
class CrawlLimits:
    """Where the crawl stops; what it left out is a gap."""

    max_contracts: int = 150
    max_targets: int = 150
    max_depth: int = 8
    max_transfers: int = 2_000_000
    max_keys: int = 2_000
    """Accounts without code, such as the owners of a Safe: they lead nowhere and do not count as contracts."""


@dataclass(frozen=True)
class Link:
    """A reason to look at another address."""

    address: str
    why: str


@dataclass
class World:
    """All accounts met so far, with the chain and the sources they come from."""

    chain: Chain
    sources: Sources
    topics: tuple[str, ...]
    limits: CrawlLimits = CrawlLimits()
    accounts: dict[str, Account] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    earlier: Known[BlockEvidence] | Unknown = _NOT_READ
    complete: bool = True
    left_out: int = 0
    own_views_left_out: set[str] = field(default_factory=set)
    """Verified contracts so far away that only well-known getters were asked of them, not all of their own."""

    promoted: dict[str, Account] = field(default_factory=dict)
    """Accounts that a proposal led to first and a link of the DAO's own later: their links count now."""

    away: Mapping[str, tuple[Away, ...]] = field(default_factory=dict)
    """Contracts that the DAO names on other chains, by the accounts as which they would act on this one."""

    codes: dict[str, Known[str] | Unknown] = field(default_factory=dict, repr=False)
    """The code of addresses of which so many were named at once that it was looked at before they were met."""

    @property
    def at(self) -> AtBlock:
        block = self.chain.block
        return AtBlock(chain_id=block.chain_id, block_number=block.number, block_hash=block.hash)

    def get(self, address: str) -> Account | None:
        return self.accounts.get(address)

    def gap(self, subject: str, what: str, reason: Reason, detail: str) -> None:
        self.gaps.append(Gap(subject=subject, what=what, reason=reason, detail=detail))

    def meet(self, links: Iterable[Link], depth: int) -> list[Account]:
        """Register addresses that are new; remember every reason they are linked by."""
        fresh: list[Account] = []
        room: Room | None = None
        for link in links:
            if link.address == ZERO_ADDRESS:
                continue
            known = self.accounts.get(link.address)
            if known is not None:
                if link.why not in known.why:
                    was_target = only_a_target(known)
                    known.why.append(link.why)
                    if was_target and not only_a_target(known):
                        self.promoted[link.address] = known
                continue
            room = room or Room.of(self.accounts.values())
            code = self.codes.get(link.address, _NOT_READ)
            if limit := self._limit(link, depth, room):
                self.left_out += 1
                if self.left_out <= _NAMED_GAPS:
                    self.gap(link.address, link.why, Reason.LIMIT, f"{limit}: not looked at")
                continue
            account = Account(link.address, why=[link.why], depth=depth, code=code, met=self.accounts)
            self.accounts[link.address] = account
            room.take(account)
            fresh.append(account)
        return fresh

    def _limit(self, link: Link, depth: int, room: Room) -> str:
        """Say which limit leaves no room; empty where there is some. Targets of proposals have room of their own:
        without some of them the DAO is still whole, without one of its own contracts it is not. So have keys, which
        lead nowhere: the owners of a large Safe take no contract's place."""
        if link.why.startswith(TARGET_OF):
            most = self.limits.max_targets
            return f"more targets of proposals than the {most} that are looked at" if room.targets >= most else ""
        limit = ""
        if is_key(self.codes.get(link.address, _NOT_READ)):
            if room.keys >= self.limits.max_keys:
                limit = f"more accounts without code than the {self.limits.max_keys} that are looked at"
        elif room.contracts >= self.limits.max_contracts:
            limit = f"the crawl's limit was reached (--max-contracts {self.limits.max_contracts})"
        if not limit and depth > self.limits.max_depth:
            limit = f"the crawl's limit was reached (--max-depth {self.limits.max_depth})"
        self.complete = self.complete and not limit
        return limit

    def look_ahead(self, links: Iterable[Link]) -> None:
        """Read the code of new addresses, in one batch, where so many are named that most will be keys."""
        named = (link.address for link in links if link.address != ZERO_ADDRESS)
        fresh = [one for one in dict.fromkeys(named) if one not in self.accounts and one not in self.codes]
        if len(fresh) < _MANY:
            return
        asked = fresh[: self.limits.max_keys + self.limits.max_contracts + self.limits.max_targets]
        self.codes.update(zip(asked, self.chain.read([CodeRead(one) for one in asked]), strict=True))


@dataclass
class Room:
    """How many accounts of each kind were met."""

    targets: int = 0
    keys: int = 0
    contracts: int = 0

    @classmethod
    def of(cls, accounts: Iterable[Account]) -> Room:
        room = cls()
        for account in accounts:
            room.take(account)
        return room

    def take(self, account: Account) -> None:
        if account.why and account.why[0].startswith(TARGET_OF):
            self.targets += 1
        elif is_key(account.code):
            self.keys += 1
        else:
            self.contracts += 1


def is_key(code: Known[str] | Unknown) -> bool:
    """Whether an account with this code is known to have none: it can be asked nothing, and leads nowhere."""
    return isinstance(code, Known) and code.value == EMPTY_CODE


def behind(world: World, account: Account) -> tuple[tuple[Account, ...], str]:
    """Return the accounts whose code runs in turn when `account` is called, itself first, and why the line breaks off.

    The reason is empty where the last of them is no proxy. A proxy behind a proxy runs in the first one's storage: what
    its code reads there decides, not what stands in its own. A diamond's facets are not in the line.
    """
    line = [account]
    while True:
        last = line[-1]
        if last.proxy is None or (last.proxy.facets and last is account):
            return tuple(line), ""
        target = nonzero(last.proxy.implementation if last is account else behind_another(world, account, last))
        if target is None:
            return tuple(line), "the implementation is not known"
        if any(one.address == target for one in line):
            return tuple(line), "proxies that lead back to themselves: no code runs"
        following = world.get(target)
        if following is None:
            return tuple(line), "the implementation was not looked at"
        if len(line) >= _MAX_LINE:
            return tuple(line), f"more than {_MAX_LINE} proxies behind each other"
        line.append(following)


def behind_another(world: World, first: Account, code: Account) -> Known[str] | Unknown:
    """Return whose code a proxy hands calls to when it runs in the storage of another."""
    target = way(code).target
    if target is None:
        unresolved = Unknown(reason=Reason.UNRESOLVED, detail="the proxy hands on no call that it does not know")
        return code.proxy.implementation if code.proxy is not None and code.proxy.kind == "eip1167" else unresolved
    if target.kind == "answer" and target.value == IMPLEMENTATION_SELECTOR and target.asked is not None:
        beacon = world.get(nonzero(address_in(first, target.asked, code)) or "")
        unknown = Unknown(reason=Reason.NOT_READ, detail="the beacon was not looked at", evidence=code.code.evidence)
        return beacon.address_of("implementation()") if beacon is not None else unknown
    return address_in(first, target, code)


def running_code(world: World, account: Account) -> str:
    """Return the code that runs at `account`, in hex: its own, its implementations' and its facets' that were read."""
    line, _ = behind(world, account)
    facets = line[-1].proxy.facets if line[-1].proxy else ()
    parts = [*line, *(found for facet in facets if (found := world.get(facet.address)) is not None)]
    codes = [part.code.value[2:] for part in parts if isinstance(part.code, Known)]
    return "0x" + "".join(codes)


@dataclass(frozen=True)
class Getter:
    """A view that one contract is asked because of what is known of it. `key` names the answer.

    Where `slot` is given it is that slot which is read, and no call is made; where `asked` is, another contract is
    asked about this one. Where `topics` are, its further logs with one of these first topics are read, and where
    `second` are, only those whose second topic is one of them; with `asked`, logs of that other contract. A call is
    made in the name of `sender`, where one is given.
    """

    account: str
    signature: str
    outputs: tuple[str, ...]
    arguments: tuple[Any, ...] = ()
    named: str = ""
    slot: str = ""
    asked: str = ""
    topics: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    sender: str = ""

    @property
    def key(self) -> str:
        return self.named or self.signature

    @property
    def read(self) -> Read:
        """What the node is asked."""
        if self.slot:
            return StorageRead(self.account, self.slot)
        if self.topics:
            return LogRead(self.asked or self.account, (self.topics, self.second) if self.second else (self.topics,))
        data = encode_call(self.signature, self.arguments)
        return CallRead(self.asked or self.account, data, self.signature, self.sender)


LinkFinder = Callable[[World, Account], Iterable[Link]]
GetterFinder = Callable[[World, Account], Iterable[Getter]]
Progress = Callable[[str], None]


def crawl(
    world: World, entry: Sequence[Link], links_of: LinkFinder, getters_of: GetterFinder, progress: Progress
) -> None:
    """Read level after level until nothing new is linked. Each level is one batch of reads."""
    block = world.chain.block
    probes = battery(block.number, block.timestamp)
    frontier = world.meet(entry, 0)
    getters: list[Getter] = []
    level = 0
    asked: set[tuple[str, str]] = set()
    while frontier or getters or world.promoted:
        progress(f"level {level}: {len(frontier)} addresses")
        whole = [account for account in frontier if not is_key(account.code)]
        keys = [account for account in frontier if is_key(account.code)]
        reads: list[Read] = [read for account in whole for read in first_reads(account.address, probes, world.topics)]
        at_keys = len(reads)
        reads += [AccountRead(account.address) for account in keys]
        reads += [getter.read for getter in getters]
        if level == 0:
            reads.append(BlockRead(max(0, block.number - 50_000)))
        answers = list(world.chain.read(reads)) if reads else []
        if level == 0:
            world.earlier = answers.pop()
        _take(whole, probes, answers)
        _take_keys(keys, answers[at_keys:])
        tail = answers[at_keys + len(keys) :]
        for getter, answer in zip(getters, tail, strict=True):
            if getter.topics:
                world.accounts[getter.account].learn_logs(answer)
            else:
                world.accounts[getter.account].learn(getter.key, getter.outputs, answer, slot=getter.slot)
        touched = {account.address: account for account in frontier}
        touched.update({g.account: world.accounts[g.account] for g in getters})
        touched.update(_proxies_to(world, frontier))
        touched.update(world.promoted)
        world.promoted.clear()
        fetch_sources(world, frontier)
        level += 1
        frontier = []
        # Nearest first: what is met from several sides is as deep as the shortest way to it.
        nearest = sorted(touched.values(), key=lambda one: one.depth)
        found = [(account.depth + 1, tuple(links_of(world, account))) for account in nearest]
        world.look_ahead(link for _, links in found for link in links)
        for depth, links in found:
            frontier += world.meet(links, depth)
        getters = []
        for account in touched.values():
            for getter in getters_of(world, account):
                if (getter.account, getter.key) not in asked and getter.key not in account.calls:
                    asked.add((getter.account, getter.key))
                    getters.append(getter)
    if world.own_views_left_out:
        far = f"views of their own of {len(world.own_views_left_out)} contracts"
        world.gap("crawl", far, Reason.LIMIT, "so far from the address only well-known getters are followed")
    if world.left_out > _NAMED_GAPS:
        rest = world.left_out - _NAMED_GAPS
        world.gap("crawl", f"{rest} further links", Reason.LIMIT, "the crawl's limit was reached: not looked at")


def _proxies_to(world: World, implementations: Sequence[Account]) -> dict[str, Account]:
    """Return the proxies in front of code that was just read: only now is it known what they answer for."""
    fresh = {account.address for account in implementations}
    return {
        account.address: account
        for account in world.accounts.values()
        if account.proxy and account.proxy.kind != "safe" and nonzero(account.proxy.implementation) in fresh
    }


def _take(frontier: Sequence[Account], probes: Sequence[Any], answers: Sequence[Any]) -> None:
    width = 3 + len(SLOTS) + len(probes)
    for index, account in enumerate(frontier):
        row = answers[index * width : (index + 1) * width]
        account.code, account.state, account.logs = row[0], row[1], row[2]
        account.slots = dict(zip(SLOTS, row[3 : 3 + len(SLOTS)], strict=True))
        for probe, answer in zip(probes, row[3 + len(SLOTS) :], strict=True):
            account.calls[probe.key] = (probe.outputs, answer)


def _take_keys(keys: Sequence[Account], answers: Sequence[Any]) -> None:
    """Take in what was asked of accounts without code: their balance. Such an account logs nothing."""
    for account, answer in zip(keys, answers, strict=False):
        account.state = answer
        how = "an account without code logs nothing"
        account.logs = Known(value=(), evidence=account.code.evidence, derivation=how)


def fetch_sources(world: World, accounts: Sequence[Account]) -> None:
    """Ask the providers for the sources of those of the accounts that have code."""
    wanted: list[Deployed] = []
    for account in accounts:
        if account.has_code and isinstance(account.code, Known):
            wanted.append(Deployed(world.chain.chain_id, account.address, account.code.value))
    if not wanted:
        return
    found: Mapping[str, Any] = world.sources.fetch_all(wanted)
    for account in accounts:
        if account.address in found:
            account.source = found[account.address]
        elif account.has_code:
            account.source = NoSource(Reason.NOT_READ, "the source providers gave no answer")
