"""proposal.html and proposal.json: one proposal as a page, and for a machine."""

from __future__ import annotations

from scanner.locale.locale import Locale
from scanner.model.outcome import Assessment
from scanner.model.snapshot import Snapshot
from scanner.render.one_proposal import one_proposal
from scanner.render.page import render_page
from scanner.render.report_json import dump
from scanner.render.simulation_view import HEADS

ACTIONS = 200
SCHEMA_VERSION = 1


def proposal_html(snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str, t: Locale) -> str:
    """Return the only proposal of `snapshot` as a page that stands alone: the same bytes for the same inputs."""
    view = one_proposal(snapshot, assessment, snapshot_sha256, t, actions=ACTIONS)
    return render_page(t, "one_proposal.html.j2", one=view, simulation_heads=HEADS)


def proposal_json(snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str, t: Locale) -> str:
    """Return the only proposal of `snapshot` with all that was decided about it, as JSON."""
    (item,) = snapshot.proposals.items
    simulations = snapshot.simulations
    return dump(
        {
            "schema_version": SCHEMA_VERSION,
            "lang": t.lang,
            "tool": {"name": "daoscan", "version": snapshot.tool_version},
            "snapshot_sha256": snapshot_sha256.removeprefix("0x"),
            "target": snapshot.target.model_dump(mode="json"),
            "blocks": [block.model_dump(mode="json") for block in snapshot.blocks],
            "proposal": item.model_dump(mode="json"),
            "simulation": simulations.items[0].model_dump(mode="json") if simulations.items else None,
            "simulation_reason": "" if simulations.items else simulations.reason,
            "findings": [one.model_dump(mode="json") for one in assessment.findings],
            "outcomes": [one.model_dump(mode="json") for one in assessment.outcomes],
        }
    )
