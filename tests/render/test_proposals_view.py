"""Many proposals: what weighs stands out, remarks about old ones do not, and a long list scrolls by itself."""

from __future__ import annotations

from scanner.model.outcome import Assessment, Severity
from scanner.model.snapshot import Snapshot
from scanner.render.html import render_html
from scanner.render.lookup import look_up
from scanner.render.proposals_view import LONG_LIST, ProposalSection, proposal_section
from scanner.render.unchecked_view import undecided_views
from tests.render import factory
from tests.render import factory_dao as dao


def _many(count: int, severity: Severity) -> tuple[Snapshot, Assessment]:
    """Proposals that were executed long ago; every fifth has a finding of this severity."""
    small, judged = factory.snapshot(), factory.assessment()
    shape = small.proposals.items[0]
    items = tuple(
        shape.model_copy(update={"id": str(n), "state": dao.known("Executed"), "created_at": dao.known(10**9 + n)})
        for n in range(count)
    )
    about = next(one for one in judged.findings if one.subject.kind == "proposal")
    findings = tuple(
        about.model_copy(
            update={
                "severity": severity,
                "fingerprint": f"{n:064x}",
                "subject": about.subject.model_copy(
                    update={"id": f"eip155:{small.target.chain_id}:{item.governor}#proposal:{item.id}"}
                ),
            }
        )
        for n, item in enumerate(items)
        if n % 5 == 0
    )
    proposals = small.proposals.model_copy(update={"items": items})
    return small.model_copy(update={"proposals": proposals}), judged.model_copy(update={"findings": findings})


def _section(count: int, severity: Severity) -> ProposalSection:
    return proposal_section(look_up(*_many(count, severity), factory.ENGLISH))


def test_remarks_about_what_is_over_need_no_eyes() -> None:
    for severity, flagged in ((Severity.INFO, 0), (Severity.LOW, 0), (Severity.MEDIUM, 10), (Severity.CRITICAL, 10)):
        found = _section(50, severity)
        assert (found.flagged, len(found.cards)) == (flagged, flagged)
        assert sum("flagged" in row.kinds for row in found.rows) == flagged
        assert sum(bool(row.findings) for row in found.rows) == 10, "each keeps its badge in the table"
        assert found.timeline is not None
        assert sum(bar.flagged > 0 for bar in found.timeline.bins) == flagged


def test_a_long_list_scrolls_and_a_short_one_does_not() -> None:
    for count in (LONG_LIST, LONG_LIST + 1):
        snapshot, assessment = _many(count, Severity.HIGH)
        page = render_html(snapshot, assessment, factory.SNAPSHOT_SHA256, factory.ENGLISH)
        assert page.count('<div class="scrolls" tabindex="0" role="region"') == (count > LONG_LIST)


def test_undecided_checks_of_different_calls_stand_in_one_row() -> None:
    snapshot, judged = factory.snapshot(), factory.assessment()
    open_one = next(one for one in judged.outcomes if one.status.value == "unknown")
    reason = "not known: proposal.actions[{}].target_has_code: limit (not read); dao.parties[3].kind: limit (no)"
    outcomes = tuple(open_one.model_copy(update={"reason": reason.format(n)}) for n in range(9))
    found = undecided_views(look_up(snapshot, judged.model_copy(update={"outcomes": outcomes}), factory.ENGLISH))
    (row,) = [one for one in found if one.rule_id == open_one.rule_id]
    assert "actions[…].target_has_code" in row.reason
    assert "parties[…].kind" in row.reason
