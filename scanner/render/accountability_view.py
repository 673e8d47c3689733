"""Who answers for the structure, and where direct counterparties stand on lists, as a page shows them.

What is missing reads "not evidenced", never "none". The DAO's response is printed as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scanner.locale.locale import Locale
from scanner.model.accountability import Audit, Document, PublicIdentifier, Response, Source, Wrapper
from scanner.model.lists import ListHit, ListUsed, WatchHit
from scanner.model.observation import Known, Unknown
from scanner.render.lookup import Lookup
from scanner.render.register import Cited
from scanner.render.shown import Shown, as_answer, as_number, shown
from scanner.render.shown import unknown as unknown_shown


@dataclass(frozen=True)
class Row:
    """One fact with the evidence behind it."""

    name: str
    value: Shown
    evidence: Cited


@dataclass(frozen=True)
class DocumentRow:
    """A document or an audit that somebody names."""

    what: str
    where: str
    said_by: str
    digest: Shown
    evidence: Cited


@dataclass(frozen=True)
class ResponseView:
    """The DAO's words; `about` is empty when they are about the whole."""

    about: str
    by: str
    text: str


@dataclass(frozen=True)
class HitView:
    """A counterparty on a list."""

    address: str
    entity: str
    relation: str
    said: str
    notes: tuple[str, ...]
    evidence: Cited


@dataclass(frozen=True)
class ListView:
    """An edition of a list that was compared."""

    name: str
    published: str
    age: str
    stale: bool
    entries: str
    source: str
    sha256: str


@dataclass(frozen=True)
class AccountabilityView:
    """Everything that the section prints."""

    facts: tuple[Row, ...]
    identifiers: tuple[Row, ...]
    audits: tuple[DocumentRow, ...]
    documents: tuple[DocumentRow, ...]
    responses: tuple[ResponseView, ...]
    lists: tuple[ListView, ...]
    hits: tuple[HitView, ...]
    watched: tuple[Row, ...]
    watch_count: int
    parties: str
    oracle: str
    oracle_said: str


def accountability_view(lookup: Lookup) -> AccountabilityView:
    """Return what is evidenced about accountability and listed exposure, in the words of the page."""
    t, dao = lookup.t, lookup.snapshot.dao
    told = dao.accountability
    parties = dao.counterparties
    count = "lists.parties" if parties.complete else "lists.parties_partial"
    return AccountabilityView(
        facts=_facts(lookup),
        identifiers=tuple(_identifier(lookup, one) for one in told.identifiers.items),
        audits=tuple(_audit(lookup, one) for one in told.audits.items),
        documents=tuple(_document(lookup, one) for one in told.documents.items),
        responses=tuple(_response(t, one) for one in told.responses),
        lists=tuple(_list(t, one) for one in dao.lists),
        hits=tuple(_hit(lookup, one, dao.lists) for one in dao.listed.items),
        watched=tuple(_watched(lookup, one) for one in dao.watched.items),
        watch_count=dao.watch_count,
        parties=t(count, n=len(parties.items)),
        oracle=dao.sanctions_oracle,
        oracle_said=_oracle(lookup),
    )


def evidenced(t: Locale, observation: Known[Any] | Unknown) -> Shown:
    """Return a statement as it was made; "not evidenced" with the reason where there is none."""
    if isinstance(observation, Unknown):
        if observation.reason.on_chain:
            return unknown_shown(t, observation)
        why = observation.detail.removeprefix("not evidenced: ")
        text = t("accountability.not_evidenced_why", why=why) if why else t("accountability.not_evidenced")
        return Shown(text, known=False, evidence=observation.evidence)
    if observation.value is False:
        text = t("accountability.not_evidenced")
        return Shown(text, known=False, evidence=observation.evidence)
    if observation.value is True:
        return Shown(t("accountability.evidenced"), observation.derivation, evidence=observation.evidence)
    return shown(t, observation, str)


def _facts(lookup: Lookup) -> tuple[Row, ...]:
    t, dao = lookup.t, lookup.snapshot.dao
    told = dao.accountability
    uri = dao.dao_uri
    pairs: list[tuple[str, Shown, Known[Any] | Unknown]] = [
        ("legal_document", evidenced(t, dao.legal_document), dao.legal_document),
        ("contact_evidenced", evidenced(t, dao.contact), dao.contact),
        ("wrapper", shown(t, told.wrapper, lambda one: _wrapper(t, one)), told.wrapper),
    ]
    if isinstance(told.wrapper, Unknown):
        pairs[-1] = ("wrapper", evidenced(t, told.wrapper), told.wrapper)
    for name in ("legal_name", "jurisdiction", "registry", "registration_number", "formed_on"):
        fact: Known[str] | Unknown = getattr(told, name)
        pairs.append((name, evidenced(t, fact), fact))
    for name in ("contact", "incident_contact"):
        fact = getattr(told, name)
        pairs.append((name, evidenced(t, fact), fact))
    pairs.append(("identifier_in_scope", _in_scope(t, told.identifier_in_scope), told.identifier_in_scope))
    empty = isinstance(uri, Known) and not uri.value
    shown_uri = Shown(t("accountability.not_evidenced"), known=False) if empty else shown(t, uri, str)
    pairs.append(("dao_uri", shown_uri, uri))
    pairs.append(("dao_document", evidenced(t, told.dao_document), told.dao_document))
    for name in ("declared_out_of_scope", "undeclared_treasuries"):
        number: Known[int] | Unknown = getattr(told, name)
        value = as_number(t, number) if isinstance(number, Known) else evidenced(t, number)
        pairs.append((name, value, number))
    cite = lookup.register.cite
    return tuple(Row(t(f"accountability.{name}"), value, cite(fact.evidence)) for name, value, fact in pairs)


def _wrapper(t: Locale, wrapper: Wrapper) -> str:
    return t(f"wrapper.{wrapper.value}")


def _in_scope(t: Locale, observation: Known[bool] | Unknown) -> Shown:
    return as_answer(t, observation) if isinstance(observation, Known) else evidenced(t, observation)


def _identifier(lookup: Lookup, one: PublicIdentifier) -> Row:
    return Row(one.identifier, _in_scope(lookup.t, one.in_scope), lookup.register.cite(one.in_scope.evidence))


def _audit(lookup: Lookup, one: Audit) -> DocumentRow:
    t = lookup.t
    commit = t("accountability.commit", commit=one.commit) if one.commit else t("accountability.no_commit")
    return DocumentRow(
        what=t("accountability.audit", auditor=one.auditor, date=one.date),
        where=one.report or t("accountability.not_evidenced"),
        said_by=commit,
        digest=evidenced(t, one.sha256),
        evidence=lookup.register.cite(one.evidence),
    )


def _document(lookup: Lookup, one: Document) -> DocumentRow:
    t = lookup.t
    by = "accountability.by_operator" if one.source is Source.OPERATOR else "accountability.by_dao_uri"
    return DocumentRow(
        what=f"{one.what}: {one.title}" if one.title else one.what,
        where=one.uri or one.file,
        said_by=t(by),
        digest=evidenced(t, one.sha256),
        evidence=lookup.register.cite(one.evidence),
    )


def _response(t: Locale, one: Response) -> ResponseView:
    about = t("accountability.response_about", about=one.about) if one.about else t("accountability.response_whole")
    by = t.joined([part for part in (one.author, one.date) if part], "comma")
    return ResponseView(about, by, one.text)


def _list(t: Locale, one: ListUsed) -> ListView:
    dated = bool(one.published)
    return ListView(
        name=one.name,
        published=one.published or t("lists.no_date"),
        age=_age(t, one) if dated else t("lists.age_unknown"),
        stale=one.stale,
        entries=t("lists.entries", n=one.entries, evm=one.evm_entries),
        source=one.source or t("lists.no_source"),
        sha256=one.sha256.removeprefix("0x"),
    )


def _age(t: Locale, one: ListUsed) -> str:
    return t("lists.age", n=one.age_days) if one.age_days >= 0 else t("lists.later", n=-one.age_days)


def _hit(lookup: Lookup, one: ListHit, lists: tuple[ListUsed, ...]) -> HitView:
    t = lookup.t
    if one.first_absent:
        said = t("lists.formerly", list=one.list_name, seen=one.list_date, absent=one.first_absent)
    elif one.status == "formerly-listed":
        said = t("lists.own_history", list=one.list_name, date=one.list_date, gone=one.noted_delisted)
    elif one.list_date:
        said = t("lists.on", list=one.list_name, date=one.list_date)
    else:
        said = t("lists.on_undated", list=one.list_name)
    notes = []
    if one.noted_delisted and one.status == "listed":
        notes.append(t("lists.noted", date=one.noted_delisted))
    newest = next((each for each in lists if each.latest and each.name == one.list_name), None)
    if one.stale and newest is not None:
        notes.append(t("lists.stale", n=newest.age_days) if newest.published else t("lists.age_unknown"))
    about = [part for part in (one.entity, one.program) if part]
    return HitView(
        address=one.address,
        entity=t.joined(about, "comma"),
        relation=one.relation,
        said=said,
        notes=tuple(notes),
        evidence=lookup.register.cite(one.evidence),
    )


def _watched(lookup: Lookup, one: WatchHit) -> Row:
    return Row(one.identifier, Shown(one.met_as), lookup.register.cite(one.evidence))


def _oracle(lookup: Lookup) -> str:
    t, dao = lookup.t, lookup.snapshot.dao
    if not dao.sanctions_oracle:
        return t("lists.oracle_none")
    answers = [one.on_oracle for one in dao.counterparties.items]
    named = sum(isinstance(one, Known) and one.value for one in answers)
    open_ = sum(isinstance(one, Unknown) for one in answers)
    return t("lists.oracle", n=named, asked=len(answers), open=open_)
