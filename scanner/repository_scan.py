"""Contracts judged before they are deployed: rules about code on the files of a repository.

The contracts get addresses that stand for nothing, so that the same rules run as on a chain; whatever only a deployed
contract can tell is unknown for that reason, and a rule that stays open for want of it is not applicable here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import scanner
from scanner.code.auditors.load import AnalysisFile, input_digests
from scanner.code.repository.analyse import CHAIN_ID, OwnContract, Repository
from scanner.discovery.set_aside import set_aside, set_aside_texts
from scanner.judge.assess import assess
from scanner.judge.engine import judge
from scanner.judge.kit import apply_kit
from scanner.judge.rule import Rule
from scanner.judge.scenarios import Scenarios
from scanner.model.blank import blank_field
from scanner.model.code import CodeFacts, DetectorHit, Fingerprint, FunctionFact, StorageVariable
from scanner.model.contracts import Contract, Governor, Token
from scanner.model.evidence import SourceEvidence
from scanner.model.kinds import Role
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.outcome import Assessment, Outcome, Status, Subject
from scanner.model.snapshot import InputDigest, Snapshot
from scanner.model.stated import StatedFacts
from scanner.model.values import Model
from scanner.pipeline import Rules

SUBJECTS = ("contract", "governor", "token")
"""What code alone can be: other subjects exist on a chain only."""
_MISSING = Unknown(reason=Reason.NOT_DEPLOYED)
_DELEGATE, _VOTES = "0x5c19a95c", frozenset({"0x9ab24eb0", "0xb4b5ea57"})
"""delegate(address); getVotes(address), getCurrentVotes(address)"""
_CODE = frozenset(
    model.__name__ for model in (CodeFacts, DetectorHit, FunctionFact, Fingerprint, StorageVariable, StatedFacts)
)
_NEEDS_CHAIN = "asks for facts of a deployed DAO"


@dataclass(frozen=True)
class RepositoryScan:
    """A repository, judged. `subjects`: the contract behind the id of each subject."""

    repository: Repository
    snapshot: Snapshot
    assessment: Assessment
    subjects: Mapping[str, OwnContract]
    kinds: Mapping[str, str]


def judge_repository(
    repository: Repository, rules: Rules, *, analyses: Sequence[AnalysisFile] = (), as_of: int = 0
) -> RepositoryScan:
    """Judge the contracts of a repository. `as_of` is the time that suppressions expire against."""
    kinds = {one.address: _kind(one) for one in repository.contracts}
    snapshot = _snapshot(repository, kinds, analyses, as_of)
    asked = [rule for rule in rules.rulebook.rules if about_code(rule)]
    own = {one.address: one for one in repository.contracts}
    few = replace(rules.rulebook, rules=tuple(asked))
    outcomes = [_in_repository(one, own) for one in judge(snapshot, few)]
    outcomes += [_elsewhere(rule) for rule in rules.rulebook.rules if not about_code(rule)]
    outcomes.sort(key=lambda one: (one.rule_id, one.subject.id))
    judged = assess(snapshot, outcomes, rules.rulebook, Scenarios((), rules.scenarios.digest), rules.t)
    assessment = apply_kit(rules.kit, snapshot, judged)
    subjects = {subject_id(one): one for one in repository.contracts}
    return RepositoryScan(repository, snapshot, assessment, subjects, kinds)


def about_code(rule: Rule) -> bool:
    """Return whether a rule asks anything that code can tell; those in Python do when they are about contracts."""
    if rule.subject not in SUBJECTS:
        return False
    return rule.python is not None or any(record in _CODE for one in rule.conditions for record, _ in one.fields)


def subject_id(contract: OwnContract) -> str:
    """Return what a finding about a contract is recognised by: its file and name, never its lines."""
    return f"file:{contract.file}#{contract.name}"


def _kind(contract: OwnContract) -> str:
    """Return what a contract is by what its code does: it counts votes, or it holds them."""
    time = contract.facts.vote_weight_time
    if isinstance(time, Known) or (contract.analysed and time.reason is not Reason.NOT_SUPPORTED):
        return "governor"
    selectors = contract.facts.selectors.value if isinstance(contract.facts.selectors, Known) else ()
    return "token" if _DELEGATE in selectors and _VOTES & set(selectors) else "contract"


def _snapshot(
    repository: Repository, kinds: Mapping[str, str], analyses: Sequence[AnalysisFile], as_of: int
) -> Snapshot:
    values = {name: blank_field(Snapshot, name, _MISSING) for name in Snapshot.model_fields}
    values |= {"tool_version": scanner.__version__, "as_of": as_of}
    blank = Snapshot.model_validate_json(json.dumps(values))
    contracts = tuple(_contract(one, kinds[one.address]) for one in repository.contracts)
    unread = [one for one in repository.contracts if not one.analysed]
    reason = f"{unread[0].facts.analysed_from.reason.value}: not every file could be read" if unread else ""  # type: ignore[union-attr]
    gaps = sorted({gap for one in repository.contracts for gap in one.gaps}, key=lambda g: (g.subject, g.what))
    return blank.model_copy(
        update={
            "contracts": Collection[Contract](items=contracts, complete=True),
            "governors": _placed(Governor, repository, kinds, reason),
            "tokens": _placed(Token, repository, kinds, reason),
            "gaps": tuple(gaps),
            "sources": tuple(bundle for bundle, _ in repository.units),
            "inputs": (*_sources(repository), *input_digests(analyses)),
        }
    )


def _sources(repository: Repository) -> Iterable[InputDigest]:
    for bundle, files in repository.units:
        yield InputDigest(name=f"source {files[0]}", sha256=f"0x{bundle.source_id}")


def _blank(model: type[Model], address: str) -> dict[str, object]:
    values = {name: blank_field(model, name, _MISSING) for name in model.model_fields}
    return {**values, "chain_id": CHAIN_ID, "address": address}


def _contract(one: OwnContract, kind: str) -> Contract:
    blank = Contract.model_validate_json(json.dumps(_blank(Contract, one.address)))
    roles = {"governor": (Role.GOVERNOR,), "token": (Role.TOKEN,)}.get(kind, (Role.LINKED,))
    code = set_aside(one.facts, roles, Known(value=one.compiler, evidence=()))
    update: dict[str, object] = {"roles": roles, "label": one.name, "code": code}
    update["set_aside_texts"] = set_aside_texts(code)
    if one.bundle is not None:
        evidence = one.facts.analysed_from.evidence
        update["name"] = Known(value=one.name, evidence=evidence)
        update["source_id"] = Known(value=one.bundle.source_id, evidence=evidence)
        update["compiler"] = Known(value=one.compiler, evidence=evidence)
    return blank.model_copy(update=update)


def _placed(
    model: type[Governor] | type[Token], repository: Repository, kinds: Mapping[str, str], reason: str
) -> Collection[Model]:
    """Contracts of one kind; where files could not be read there may be more of them."""
    kind = "governor" if model is Governor else "token"
    chosen = [one.address for one in repository.contracts if kinds[one.address] == kind]
    items = tuple(model.model_validate_json(json.dumps(_blank(model, address))) for address in chosen)
    return Collection[Model](items=items, complete=not reason, reason=reason)


def _in_repository(outcome: Outcome, own: Mapping[str, OwnContract]) -> Outcome:
    """Return an outcome about a file and a name; what only a chain could decide does not apply."""
    address = outcome.subject.id.split(":")[-1].partition("#")[0]
    contract = own.get(address)
    if contract is None:
        subject = _whole()
    else:
        subject = Subject(kind=outcome.subject.kind, id=subject_id(contract), label=contract.name)
    update: dict[str, object] = {"subject": subject}
    if outcome.status is Status.UNKNOWN and _only_for_want_of_a_chain(outcome):
        update |= {"status": Status.NOT_APPLICABLE, "reason": _NEEDS_CHAIN, "undecided_severity": None}
        update |= {"on_chain_gap": False, "conditions": (), "evidence": ()}
    return outcome.model_copy(update=update)


def _only_for_want_of_a_chain(outcome: Outcome) -> bool:
    word = Reason.NOT_DEPLOYED.value
    return not outcome.on_chain_gap or all(word in part for part in outcome.reason.split("; "))


def _elsewhere(rule: Rule) -> Outcome:
    return Outcome(
        rule_id=rule.id,
        subject=_whole(),
        status=Status.NOT_APPLICABLE,
        severity=None,
        stage=None,
        at_least=False,
        undecided_severity=None,
        reason=_NEEDS_CHAIN,
        on_chain_gap=False,
        message="",
        conditions=(),
        evidence=(),
    )


def _whole() -> Subject:
    return Subject(kind="repository", id="file:.", label="the repository")


def own_evidence(evidence: Iterable[object], own: frozenset[str]) -> list[SourceEvidence]:
    """Return the lines that evidence names, each once, those in the repository's own files first."""
    pieces = [piece for piece in dict.fromkeys(evidence) if isinstance(piece, SourceEvidence)]
    return sorted(pieces, key=lambda piece: piece.file not in own)
