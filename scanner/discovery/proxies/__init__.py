"""Proxy patterns, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.code.bytecode.opcodes import reachable_opcodes
from scanner.discovery.account import Account, ProxyMatch, nonzero
from scanner.discovery.battery import EIP1822_LOGIC, EIP1967_BEACON, EIP1967_IMPLEMENTATION
from scanner.discovery.forwards import way
from scanner.discovery.proxies import (
    aragon,
    coded,
    delegator,
    eip897,
    eip1167,
    eip1822,
    eip1967,
    eip2535,
    safe,
    zeppelinos,
)
from scanner.discovery.proxies.ways import slot_questions
from scanner.discovery.world import Getter, World, behind, behind_another
from scanner.model.observation import Known

DETECTORS: tuple[Callable[[Account], ProxyMatch | None], ...] = (
    eip1167.detect,
    safe.detect,
    aragon.detect,
    eip1967.detect,
    eip1822.detect,
    zeppelinos.detect,
    eip2535.detect,
    eip897.detect,
    delegator.detect,
    coded.detect,
)

_QUESTIONS: tuple[Callable[[Account], Iterator[Getter]], ...] = (
    aragon.questions,
    aragon.kernel_questions,
    zeppelinos.questions,
    eip2535.questions,
    delegator.questions,
    slot_questions,
)

_BY_SLOT = {
    "eip1967": EIP1967_IMPLEMENTATION,
    "eip1967-beacon": EIP1967_BEACON,
    "eip1822": EIP1822_LOGIC,
}
_SMALL_CODE_BYTES = 1_500
BEACON_KINDS = frozenset({"eip1967-beacon", "beacon"})
"""Kinds whose `admin` is the contract that names the implementation."""


def detect(account: Account) -> ProxyMatch | None:
    """Return how the account forwards its calls; kind `unresolved` where it does in a way none of these explains."""
    if not account.has_code or not isinstance(account.code, Known):
        return None
    for detector in DETECTORS:
        match = detector(account)
        if match is not None and not _contradicted(account, match):
            return match
    if way(account).complete or account.verified is not None or len(account.code.value) // 2 >= _SMALL_CODE_BYTES:
        return None
    opcodes = reachable_opcodes(account.code.value)
    if opcodes is not None and "DELEGATECALL" in opcodes:
        why = "small code that delegatecalls in a way no known proxy pattern explains"
        return coded.unresolved(account, None, why)
    return None


def _contradicted(account: Account, match: ProxyMatch) -> bool:
    """Whether the code takes its target from elsewhere than the slot that a standard names: bait for explorers."""
    slot = _BY_SLOT.get(match.kind)
    target = way(account).target
    if slot is None or target is None:
        return False
    if target.kind == "selector":
        return True
    read = target.asked if target.kind == "answer" else target
    if read is None or read.kind not in ("slot", "constant"):
        return False
    if read.kind == "slot":
        return read.slot != slot
    return nonzero(match.admin) != read.address


def proxy_questions(world: World, account: Account) -> Iterator[Getter]:
    """Yield what a contract is asked because its own code shows that it may be a certain kind of proxy, and what the
    proxies that lead to it are asked because its code runs in their storage."""
    if not account.has_code:
        return
    for questions in _QUESTIONS:
        yield from questions(account)
    if account.proxy is None:
        return
    for first in world.accounts.values():
        if first is not account and first.proxy is not None and account in behind(world, first)[0]:
            yield from slot_questions(first, account)


def nested_links(world: World, account: Account) -> Iterator[str]:
    """Yield whose code runs behind a proxy that is behind this one: its own storage decides, and it may be others'."""
    line, _ = behind(world, account)
    for code in line[1:]:
        if code.proxy is not None and (target := nonzero(behind_another(world, account, code))):
            yield target
