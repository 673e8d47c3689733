"""report.html: one self-contained page, readable without scripts and without a network."""

from __future__ import annotations

from typing import Any

from scanner.locale.locale import Locale
from scanner.model.outcome import Assessment, Severity
from scanner.model.snapshot import Snapshot
from scanner.render.accountability_view import accountability_view
from scanner.render.appendix_view import contract_rows
from scanner.render.capture_view import capture_views
from scanner.render.controls_view import control_rows
from scanner.render.coverage import coverage_of, coverage_sentence
from scanner.render.evidence_view import register_views
from scanner.render.findings_view import dimension_findings
from scanner.render.governance_view import membership_class, membership_parameters, parameter_tables
from scanner.render.graph import graph
from scanner.render.handling import handling_view, packs_sentence
from scanner.render.holders_view import holders_views
from scanner.render.kit_view import framework_views, policy_view, use_views
from scanner.render.lookup import Lookup, look_up
from scanner.render.page import render_page
from scanner.render.passages_view import passage_rows, questions
from scanner.render.proposals_view import proposal_section
from scanner.render.quantities import utc
from scanner.render.report_json import inputs_of
from scanner.render.roles_view import role_tables
from scanner.render.scenario_view import protective_view, scenario_views
from scanner.render.sentences import answers
from scanner.render.simulation_view import HEADS, simulation_section
from scanner.render.space_view import space_tables
from scanner.render.strip import cells
from scanner.render.treasury_view import account_views, vote_parameters
from scanner.render.unchecked_view import gap_views, rule_rows, undecided_views
from scanner.render.ways import nodes, shortest_ways
from scanner.render.words import chain_name, words


def render_html(snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str, t: Locale) -> str:
    """Return the report as one HTML page in the words of `t`: the same bytes for the same inputs."""
    lookup = look_up(snapshot, assessment, t)
    sections = _sections(lookup, snapshot_sha256)
    # Last: by now every section has cited what it rests on.
    return render_page(t, "report.html.j2", **sections, register=register_views(lookup))


def _sections(lookup: Lookup, snapshot_sha256: str) -> dict[str, Any]:
    """Return the values of the page's sections in the order of the page: evidence is numbered as it is met."""
    t, snapshot, assessment = lookup.t, lookup.snapshot, lookup.assessment
    controls, picture = control_rows(lookup), graph(lookup)
    tables = parameter_tables(lookup) + role_tables(lookup) + space_tables(lookup)
    accounts = account_views(lookup)
    capture, votes, largest = capture_views(lookup), vote_parameters(lookup), holders_views(lookup)
    membership = membership_parameters(lookup)
    accountability = accountability_view(lookup)
    proposals = proposal_section(lookup)
    strip = cells(t, assessment.dimensions)
    return {
        "lookup": lookup,
        "target": snapshot.target,
        "chain": chain_name(t, snapshot.target.chain_id),
        "blocks": [(chain_name(t, block.chain_id), block, utc(t, block.timestamp)) for block in snapshot.blocks],
        "as_of": utc(t, snapshot.as_of),
        "handling": handling_view(t, assessment),
        "packs": packs_sentence(t, assessment),
        "tool_version": snapshot.tool_version,
        "coverage": coverage_sentence(t, coverage_of(snapshot, assessment)),
        "graded": [cell for cell, item in zip(strip, assessment.dimensions, strict=True) if not item.descriptive],
        "descriptive": [cell for cell, item in zip(strip, assessment.dimensions, strict=True) if item.descriptive],
        "answers": answers(lookup),
        "scenarios": scenario_views(lookup),
        "protective": protective_view(lookup),
        "controls": controls,
        "controls_state": snapshot.controls,
        "graph": picture,
        "nodes": nodes(picture, lookup),
        "ways": shortest_ways(lookup),
        "questions": questions(lookup),
        "passages": passage_rows(lookup),
        "tables": tables,
        "accounts": accounts,
        "treasury_state": snapshot.treasury,
        "capture": capture,
        "votes": votes,
        "largest": largest,
        "membership": membership,
        "membership_class": membership_class(lookup),
        "accountability": accountability,
        "proposals": proposals,
        "proposals_state": snapshot.proposals,
        "simulation": simulation_section(lookup),
        "simulation_heads": HEADS,
        "finding_tones": _tones(t, assessment),
        "dimensions": dimension_findings(lookup, together=True),
        "verdict": policy_view(lookup),
        "frameworks": framework_views(lookup),
        "uses": use_views(lookup),
        "disabled": assessment.disabled,
        "profile": assessment.profile,
        "undecided": undecided_views(lookup),
        "gaps": gap_views(lookup),
        "contracts": contract_rows(lookup),
        "rules": rule_rows(lookup),
        "inputs": inputs_of(snapshot, assessment, snapshot_sha256),
        "trips": snapshot.round_trips,
    }


def _tones(t: Locale, assessment: Assessment) -> list[tuple[str, str]]:
    """Return the choices of the findings' filter: severities that there are, and what is described only."""
    there = {item.severity for item in assessment.findings}
    tones: list[tuple[str, str]] = [(severity.value, words(t, severity)) for severity in Severity if severity in there]
    return [*tones, ("neutral", t("findings.described"))] if None in there else tones
