"""Who makes a contract act by messages from another chain: told by the getters of its bridge, on the chain it names.

That a contract names a sender is no proof that it hears nobody else. So whoever is named stays unresolved, and what
else leads to the contract (an owner, guards, roles) is followed as anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from scanner.chain.abi import DecodeError, decode, selector, topic
from scanner.chain.aliases import PARENTS
from scanner.chain.numbers import ELSEWHERE, axelar, axelar_id, layer_zero, layer_zero_id
from scanner.discovery.account import Account, nonzero
from scanner.discovery.asking import has_selector
from scanner.discovery.executors.interface import Caller, Callers
from scanner.discovery.world import Getter, World, running_code
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


@dataclass(frozen=True)
class Bridge:
    """How receivers of one bridge name their sender, and who hands messages on where they name that as well.

    Without a `parent` the sender is on the parent of the chain that is read.
    """

    words: str
    senders: tuple[str, ...]
    hands: tuple[str, ...] = ()
    parent: int = 0


BRIDGES: tuple[Bridge, ...] = (
    Bridge(
        "the OP stack's messenger",
        ("l1Owner()", "L1_OWNER()", "l1Governor()", "l1Timelock()", "l1Governance()", "remoteOwner()"),
        (
            "messenger()",
            "MESSENGER()",
            "crossDomainMessenger()",
            "l2CrossDomainMessenger()",
            "CROSS_DOMAIN_MESSENGER()",
        ),
    ),
    Bridge("Polygon's state bridge", ("getFxRootSender()",), ("getFxChild()",), parent=1),
    Bridge("Polygon's state bridge", ("fxRootSender()", "fxRootTunnel()"), ("fxChild()",), parent=1),
    Bridge("the rollup's bridge", ("getEthereumGovernanceExecutor()",)),
    Bridge("the rollup's bridge", ("govTimelock()",), ("localTimelock()",)),
)
"""Uniswap's CrossChainAccount and its like, FxPortal and Aave's bridge executors, Compound's bridge receivers; the
first that answers counts."""

_PEER_SET = topic("PeerSet(uint32,bytes32)")
_TRUSTED = (topic("SetTrustedRemote(uint16,bytes)"), topic("SetTrustedRemoteAddress(uint16,bytes)"))
_ENDPOINTS = ("endpoint()", "lzEndpoint()")
_RECEIVE = (
    "lzReceive((uint32,bytes32,uint64),bytes32,bytes,address,bytes)",
    "lzReceive(uint16,bytes,uint64,bytes)",
)
_AXELAR = (("governanceChain()", "string"), ("governanceAddress()", "string"))
_DELAYS = ("getDelay()", "minimumTimeLockDelay()")
_MOST = 12
"""Getters that one contract is asked: more names of senders have no receivers."""

Wait = Known[int] | Unknown | None
"""A delay in seconds; None where nothing says that there is one."""

MESSENGERS = {
    (10, "0x4200000000000000000000000000000000000007"): 1,
    (8453, "0x4200000000000000000000000000000000000007"): 1,
    (100, "0x75df5af045d91108662d8080fd1fefad6aa0bb59"): 1,
    (1, "0x4c36d2919e407f0cc2ee3c993ccf8ac26d9ce64e"): 100,
}
"""(chain, contract) -> the chain whose messages it hands to whoever they are for: the OP stack's messenger (at the same
address on each of its chains), the arbitrary message bridge of Gnosis."""

_OP_MESSENGER = "0x4200000000000000000000000000000000000007"


def messages_from(chain_id: int, address: str) -> str:
    """Return in words the chain whose messages a contract hands on, to anybody; empty for any other contract."""
    known = MESSENGERS.get((chain_id, address))
    if known is None and address == _OP_MESSENGER and chain_id in PARENTS:
        known = PARENTS[chain_id]
    return f"chain {known}" if known else ""


def crossing_getters(account: Account, code: str) -> Iterator[Getter]:
    """Yield what a contract is asked that may act by messages; `code` is what runs there, in hex."""
    here = account.address
    asked: list[tuple[str, str]] = []
    for one in BRIDGES:
        if _may_be(one, code):
            asked += [
                (getter, "address") for getter in (*one.senders, *one.hands) if has_selector(code, selector(getter))
            ]
    if _hears(code):
        asked += [(getter, "address") for getter in _ENDPOINTS]
        yield Getter(here, "", (), named="who is heard through LayerZero", topics=(_PEER_SET, *_TRUSTED))
    if all(has_selector(code, selector(getter)) for getter, _ in _AXELAR):
        asked += _AXELAR
    if asked:
        asked += [(getter, "uint256") for getter in _DELAYS if has_selector(code, selector(getter))]
    yield from (Getter(here, getter, (kind,)) for getter, kind in asked[:_MOST])


def called_in(world: World, caller: Caller) -> str:
    """Return where somebody on another chain is, after what a manifest calls them, as it stands behind an address."""
    named = (one for ones in world.away.values() for one in ones if one.address == caller.address)
    what = next((one.what for one in named if caller.chain == f"chain {one.chain_id}"), "")
    return f"{f' ({what} of the manifest)' if what else ''} on {caller.chain}"


def wait_there(caller: Caller, here: Wait) -> Known[int] | Unknown:
    """Return what is known of the wait of somebody on another chain, where it is not read.

    Beside a wait `here` nothing is added: that is the least of it. Without one nobody knows whether there is any.
    """
    if isinstance(here, Known) and here.value:
        return Known(value=0, evidence=caller.evidence, derivation=f"what waits on {caller.chain} comes on top")
    detail = f"what waits on {caller.chain} was not read"
    return Unknown(reason=Reason.OFF_CHAIN, detail=detail, evidence=caller.evidence)


def senders(world: World, account: Account) -> Callers:
    """Return who makes a contract act from another chain; nobody where it names none. Not complete, for the reason
    given, where what it names could not be read."""
    code = running_code(world, account)
    found = [*_of_bridges(account, code, world.chain.chain_id)]
    reason = ""
    if _hears(code) and nonzero(account.address_of(*_ENDPOINTS)):
        try:
            found += _peers(account)
        except (DecodeError, ValueError):
            reason = "a log of whom it hears through LayerZero could not be decoded"
        if isinstance(account.logs, Unknown):
            reason = f"whom it hears through LayerZero could not be read: {account.logs.detail}"
    if account.answers(*(getter for getter, _ in _AXELAR)):
        governs = _of_axelar(account)
        found += governs.items
        reason = reason or governs.reason
    return Callers(tuple(found), not reason, reason)


def _of_bridges(account: Account, code: str, chain_id: int) -> Iterable[Caller]:
    for one in BRIDGES:
        sender = account.address_of(*one.senders)
        hands = nonzero(account.address_of(*one.hands)) if one.hands else None
        if _may_be(one, code) and (who := nonzero(sender)) and (hands or not one.hands):
            where = one.parent or PARENTS.get(chain_id, 0)
            chain = f"chain {where}" if where else ELSEWHERE
            words = f"sender of messages through {one.words}"
            return (Caller(who, words, sender.evidence, delay=_waits(account), chain=chain),)
    return ()


def _waits(account: Account) -> Wait:
    """Return the delay that a receiver names, in seconds; None where it names none."""
    return next((answer for one in _DELAYS if isinstance(answer := account.ask(one), Known)), None)


def _peers(account: Account) -> Iterator[Caller]:
    """Yield who is heard on each chain, by the last log; raises DecodeError and ValueError."""
    last: dict[int, tuple[str, LogEvidence]] = {}
    for log in account.logs.value if isinstance(account.logs, Known) else ():
        if log.address != account.address or not log.topics:
            continue
        if log.topics[0] == _PEER_SET:
            number, peer = decode(("uint32", "bytes32"), log.data)
            last[int(number)] = (f"0x{str(peer)[-40:]}", log)
        elif log.topics[0] in _TRUSTED:
            number, path = decode(("uint16", "bytes"), log.data)
            last[int(number)] = (str(path)[:42] if len(str(path)) >= 42 else ZERO_ADDRESS, log)
    for number, (who, log) in sorted(last.items()):
        if who != ZERO_ADDRESS:
            where = layer_zero_id(number)
            chain = f"chain {where}" if where else layer_zero(number)
            yield Caller(who, "peer through LayerZero", (log,), chain=chain)


def _of_axelar(account: Account) -> Callers:
    """Return the account that governs by messages through Axelar, which names it in text."""
    chain, who = (account.ask(getter) for getter, _ in _AXELAR)
    if isinstance(chain, Unknown) or isinstance(who, Unknown):
        return Callers(complete=False, reason="who governs it by messages could not be read")
    name, text = str(chain.value), str(who.value).lower()
    where = f"chain {axelar_id(name)}" if axelar_id(name) else axelar(name)
    evidence = (*chain.evidence, *who.evidence)
    is_address = len(text) == 42 and text[:2] == "0x" and all(one in "0123456789abcdef" for one in text[2:])
    if not is_address:
        reason = f"it is governed by an account of {where} that is no address of 20 bytes"
        return Callers(complete=False, reason=reason, evidence=evidence)
    return Callers((Caller(text, "governance through Axelar", evidence, delay=_waits(account), chain=where),))


@lru_cache(maxsize=128)
def _mark(getter: str) -> str:
    """Return the selector of one of the views above; every contract is asked for all of them."""
    return selector(getter)


def _may_be(one: Bridge, code: str) -> bool:
    named = any(has_selector(code, _mark(getter)) for getter in one.senders)
    return named and (not one.hands or any(has_selector(code, _mark(getter)) for getter in one.hands))


def _hears(code: str) -> bool:
    return any(has_selector(code, _mark(one)) for one in _RECEIVE)
