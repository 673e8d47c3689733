"""Whom a guard lets pass now, by the state that it reads. An answer that has not been read yet is None."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from scanner.discovery.account import Account
from scanner.discovery.battery import SENTINEL
from scanner.discovery.control.roles import HAS_ROLE, read_roles
from scanner.discovery.guards.book import Book, Word, as_address, evidence_of, is_set, mapping_slot
from scanner.discovery.guards.doors import Door, Held, Named
from scanner.discovery.guards.granted import named_by_grants
from scanner.discovery.guards.managers import manager_members
from scanner.model.code import StorageVariable
from scanner.model.guards import CallerCheck
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS

_SAFE_LISTS = {"isOwner(address)": "getOwners()", "isModuleEnabled(address)": "modules"}
_ROLE_ADMIN = "getRoleAdmin(bytes32)"
MAX_ROLES_ASKED = 12
_BY_CANDIDATES = "only addresses that the DAO's facts lead to were asked about"


def named_by(door: Door, account: Account, book: Book) -> Named | None:
    """Return whom a function's guard lets pass; None while something has to be read first."""
    per_clause: list[Named] = []
    waiting = False
    for number in door.clauses:
        if not door.clause_stands(number):
            continue
        found = _clause(door, number, account, book)
        if found is None:
            waiting = True
        else:
            per_clause.append(found)
    if waiting:
        return None
    return _all_of(per_clause)


def _clause(door: Door, number: int, account: Account, book: Book) -> Named | None:
    """Return who satisfies one of the alternatives of a clause."""
    found: list[Named] = []
    for check in door.clause(number):
        answer = named_by_grants(check, account) or _READERS[check.form](check, door, account, book)
        if answer is None:
            return None
        found.append(answer)
    if any(one.anyone for one in found):
        return next(one for one in found if one.anyone)
    return _any_of(found)


def _any_of(found: list[Named]) -> Named:
    holders = {held.address: held for one in reversed(found) for held in one.holders}
    reasons = [one.reason for one in found if not one.complete]
    return Named(
        tuple(holders[address] for address in sorted(holders)),
        complete=not reasons,
        exact=all(one.exact for one in found),
        reason="; ".join(dict.fromkeys(reasons)),
        source=" or ".join(dict.fromkeys(one.source for one in found if one.source)),
        evidence=tuple(dict.fromkeys(item for one in found for item in one.evidence)),
        word=next((one.word for one in found if one.word), ""),
    )


def _all_of(found: list[Named]) -> Named:
    """Return who satisfies every clause. A clause that could not be read takes nobody out."""
    asking = [one for one in found if not one.anyone]
    evidence = tuple(dict.fromkeys(item for one in found for item in one.evidence))
    if not asking:
        return Named(anyone=True, source=" and ".join(dict.fromkeys(one.source for one in found)), evidence=evidence)
    read = [one for one in asking if one.complete or one.holders]
    if not read:
        return asking[0]
    kept = {held.address: held for held in read[0].holders}
    for one in read[1:]:
        others = {held.address for held in one.holders}
        kept = {address: held for address, held in kept.items() if address in others}
    reasons = [one.reason for one in asking if not one.complete]
    return Named(
        tuple(kept[address] for address in sorted(kept)),
        complete=not reasons,
        exact=all(one.exact for one in asking),
        reason="; ".join(dict.fromkeys(reasons)),
        source=" and ".join(dict.fromkeys(one.source for one in read if one.source)),
        evidence=evidence,
        word=next((one.word for one in asking if one.word), ""),
    )


# ------------------------------------------------------------------------------------------------- readers


def _is(check: CallerCheck, door: Door, account: Account, book: Book) -> Named | None:
    """The caller is an address that a view or a slot answers."""
    asked: Account | str = account.address
    if check.target:
        target = _target(check, account, book)
        if target is None:
            return None
        if isinstance(target, Unknown):
            return Named(complete=False, reason=f"{check.target} could not be read", source=check.reads)
        asked = target.value
    variable = _variable(door.storage, check.reads)
    answer: Word | None
    offset = 0
    if check.getter:
        answer, source = book.view(str(asked), check.getter), check.getter
    elif variable is not None and variable.size_bytes == 20:
        answer, source, offset = book.slot(account.address, variable.slot), f"slot {variable.slot}", variable.offset
    else:
        return Named(complete=False, reason=f"{check.reads} has no view and no slot of its own", source=check.reads)
    if answer is None:
        return None
    holder = as_address(answer, offset)
    shown = f"{check.reads} ({source})" if source.split("(")[0] != check.reads.split("(")[0] else source
    if isinstance(holder, Unknown):
        return Named(complete=False, reason=f"{source} does not answer", source=shown, evidence=holder.evidence)
    if holder.value == ZERO_ADDRESS:
        return Named(source=shown, evidence=holder.evidence)
    return Named((Held(holder.value, holder.evidence),), source=shown, evidence=holder.evidence)


def _target(check: CallerCheck, account: Account, book: Book) -> Known[str] | Unknown | None:
    if check.target.startswith("0x"):
        return Known(value="0x" + check.target[-40:], evidence=account.code.evidence)
    answer = book.view(account.address, check.target)
    if answer is None:
        return None
    return as_address(answer)


def _variable(storage: Iterable[StorageVariable], name: str) -> StorageVariable | None:
    found = [variable for variable in storage if variable.label == name]
    return found[0] if len(found) == 1 else None


def _in(check: CallerCheck, door: Door, account: Account, book: Book) -> Named | None:
    """Something is kept here for the caller."""
    if check.getter == HAS_ROLE and check.arguments[0].startswith("0x"):
        return _role_given(check, account, book) if check.varies else _role(check, account)
    listed = account.ask(_SAFE_LISTS.get(check.getter, "")) if check.getter in _SAFE_LISTS else None
    if isinstance(listed, Known):
        return _listed(check, listed)
    if check.getter:
        return _ask_each(check, account, account.address, book)
    variable = _variable(door.storage, check.reads.partition("[")[0])
    if variable is None or not variable.type.startswith("mapping(address =>"):
        if book.told(account) is None:
            return None
        return Named(complete=False, reason=f"{check.reads} has no view and no slot of its own", source=check.reads)
    told = book.told(account)
    if told is None:
        return None
    slot = variable.slot
    whom = dict.fromkeys((*told, *book.candidates(account)))
    asked = {who: book.slot(account.address, mapping_slot(slot, who)) for who in whom}
    return _those_set(asked, f"{check.reads} (slot {slot})", check)


def _role_given(check: CallerCheck, account: Account, book: Book) -> Named | None:
    """The caller's role goes by an argument, as in `grantRole`: who hands out a role that somebody holds."""
    found = _role(check, account)
    if found.holders or found.anyone:
        return found
    roles = sorted({member.role for member in read_roles(account).members})[:MAX_ROLES_ASKED]
    answers = {role: book.view(account.address, _ROLE_ADMIN, (role,)) for role in roles}
    if any(answer is None for answer in answers.values()):
        return None
    admins = {role: answer.value[:66] for role, answer in answers.items() if isinstance(answer, Known)}
    given = [(role, _role(check, account, admin)) for role, admin in admins.items()]
    for role, named in given:
        if named.holders:
            others = any(one.holders != named.holders for _, one in given)
            reason = "others hand out other roles" if others else named.reason
            return replace(named, word=role, complete=not reason, reason=reason)
    return found


def _role(check: CallerCheck, account: Account, asked: str = "") -> Named:
    role = asked or check.arguments[0]
    members = read_roles(account)
    holders = members.holders(role)
    anyone = any(member.address == ZERO_ADDRESS for member in holders) and check.form == "open"
    held = tuple(Held(one.address, one.evidence) for one in holders if one.address != ZERO_ADDRESS)
    doubts = members.doubts(role)
    return Named(
        held,
        anyone=anyone,
        complete=members.complete or not doubts,
        reason=members.reason,
        source=f"{HAS_ROLE} {role}",
        evidence=members.evidence if not holders else tuple(item for one in holders for item in one.evidence),
    )


def _listed(check: CallerCheck, listed: Known[Any]) -> Named:
    """A Safe's owners; or its modules, which come with the place where the list goes on."""
    rows = listed.value if check.getter == "isOwner(address)" else listed.value[0]
    held = tuple(Held(one, listed.evidence) for one in sorted({str(one).lower() for one in rows}))
    more = check.getter != "isOwner(address)" and str(listed.value[1]).lower() not in (ZERO_ADDRESS, SENTINEL)
    reason = "the Safe has more modules than were read" if more else ""
    source = _SAFE_LISTS[check.getter]
    return Named(held, complete=not more, reason=reason, source=source, evidence=listed.evidence)


def _open(check: CallerCheck, door: Door, account: Account, book: Book) -> Named | None:
    """The zero address holds the role: then nobody's name is looked at."""
    if check.getter == HAS_ROLE and check.arguments[0].startswith("0x"):
        found = _role(check, account)
        return Named(anyone=found.anyone, source=found.source, evidence=found.evidence if found.anyone else ())
    arguments = _arguments(check, door, account, book, ZERO_ADDRESS)
    if arguments is None:
        return None
    answer = book.view(account.address, check.getter, arguments)
    if answer is None:
        return None
    return Named(anyone=bool(is_set(answer)), source=check.reads, evidence=evidence_of(answer))


def _asked(check: CallerCheck, door: Door, account: Account, book: Book) -> Named | None:
    """Another contract is asked about the caller."""
    target = _target(check, account, book)
    if target is None:
        return None
    if isinstance(target, Unknown):
        return Named(complete=False, reason=f"{check.target} could not be read", source=check.reads)
    if target.value == ZERO_ADDRESS:
        return Named(source=f"{check.target} (none is set)", evidence=target.evidence)
    return _ask_each(check, account, target.value, book, door)


def _ask_each(check: CallerCheck, account: Account, asked: str, book: Book, door: Door | None = None) -> Named | None:
    """Ask about each candidate; `asked` is the contract that answers."""
    answers: dict[str, Word | None] = {}
    whom = book.world.get(asked)
    members = manager_members(whom) if whom is not None else ()
    told = book.told(account if whom is None else whom) if not members else ()
    if told is None:
        return None
    for who in dict.fromkeys(
        (*members, *told, *book.candidates(account, *([asked] if asked != account.address else [])))
    ):
        arguments = _arguments(check, door, account, book, who)
        if arguments is None:
            return None
        answers[who] = book.view(asked, check.getter, arguments)
    return _those_set(answers, check.reads, check, every=bool(members))


def _arguments(
    check: CallerCheck, door: Door | None, account: Account, book: Book, who: str
) -> tuple[object, ...] | None:
    values: list[object] = []
    for token in check.arguments:
        if token in ("caller", "zero"):
            values.append(who if token == "caller" else ZERO_ADDRESS)
        elif token == "this":
            values.append(account.address)
        elif token == "selector":
            values.append(door.selector if door is not None else "0x00000000")
        elif token.startswith("0x"):
            values.append(token)
        else:
            answer = book.view(account.address, token)
            if answer is None:
                return None
            values.append(answer.value if isinstance(answer, Known) else "0x" + "00" * 32)
    return _fitting(check.getter, values)


def _fitting(signature: str, values: list[object]) -> tuple[object, ...]:
    """Turn words into what the view's types take."""
    types = signature.partition("(")[2].removesuffix(")").split(",")
    fitted: list[object] = []
    for kind, value in zip(types, values, strict=False):
        text = str(value)
        if kind.startswith(("uint", "int")):
            fitted.append(int(text, 16))
        elif kind == "address":
            fitted.append("0x" + text[-40:])
        elif kind == "bytes4":
            fitted.append(text[:10])
        elif kind in ("bytes", "string"):
            fitted.append("0x" if kind == "bytes" else "")
        else:
            fitted.append(value)
    return tuple(fitted)


def _those_set(
    answers: dict[str, Word | None], source: str, check: CallerCheck, *, every: bool = False
) -> Named | None:
    if any(answer is None for answer in answers.values()):
        return None
    known = {who: answer for who, answer in answers.items() if isinstance(answer, Known)}
    if not known:
        return Named(complete=False, reason="it does not answer", source=source)
    holders = []
    for who, answer in sorted(known.items()):
        if (check.equals and answer.value[:66] == check.equals) or (is_set(answer) and not check.equals):
            holders.append(Held(who, answer.evidence))
        elif len(answer.value) >= 130 and (delay := int(answer.value[66:130], 16)) and delay < 2**32:
            holders.append(Held(who, answer.evidence, delay))  # AccessManager: not at once, but after a delay
    reason = "" if every else _BY_CANDIDATES
    return Named(
        tuple(holders),
        complete=every,
        exact=not check.inexact,
        reason=reason,
        source=source,
        evidence=tuple(item for answer in known.values() for item in answer.evidence),
    )


def _self(check: CallerCheck, door: Door, account: Account, book: Book) -> Named | None:
    return Named((Held(account.address),), source="the contract itself")


def _fixed(check: CallerCheck, door: Door, account: Account, book: Book) -> Named | None:
    return Named((Held(check.reads.lower()),), source="written in the code")


def _state(check: CallerCheck, door: Door, account: Account, book: Book) -> Named | None:
    """Not about the caller: everybody passes as long as a flag is as it has to be."""
    variable = _variable(door.storage, check.reads)
    if not check.arguments:
        return Named(complete=False, reason=f"whether {check.reads} was not decided", source=check.reads)
    answer: Word | None
    if check.getter:
        answer = book.view(account.address, check.getter)
    elif variable is not None:
        answer = book.slot(account.address, variable.slot)
    else:
        return Named(complete=False, reason=f"{check.reads} could not be read", source=check.reads)
    if answer is None:
        return None
    if not check.getter and variable is not None and isinstance(answer, Known):
        end = 66 - 2 * variable.offset
        part = answer.value[max(2, end - 2 * variable.size_bytes) : end]
        answer = Known(value="0x" + part.rjust(64, "0"), evidence=answer.evidence)
    found = is_set(answer)
    if found is None:
        return Named(complete=False, reason=f"{check.reads} does not answer", source=check.reads)
    passes = found == (check.arguments[0] == "truthy")
    return Named(anyone=passes, source=check.reads, evidence=evidence_of(answer))


def _other(check: CallerCheck, door: Door, account: Account, book: Book) -> Named | None:
    if book.told(account) is None:
        return None
    return Named(complete=False, reason=f"this condition was not understood: {check.reads}", source=check.reads)


_Reader = Callable[[CallerCheck, Door, Account, Book], Named | None]
_READERS: dict[str, _Reader] = {
    "is": _is,
    "in": _in,
    "open": _open,
    "asked": _asked,
    "self": _self,
    "fixed": _fixed,
    "state": _state,
    "other": _other,
}
