"""Diamonds (EIP-2535): the selector decides whose code runs. The loupe lists the facets; the storage decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.chain.abi import DecodeError, decode, selector
from scanner.code.bytecode.forwarding import Target, routed
from scanner.discovery.account import Account, Facet, ProxyMatch
from scanner.discovery.battery import DIAMOND_CUT
from scanner.discovery.forwards import address_in, left_to_code, nobody, way
from scanner.discovery.proxies.ways import slot_getter
from scanner.discovery.world import Getter
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

LOUPE = "facets()"
LOUPE_TYPE = "(address,bytes4[])[]"
CUT = selector("diamondCut((address,uint8,bytes4[])[],address,bytes)")
CUT_TYPES = ("(address,uint8,bytes4[])[]", "address", "bytes")
MAX_FACETS = 300
_CHECKED = 320
_ADD, _REPLACE, _REMOVE = range(3)


def detect(account: Account) -> ProxyMatch | None:
    """Match code that goes by the selector, or says so by its loupe; facets from the loupe, else from the logs."""
    target = way(account).target
    by_selector = target is not None and target.kind == "selector"
    if target is not None and not by_selector:
        return None
    listed = _listed(account)
    logged = _logged(account)
    if not (by_selector or way(account).complete is False) or not (listed or logged):
        return None
    if target is None and not listed:
        return None
    doubts = list(_doubts(account, listed, logged))
    facets = listed or logged
    if len(facets) > MAX_FACETS:
        doubts.append(f"{len(facets)} facets, {MAX_FACETS} are looked at")
        facets = facets[:MAX_FACETS]
    detail = f"a diamond of {len(facets)} facets: the selector decides whose code runs"
    many = Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=_evidence(account))
    return ProxyMatch("eip2535", many, _admin(account, facets), facets=facets, doubt="; ".join(doubts))


def _evidence(account: Account) -> tuple[Any, ...]:
    answer = account.ask(LOUPE)
    if isinstance(answer, Known):
        return answer.evidence
    return account.events(DIAMOND_CUT)[-1:] or account.code.evidence


def _admin(account: Account, facets: tuple[Facet, ...]) -> Known[str] | Unknown:
    """The owner (ERC-173) where a facet can cut; nobody where no selector leads to a cut."""
    if not any(CUT in facet.selectors for facet in facets) and CUT[2:] not in _code(account):
        return nobody(account, "no selector leads to diamondCut")
    owner = account.address_of("owner()")
    return owner if isinstance(owner, Known) else left_to_code("the diamond answers no owner()")


def _code(account: Account) -> str:
    return account.code.value if isinstance(account.code, Known) else ""


def _listed(account: Account) -> tuple[Facet, ...]:
    answer = account.ask(LOUPE)
    if not isinstance(answer, Known) or not isinstance(answer.value, tuple | list):
        return ()
    found: dict[str, tuple[str, ...]] = {}
    for address, selectors in answer.value:
        name = str(address).lower()
        found[name] = (*found.get(name, ()), *(str(one).lower() for one in selectors))
    return _facets(found)


def _facets(found: dict[str, tuple[str, ...]]) -> tuple[Facet, ...]:
    return tuple(
        Facet(address, tuple(sorted(set(selectors))))
        for address, selectors in sorted(found.items())
        if address != ZERO_ADDRESS and selectors
    )


def cuts(account: Account) -> Iterator[tuple[Any, tuple[tuple[str, int, tuple[str, ...]], ...]]]:
    """Yield every DiamondCut log with its (facet, action, selectors)."""
    for log in account.events(DIAMOND_CUT):
        try:
            changes = decode(CUT_TYPES, log.data)[0]
        except DecodeError:
            continue
        yield (
            log,
            tuple(
                (str(facet).lower(), int(action), tuple(str(one).lower() for one in selectors))
                for facet, action, selectors in changes
            ),
        )


def _logged(account: Account) -> tuple[Facet, ...]:
    table: dict[str, str] = {}
    for _, changes in cuts(account):
        for facet, action, selectors in changes:
            for one in selectors:
                if action == _REMOVE:
                    table.pop(one, None)
                elif action in (_ADD, _REPLACE):
                    table[one] = facet
    found: dict[str, tuple[str, ...]] = {}
    for one, facet in table.items():
        found[facet] = (*found.get(facet, ()), one)
    return _facets(found)


def _doubts(account: Account, listed: tuple[Facet, ...], logged: tuple[Facet, ...]) -> Iterator[str]:
    """Yield what speaks against the list of facets: the storage that the code reads, and the logs."""
    if not listed:
        yield "the loupe does not answer: the facets are those of the DiamondCut logs"
    stated = {one: facet.address for facet in listed or logged for one in facet.selectors}
    wrong = sorted(one for one, target in _checked(account, stated) if target != stated.get(one, ZERO_ADDRESS))
    if wrong:
        yield f"the storage routes {', '.join(wrong[:4])} to other code than the list says"
    if listed and logged and listed != logged:
        differing = {one: facet.address for facet in logged for one in facet.selectors}
        count = sum(differing.get(one) != stated.get(one) for one in {*differing, *stated})
        yield f"the DiamondCut logs disagree about {count} selectors"
    if way(account).target is None:
        yield "the code could not be followed to the table that it routes by"


def _checked(account: Account, stated: dict[str, str]) -> Iterator[tuple[str, str]]:
    for one, target in _routes(account, stated):
        found = address_in(account, target)
        if isinstance(found, Known):
            yield one, found.value


def _routes(account: Account, stated: dict[str, str]) -> Iterator[tuple[str, Target]]:
    """Yield some selectors with the slot that the code routes them by: of each facet one, and the cut."""
    code = _code(account)
    firsts: dict[str, str] = {}
    for one in sorted(stated):
        firsts.setdefault(stated[one], one)
    for one in sorted({CUT, *firsts.values()})[:_CHECKED]:
        target = routed(code, one)
        if target is not None and target.kind == "slot":
            yield one, target


def questions(account: Account) -> Iterator[Getter]:
    """Yield the loupe, and, once it answered, the slots that prove it."""
    target = way(account).target
    by_selector = target is not None and target.kind == "selector"
    if not by_selector and selector(LOUPE)[2:] not in _code(account):
        return
    yield Getter(account.address, LOUPE, (LOUPE_TYPE,))
    if not by_selector:
        return
    facets = _listed(account) or _logged(account)
    stated = {one: facet.address for facet in facets for one in facet.selectors}
    if LOUPE in account.calls:
        for _, route in _routes(account, stated):
            yield slot_getter(account, route.slot)
