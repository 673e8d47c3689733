"""Where direct counterparties stand on lists. The one place where addresses are compared with lists.

A pure step between a snapshot and its judging: the same snapshot and the same lists give the same hits. Nothing is
inferred about anybody further away than the counterparties that the snapshot names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from scanner.lists.interface import AddressList, ListEntry, is_day
from scanner.model.errors import UsageError
from scanner.model.evidence import Evidence
from scanner.model.lists import Counterparty, ListHit, ListUsed
from scanner.model.observation import Collection
from scanner.model.snapshot import InputDigest, Snapshot
from scanner.model.values import changed

STALE_DAYS = 30
NO_DATE = -1_000_000
INPUT = "list "
"""How the name of the digest of a list begins among the inputs of a snapshot."""


@dataclass(frozen=True)
class Edition:
    """One edition with its EVM entries by address."""

    list: AddressList
    by_address: Mapping[str, tuple[ListEntry, ...]]
    kinds: frozenset[str]


def with_lists(snapshot: Snapshot, lists: Sequence[AddressList]) -> Snapshot:
    """Return the snapshot with the hits of these lists in place of any earlier ones, and with their digests."""
    day = datetime.fromtimestamp(snapshot.as_of, UTC).date()
    names = editions_by_name(lists)
    used = tuple(_used(edition.list, day, editions) for editions in names for edition in editions)
    proposals = {f"{one.governor}#{one.id}": one.evidence for one in snapshot.proposals.items}
    hits = tuple(
        hit
        for party in snapshot.dao.counterparties.items
        for editions in names
        for hit in _hits(party, editions, day, _evidence(party, proposals))
    )
    parties = snapshot.dao.counterparties
    complete = bool(lists) and parties.complete
    reason = "" if complete else "no address list was given (--list FILE)" if not lists else parties.reason
    dao = changed(
        snapshot.dao,
        list_count=len(used),
        lists=used,
        listed=Collection[ListHit](items=hits, complete=complete, reason=reason),
        listed_texts=tuple(dict.fromkeys(hit.text for hit in hits)),
    )
    digests = {f"{INPUT}{one.name}{f' of {one.published}' if one.published else ''}": one.sha256 for one in used}
    others = tuple(one for one in snapshot.inputs if not one.name.startswith(INPUT))
    given = tuple(InputDigest(name=name, sha256=digest) for name, digest in sorted(digests.items()))
    return snapshot.model_copy(update={"dao": dao, "inputs": (*others, *given)})


def editions_by_name(lists: Iterable[AddressList]) -> tuple[tuple[Edition, ...], ...]:
    """Return the editions of each name, oldest first; one without a date comes first.

    Raises UsageError for two different editions of one name and day: which of them holds could not be said.
    """
    ordered = sorted(lists, key=lambda one: (one.name.casefold(), one.published, one.sha256))
    found = []
    for _, group in groupby(ordered, key=lambda one: one.name.casefold()):
        editions: dict[str, AddressList] = {}
        for one in group:
            other = editions.setdefault(one.published, one)
            if other.sha256 != one.sha256:
                day = one.published or "no date"
                raise UsageError(
                    f"two different lists are named {one.name} of {day}",
                    where=f"{other.file} and {one.file}",
                    hint="name and date each edition: daoscan lists import FILE --name NAME --published DATE",
                )
        found.append(tuple(_edition(one) for one in editions.values()))
    return tuple(found)


def _edition(one: AddressList) -> Edition:
    by_address: dict[str, list[ListEntry]] = {}
    for entry in one.entries:
        if entry.evm:
            by_address.setdefault(entry.address, []).append(entry)
    kinds = frozenset(_comparable(entry) for entry in one.entries if entry.evm)
    return Edition(one, {address: tuple(entries) for address, entries in by_address.items()}, kinds)


def _comparable(entry: ListEntry) -> str:
    """The currency under which a list names an EVM address; where it names none, Ethereum's."""
    ticker = entry.kind.rpartition(" - ")[2] if " - " in entry.kind else ""
    return ticker or "ETH"


def _used(one: AddressList, day: date, editions: Sequence[Edition]) -> ListUsed:
    age = _age(one, day)
    return ListUsed(
        name=one.name,
        published=one.published,
        source=one.source,
        sha256=one.sha256,
        entries=len(one.entries),
        evm_entries=sum(entry.evm for entry in one.entries),
        age_days=age,
        stale=_stale(age),
        latest=one is editions[-1].list,
    )


def _age(one: AddressList, day: date) -> int:
    return (day - date.fromisoformat(one.published)).days if one.published else NO_DATE


def _stale(age: int) -> bool:
    return age > STALE_DAYS or age == NO_DATE


def _evidence(party: Counterparty, proposals: Mapping[str, tuple[Evidence, ...]]) -> tuple[Evidence, ...]:
    pieces = [*party.evidence, *(piece for key in party.proposals for piece in proposals.get(key, ()))]
    return tuple(dict.fromkeys(pieces))


def _hits(
    party: Counterparty, editions: Sequence[Edition], day: date, evidence: tuple[Evidence, ...]
) -> Iterable[ListHit]:
    """Yield what the editions of one list say about one counterparty."""
    holding = [index for index, edition in enumerate(editions) if party.address in edition.by_address]
    if not holding:
        return
    last, later = editions[holding[-1]], editions[holding[-1] + 1 :]
    age = _age(editions[-1].list, day)
    for entry in last.by_address[party.address]:
        absent = _first_absent(last, later, entry)
        gone = absent or _delisted_by_then(last.list, entry)
        hit = ListHit(
            address=party.address,
            list_name=last.list.name,
            entity=entry.entity,
            list_date=last.list.published,
            status="formerly-listed" if gone else "listed",
            relation=", ".join(party.relations),
            evidence=evidence,
            program=entry.program,
            chain=entry.chain,
            first_absent=absent,
            noted_delisted=entry.delisted,
            stale=_stale(age),
        )
        yield hit.model_copy(update={"text": _sentence(hit, age=age, later=bool(later), newest=editions[-1].list)})


def _first_absent(last: Edition, later: Sequence[Edition], entry: ListEntry) -> str:
    """Return the day of the first later edition that could have held the entry and does not."""
    if not last.list.published:
        return ""  # nothing is known to be later than a list without a date
    kind = _comparable(entry)
    return next((edition.list.published for edition in later if kind in edition.kinds), "")


def _delisted_by_then(one: AddressList, entry: ListEntry) -> bool:
    """Whether the edition itself says that the entry was history on the day when it was published."""
    return is_day(entry.delisted) and bool(one.published) and entry.delisted <= one.published


def _sentence(hit: ListHit, *, age: int, later: bool, newest: AddressList) -> str:
    who = f" as {hit.entity}" if hit.entity else ""
    programme = f" ({hit.program})" if hit.program else ""
    date_of = f"of {hit.list_date}" if hit.list_date else "that carries no date"
    if hit.first_absent:
        text = (
            f"{hit.address}: formerly listed{who}{programme}: last seen {hit.list_date},"
            f" first absent {hit.first_absent}, list {hit.list_name}"
        )
    elif hit.status == "formerly-listed":
        text = (
            f"{hit.address}: formerly listed{who}{programme}: the list {hit.list_name} {date_of} itself gives"
            f" {hit.noted_delisted} as the day of delisting"
        )
    else:
        text = f"{hit.address}: on the list {date_of}{who}{programme}, list {hit.list_name}"
        if hit.noted_delisted:
            text += f"; the list itself notes a delisting: {hit.noted_delisted}"
        if later:
            text += f"; the edition {newest.published or 'without date'} holds no entries of this kind to compare with"
    text += f"; met as {hit.relation}"
    if hit.stale:
        text += "; its age is not known" if age == NO_DATE else f"; the newest edition given was {age} days old"
    return text
