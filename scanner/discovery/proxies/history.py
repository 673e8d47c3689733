"""How the code behind a proxy changed, from logs: its own, its beacon's, or those of the kernel that names its code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scanner.chain.interface import BlockRead, CodeRead
from scanner.discovery import battery
from scanner.discovery.account import Account, nonzero
from scanner.discovery.proxies import BEACON_KINDS
from scanner.discovery.proxies.aragon import APP_BASES, CORE, KERNEL_ID
from scanner.discovery.proxies.eip2535 import cuts
from scanner.discovery.world import World, fetch_sources
from scanner.model.evidence import BlockEvidence, LogEvidence
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.upgrades import Upgrade
from scanner.model.values import ZERO_ADDRESS

FIXED = frozenset({"eip1167", "fixed", "aragon-pinned"})
"""Kinds whose target cannot change."""

MAX_FORMER = 3
"""How many implementations before the present one are looked at."""

_DAY = 86_400
_CODE = frozenset({"implementation", "beacon", "facet", "facet-removed"})
_REMOVE = 2


def _topic(number: int) -> Callable[[LogEvidence], str]:
    return lambda log: "0x" + log.topics[number][-40:] if len(log.topics) > number else ""


def _data(word: int) -> Callable[[LogEvidence], str]:
    return lambda log: "0x" + log.data[2 + 64 * word + 24 : 2 + 64 * (word + 1)]


def _either(log: LogEvidence) -> str:
    """EIP-1967 indexes the address; ZeppelinOS did not at first."""
    return _topic(1)(log) or _data(0)(log)


def _new(log: LogEvidence) -> str:
    """The second of (old, new), indexed or not."""
    return _topic(2)(log) or _data(1)(log)


_EVENTS: tuple[tuple[str, str, Callable[[LogEvidence], str]], ...] = (
    (battery.UPGRADED, "implementation", _either),
    (battery.UPGRADED_VERSION, "implementation", _topic(1)),
    (battery.NEW_IMPLEMENTATION, "implementation", _new),
    (battery.PROXY_UPDATED, "implementation", _topic(1)),
    (battery.CHANGED_MASTER_COPY, "implementation", _data(0)),
    (battery.BEACON_UPGRADED, "beacon", _topic(1)),
    (battery.ADMIN_CHANGED, "admin", _new),
)


@dataclass
class History:
    """Per proxy what its logs tell, oldest first; the implementations before the present ones; headers of blocks."""

    changes: dict[str, tuple[Upgrade, ...]] = field(default_factory=dict)
    former: dict[str, Account] = field(default_factory=dict)
    blocks: dict[int, Known[BlockEvidence] | Unknown] = field(default_factory=dict)


def read_history(world: World) -> History:
    """Return the history of every proxy in scope. Code and sources of implementations that were replaced are read in
    one level, where there are any."""
    changes = {address: changes_of(world, account) for address, account in world.accounts.items() if account.proxy}
    wanted = dict.fromkeys(
        one for address in changes for one in line_of(changes[address])[-MAX_FORMER - 1 :] if one not in world.accounts
    )
    former = {address: Account(address, why=["an implementation that was replaced"]) for address in wanted}
    answers = world.chain.read([CodeRead(address) for address in former]) if former else ()
    for account, answer in zip(former.values(), answers, strict=True):
        account.code = answer
    fetch_sources(world, tuple(former.values()))
    return History(changes, former)


def line_of(changes: Sequence[Upgrade]) -> tuple[str, ...]:
    """Return the implementations one after the other, oldest first, no two alike in a row."""
    found: list[str] = []
    for one in changes:
        if one.what == "implementation" and one.address != ZERO_ADDRESS and found[-1:] != [one.address]:
            found.append(one.address)
    return tuple(found)


def changes_of(world: World, account: Account) -> tuple[Upgrade, ...]:
    """Return what the logs tell of one proxy, oldest first."""
    found = [*_own(account), *_cut(account), *_named(world, account)]
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


_Placed = tuple[tuple[int, int, int], Upgrade]


def _own(account: Account) -> Iterator[_Placed]:
    for topic, what, read in _EVENTS:
        for log in account.events(topic):
            yield from _change(what, read(log), log)


def _change(what: str, address: str, log: LogEvidence, place: int = 0) -> Iterator[_Placed]:
    if len(address) != len(ZERO_ADDRESS):
        return
    upgrade = Upgrade(
        what=what,
        address=address,
        block_number=log.block_number,
        transaction_hash=log.transaction_hash,
        evidence=(log,),
    )
    yield (log.block_number, log.log_index, place), upgrade


def _cut(account: Account) -> Iterator[_Placed]:
    for log, changes in cuts(account):
        for place, (facet, action, _) in enumerate(changes):
            yield from _change("facet-removed" if action == _REMOVE else "facet", facet, log, place)


def _named(world: World, account: Account) -> Iterator[_Placed]:
    """What others log of the code that runs here: the beacon, or Aragon's kernel."""
    proxy = account.proxy
    assert proxy is not None
    if proxy.kind in BEACON_KINDS and (beacon := world.get(nonzero(proxy.admin) or "")) is not None:
        for log in beacon.events(battery.UPGRADED):
            yield from _change("implementation", _either(log), log)
    pair = _app(account)
    kernel = account if proxy.kind == "aragon-kernel" else world.get(nonzero(proxy.admin) or "")
    for log in kernel.events(battery.SET_APP) if pair and kernel is not None else ():
        if log.topics[1:3] == pair:
            yield from _change("implementation", _data(0)(log), log)


def _app(account: Account) -> tuple[str, str] | None:
    """Under which namespace and id a kernel keeps the code that runs here."""
    kind = account.proxy.kind if account.proxy else ""
    if kind == "aragon-kernel":
        return CORE, KERNEL_ID
    number = account.ask("appId()") if kind == "aragon-app" else None
    return (APP_BASES, str(number.value)) if isinstance(number, Known) else None


def block_reads(history: History) -> list[BlockRead]:
    """Return the headers that tell when each proxy's code was set last."""
    numbers = {last.block_number for changes in history.changes.values() if (last := _last(changes)) is not None}
    return [BlockRead(number) for number in sorted(numbers)]


def take_blocks(
    history: History, reads: Iterable[BlockRead], answers: Iterable[Known[BlockEvidence] | Unknown]
) -> None:
    """Take in the answers to `block_reads`."""
    history.blocks.update(zip((read.number for read in reads), answers, strict=True))


def _last(changes: Sequence[Upgrade]) -> Upgrade | None:
    return next((one for one in reversed(changes) if one.what in _CODE), None)


def facts_of(world: World, history: History, account: Account) -> dict[str, object]:
    """Return the fields of Contract that tell how its code changed."""
    if account.proxy is None:
        nothing = Known(value=0, evidence=account.code.evidence, derivation="no proxy: its code cannot be replaced")
        never = Unknown(reason=Reason.NOT_SUPPORTED, detail="its code cannot be replaced")
        none = Collection[Upgrade](items=(), complete=True)
        return {"upgrades": none, "upgrade_count": nothing, "days_since_upgrade": never}
    changes = history.changes.get(account.address, ())
    why = _incomplete(account, changes)
    newest = Collection[Upgrade](items=tuple(reversed(changes)), complete=not why, reason=why)
    return {
        "upgrades": newest,
        "upgrade_count": _count(account, changes, why),
        "days_since_upgrade": _days(world, history, changes),
    }


def _incomplete(account: Account, changes: Sequence[Upgrade]) -> str:
    """Why the logs may not tell everything; empty where they agree with what runs now."""
    proxy = account.proxy
    assert proxy is not None
    if proxy.kind in FIXED:
        return ""
    if isinstance(account.logs, Unknown):
        return f"{account.logs.reason.value}: {account.logs.detail}"
    if proxy.kind == "eip2535":
        return proxy.doubt or ("" if changes else "no log tells how the facets came")
    now = nonzero(proxy.implementation)
    line = line_of(changes)
    if now is None:
        return "the implementation is not known"
    if not line:
        return "no log tells of the code that runs now"
    return "" if line[-1] == now else "the newest log names other code than runs now"


def _count(account: Account, changes: Sequence[Upgrade], why: str) -> Known[int] | Unknown:
    evidence = tuple(piece for one in changes for piece in one.evidence)[-12:] or account.code.evidence
    if why:
        return Unknown(reason=Reason.UNRESOLVED, detail=why, evidence=evidence)
    proxy = account.proxy
    if proxy is not None and proxy.kind in FIXED:
        return Known(value=0, evidence=account.code.evidence, derivation="the target cannot change")
    times = list(dict.fromkeys((one.block_number, one.transaction_hash) for one in changes if one.what in _CODE))
    if proxy is not None and proxy.kind != "eip2535":
        line = line_of(changes)
        return Known(value=max(0, len(line) - 1), evidence=evidence, derivation="logged implementations less the first")
    return Known(value=max(0, len(times) - 1), evidence=evidence, derivation="transactions that cut, less the first")


def _days(world: World, history: History, changes: Sequence[Upgrade]) -> Known[int] | Unknown:
    last = _last(changes)
    if last is None:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="no log tells of an upgrade")
    header = history.blocks.get(last.block_number, Unknown(reason=Reason.NOT_READ, detail="header not read"))
    if isinstance(header, Unknown):
        return header
    seconds = max(0, world.chain.block.timestamp - header.value.timestamp)
    return Known(value=seconds // _DAY, evidence=header.evidence + last.evidence, derivation="whole days")


def former_jobs(history: History) -> Mapping[str, Account]:
    """Return the implementations that were replaced and have code, by address."""
    return {address: account for address, account in history.former.items() if account.has_code}
