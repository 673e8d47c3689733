"""The results of `daoscan code`: JSON, SARIF, and lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scanner.code.repository.analyse import OwnContract
from scanner.locale.locale import Locale
from scanner.model.code_report import (
    BrokenFile,
    CodeContract,
    CodeFinding,
    CodeInput,
    CodeOutcome,
    CodePlace,
    CodeReport,
    CodeUnit,
)
from scanner.model.outcome import Finding, Outcome, Status
from scanner.render.report_json import dump
from scanner.render.sarif import SarifOptions, sarif_file
from scanner.render.sarif_places import Place, Places, source_uri
from scanner.render.text import line
from scanner.repository_scan import RepositoryScan, own_evidence

MOST_PLACES = 12
SHOWN = 30
"""Findings and broken files that a terminal lists; the files hold all."""


def code_report(scan: RepositoryScan) -> CodeReport:
    """Return everything that was found, by file and line."""
    repository, assessment = scan.repository, scan.assessment
    digests = {(name, digest) for name, digest in assessment.digests}
    digests |= {(one.name, one.sha256.removeprefix("0x")) for one in scan.snapshot.inputs}
    told = [one for one in assessment.outcomes if one.status is not Status.NOT_APPLICABLE]
    return CodeReport(
        tool_version=scan.snapshot.tool_version,
        project=repository.layout.kind,
        folder=repository.layout.project,
        left_out=repository.layout.left_out,
        units=tuple(
            CodeUnit(compiler=bundle.compiler, source_id=bundle.source_id, files=files)
            for bundle, files in repository.units
        ),
        contracts=tuple(_contract(scan, one) for one in repository.contracts),
        broken=tuple(
            BrokenFile(file=one.file, reason=one.reason, detail=one.detail, hint=one.hint) for one in repository.broken
        ),
        findings=tuple(_finding(scan, one) for one in assessment.findings),
        outcomes=tuple(_outcome(one) for one in told),
        not_applicable=len(assessment.outcomes) - len(told),
        inputs=tuple(CodeInput(name=name, sha256=digest) for name, digest in sorted(digests)),
    )


def code_json(scan: RepositoryScan) -> str:
    """Return the report as the text of its file."""
    return dump(code_report(scan).model_dump(mode="json"))


def code_sarif(scan: RepositoryScan, options: SarifOptions, t: Locale) -> str:
    """Return SARIF with paths of the repository; a finding without lines stands where its contract begins."""
    digests = {one.sha256.removeprefix("0x"): one.file for one in scan.repository.contracts}
    known = options.places.files
    homes = {
        subject: Place(source_uri(known.get(_digest(one), one.file)), _digest(one), one.line, one.line)
        for subject, one in scan.subjects.items()
    }
    broken = tuple(
        (f"{one.detail} ({one.hint})", Place(source_uri(one.file), "", 1, 1)) for one in scan.repository.broken
    )
    target = f"code/{scan.repository.layout.project}".rstrip("/")
    places = Places(files={**digests, **known}, homes=homes, automation=target, broken=broken)
    digest = scan.repository.units[0][0].source_id if scan.repository.units else ""
    return sarif_file(scan.snapshot, scan.assessment, digest, t, replace(options, places=places))


def code_lines(scan: RepositoryScan) -> Iterator[str]:
    """Return what a terminal shows: findings as file:line, worst first, then what could not be read."""
    report = code_report(scan)
    contracts = [one for one in report.contracts if one.analysed]
    files = {one.place.file for one in contracts}
    yield f"{report.project}: {len(contracts)} contracts in {len(files)} files analysed, {len(report.broken)} broken"
    for finding in report.findings[:SHOWN]:
        place = finding.places[0]
        word = finding.severity or finding.stage or ""
        open_word = " at least" if finding.at_least else ""
        accepted = " (accepted)" if finding.suppressed else ""
        said = f"{finding.rule_id} {finding.title}: {finding.contract}{accepted}"
        yield f"{line(place.file, 300)}:{place.first_line}:{open_word} {word}: {line(said, 300)}"
    for broken in report.broken[:SHOWN]:
        yield f"{line(broken.file, 300)}: unknown: {line(broken.detail, 300)}"
        yield f"  hint: {broken.hint}"
    rest = max(len(report.findings) - SHOWN, 0) + max(len(report.broken) - SHOWN, 0)
    if rest:
        yield f"and {rest} more in the report"
    undecided = sum(one.status in (Status.UNKNOWN, Status.ERROR) for one in report.outcomes)
    yield f"{len(report.findings)} findings, {undecided} undecided, {report.not_applicable} not applicable"


def _contract(scan: RepositoryScan, one: OwnContract) -> CodeContract:
    broken = next((broken for broken in scan.repository.broken if broken.file == one.file), None)
    return CodeContract(
        name=one.name,
        kind=scan.kinds[one.address],
        place=_home(one),
        compiler=one.compiler,
        analysed=one.analysed,
        reason="" if one.analysed or broken is None else f"{broken.reason.value}: {broken.detail}",
    )


def _finding(scan: RepositoryScan, item: Finding) -> CodeFinding:
    contract = scan.subjects.get(item.subject.id)
    return CodeFinding(
        rule_id=item.rule_id,
        rule_name=item.rule_name,
        title=item.title,
        dimension=item.dimension,
        severity=item.severity,
        stage=item.stage,
        at_least=item.at_least,
        confidence=item.confidence,
        contract=item.subject.label,
        message=item.message,
        places=tuple(_places(scan, item, contract)),
        conditions=item.conditions,
        suppressed=item.acceptance is not None and not item.acceptance.expired,
        why=item.why,
        legitimate_use=item.legitimate_use,
        remediation=item.remediation,
        false_positives=item.false_positives,
        references=item.references,
        fingerprint=item.fingerprint,
    )


def _places(scan: RepositoryScan, item: Finding, contract: OwnContract | None) -> list[CodePlace]:
    own = frozenset(scan.repository.layout.own)
    pieces = own_evidence(item.evidence, own)
    found = [
        CodePlace(file=piece.file, first_line=piece.first_line, last_line=piece.last_line, sha256=piece.file_sha256)
        for piece in pieces[:MOST_PLACES]
    ]
    if contract is not None and not (found and found[0].file in own):
        found.insert(0, _home(contract))
    return found


def _home(one: OwnContract) -> CodePlace:
    return CodePlace(file=one.file, first_line=one.line, last_line=one.line, sha256=one.sha256)


def _digest(one: OwnContract) -> str:
    return one.sha256.removeprefix("0x")


def _outcome(one: Outcome) -> CodeOutcome:
    return CodeOutcome(
        rule_id=one.rule_id,
        subject=one.subject.id,
        status=one.status,
        severity=one.severity,
        undecided_severity=one.undecided_severity,
        reason=one.reason,
    )
