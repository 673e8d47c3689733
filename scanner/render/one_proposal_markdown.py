"""proposal.md: one proposal, to post where members talk. What a stranger wrote cannot become markup or a link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.model.outcome import Assessment
from scanner.model.snapshot import Snapshot
from scanner.render.evidence_view import EvidenceView
from scanner.render.findings_view import FindingView, RuleFindings
from scanner.render.markdown_text import code, inert
from scanner.render.one_proposal import OneProposal, one_proposal
from scanner.render.proposal_cards import ActionView
from scanner.render.shown import Shown
from scanner.render.simulation_view import HEADS, SimulationCard, Table

LENGTH = 60_000
"""Characters that most forums take; a goal, as no finding is left out for it."""
ARGUMENT = 400
COMMAND_LIMIT = 200
RESULT = 68


@dataclass(frozen=True)
class _Size:
    """How much is spelt out: calls, characters of the text, pieces of evidence of one finding, rows of one table."""

    actions: int
    text: int
    pieces: int
    rows: int


_SIZES = (_Size(60, 8_000, 3, 40), _Size(20, 4_000, 2, 12), _Size(8, 1_500, 1, 6))


def proposal_markdown(snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str, t: Locale) -> str:
    """Return the only proposal of `snapshot` as Markdown: the same text for the same inputs, LF only."""
    text = ""
    for size in _SIZES:
        view = one_proposal(snapshot, assessment, snapshot_sha256, t, actions=size.actions)
        text = "\n\n".join(_blocks(view, size)) + "\n"
        if len(text) <= LENGTH:
            break
    return text


def _blocks(view: OneProposal, size: _Size) -> Iterator[str]:
    t = view.lookup.t
    yield f"# {inert(view.heading, 240)}"
    yield "\n".join(f"- {line}" for line in _facts(view))
    yield t("one_proposal.intro")
    yield f"## {t('proposals.says')}"
    yield from _said(view, size.text)
    if view.card.question:
        yield f"## {t('oracle.title')}"
        yield "\n".join(f"- {name}: {_plain(shown)}" for name, shown, _ in view.card.question)
    yield f"## {t('proposals.does_what')}"
    yield from _does(view)
    yield f"## {t('proposals.would_change')}"
    yield _bullets(view.card.changes) or t("proposals.change_not_known")
    yield from _on_fork(view, size.rows)
    yield f"## {t('proposals.why_flagged')}"
    yield from _found(view, size.pieces)
    yield f"## {t('proposals.speaks_for')}"
    yield _bullets(view.card.speaks_for) or t("proposals.nothing_for")
    yield f"## {t('one_proposal.undecided')}"
    yield _undecided(view)
    yield f"## {t('one_proposal.recheck')}"
    yield from _recheck(view)


def _facts(view: OneProposal) -> Iterator[str]:
    t, item = view.lookup.t, view.item
    yield t("one_proposal.governor", address=code(item.governor))
    if item.draft:
        yield f"**{view.left}**"
        yield t("one_proposal.file", name=inert(view.file, 120), digest=code(view.file_sha256))
    else:
        yield t("one_proposal.id", id=code(item.id))
        yield t("one_proposal.proposer", address=code(item.proposer))
        yield t("one_proposal.made", time=_plain(view.made))
        yield t("one_proposal.state", state=_plain(view.state)) + (f" **{view.left}**" if view.left else "")
        if view.card.question:
            yield view.read_at
            return
        votes = (
            t("proposals.for", votes=_plain(view.votes_for)),
            t("proposals.against", votes=_plain(view.votes_against)),
        )
        quorum = t("one_proposal.quorum", votes=_plain(view.quorum))
        yield t.joined((*votes, t("proposals.turnout_of", share=_plain(view.turnout)), quorum))
    yield view.read_at


def _plain(shown: Shown) -> str:
    people = "; ".join(f"{inert(words)} {code(address)}" if words else code(address) for words, address in shown.people)
    return people or (inert(shown.text, 400) if shown.known else f"**? {inert(shown.text, 400)}**")


def _bullets(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {inert(line, 400)}" for line in lines)


def _said(view: OneProposal, limit: int) -> Iterator[str]:
    t, text = view.lookup.t, view.item.description
    lines = [line.strip() for line in text[:limit].splitlines() if line.strip()]
    yield "\n>\n".join(f"> {inert(line, limit)}" for line in lines) if lines else t("proposals.no_text")
    left = len(text) - limit + view.item.description_left_out
    if left > 0:
        yield t("one_proposal.more_text", number=left)
    if view.card.hidden:
        yield f"**{t('proposals.hidden')}**"


# ------------------------------------------------------------------------------------------------- what it does


def _does(view: OneProposal) -> Iterator[str]:
    t = view.lookup.t
    if not view.card.actions:
        yield t("proposals.calls_not_read" if view.item.actions_read.status == "unknown" else "proposals.no_action")
    for action in view.card.actions:
        yield "\n".join((f"- {_call(t, action)}", *(f"  - {line}" for line in _inside(t, action))))
    if view.card.more_actions:
        yield t("one_proposal.more_actions", number=view.card.more_actions)


def _call(t: Locale, action: ActionView) -> str:
    if action.inside:
        place = t("proposals.inside", place=inert(action.inside), effect=inert(action.effect))
    else:
        place = t("proposals.action", number=action.number, effect=inert(action.effect))
    function = code(action.function.text) if action.function.known else _plain(action.function)
    sends = t("proposals.sends", amount=inert(action.value)) if action.value else ""
    on = t("proposals.on", target=inert(action.target, 120), address=code(action.target_address))
    by = t("proposals.decoded_by", source=inert(action.decoded_by))
    return f"**{place}** {function}{sends} {on} ({by})"


def _inside(t: Locale, action: ActionView) -> Iterator[str]:
    for argument in action.arguments:
        name = " ".join(
            part for part in (inert(argument.name, 60) if argument.name else "", code(argument.type)) if part
        )
        yield f"{name}: {code(_cut(argument.value, ARGUMENT))}"
    if action.more_arguments:
        yield t("one_proposal.more_arguments", number=action.more_arguments)
    if not action.function.known:
        yield t("one_proposal.calldata", data=code(_cut(action.calldata, ARGUMENT)))
    facts = [f"{name}: {_plain(shown)}" for name, shown in action.facts if _worth_saying(t, name, shown)]
    if facts:
        yield "; ".join(facts)


def _worth_saying(t: Locale, name: str, shown: Shown) -> bool:
    """Leave out what is not so, but for what the text does not say. What is not known always stands there."""
    named = {t(f"proposals.{key}") for key in ("beneficiary_named", "target_named", "function_named", "amount_named")}
    return not shown.known or bool(shown.people) or shown.text != t("answer.no") or name in named


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"


def _on_fork(view: OneProposal, rows: int) -> Iterator[str]:
    t, card = view.lookup.t, view.simulation
    if card is None:
        yield view.not_simulated
        return
    yield f"**{t('simulation.outcome')}** {_plain(card.outcome)}" + (
        f" ({inert(card.outcome.note, 400)})" if card.outcome.note else ""
    )
    if card.path:
        yield card.path + (f" ({inert(card.path_note, 400)})" if card.path_note else "")
    if card.facts:
        yield "\n".join(f"- {name}: {_plain(shown)}" for name, shown in card.facts)
    for table in card.tables:
        yield from _table(t, table, card, rows)
    if card.unchanged:
        yield t("simulation.nothing", kinds=card.unchanged)


def _table(t: Locale, table: Table, card: SimulationCard, limit: int) -> Iterator[str]:
    if not table.rows and (table.complete or card.failed):
        return
    yield f"### {t(f'simulation.{table.key}')}"
    if not table.complete:
        yield t("simulation.partial", reason=inert(table.note))
    if table.rows:
        heads = [t(f"simulation.head_{head}") for head in HEADS[table.key]]
        lines: list[list[str]] = [[*heads], ["---"] * len(heads)]
        for row in table.rows[:limit]:
            head = inert(row.head, 120) + (f" {code(row.address)}" if row.address else "")
            lines.append([head, *(inert(cell, 240) for cell in row.cells)])
        yield "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    left = max(len(table.rows) - limit, 0) + table.more
    if left:
        yield t("one_proposal.more_rows", number=left)


# -------------------------------------------------------------------------------------------------- what was found


def _found(view: OneProposal, pieces: int) -> Iterator[str]:
    if not view.rules:
        yield view.lookup.t("one_proposal.nothing_found")
    for rule in view.rules:
        yield from _rule(view.lookup.t, rule, pieces)


def _rule(t: Locale, rule: RuleFindings, pieces: int) -> Iterator[str]:
    yield f"### {inert(rule.rule_id)} {inert(rule.title, 240)}"
    yield "\n".join(line for finding in rule.findings for line in _finding(t, finding, pieces))
    yield f"**{t('markdown.why')}** {inert(rule.why, 900)}"
    yield f"**{t('markdown.legitimate_use')}** {inert(rule.legitimate_use, 900)}"
    effort = t("markdown.effort", effort=inert(rule.effort))
    yield f"**{t('markdown.what_to_do')}** {effort} {inert(rule.remediation, 900)}"
    if rule.false_positives:
        yield f"**{t('markdown.may_be_wrong')}** {' '.join(inert(text) for text in rule.false_positives)}"


def _finding(t: Locale, item: FindingView, pieces: int) -> Iterator[str]:
    yield f"- **{item.shape} {item.word}**: {inert(item.message)}"
    lines = [t("markdown.evidence", evidence=_piece(piece)) for piece in item.evidence[:pieces]]
    if len(item.evidence) > pieces:
        lines.append(t("one_proposal.more_evidence", number=len(item.evidence) - pieces))
    lines += [t("markdown.limited_by", text=inert(text)) for text in item.mitigations]
    lines.append(t("markdown.confidence", **{"level": item.confidence, "class": inert(item.evidence_class)}))
    if item.base_rate:
        lines.append(t("markdown.how_common", text=inert(item.base_rate)))
    yield from (f"  - {line}" for line in lines)


def _piece(piece: EvidenceView) -> str:
    said = f"{inert(piece.what, 240)}: {code(_cut(piece.result, RESULT))}"
    said += f" ({inert(piece.block)})" if piece.block else ""
    return f"{said} {code(piece.command)}" if 0 < len(piece.command) <= COMMAND_LIMIT else said


def _undecided(view: OneProposal) -> str:
    t = view.lookup.t
    lines = [
        f"- **? {item.status}** {inert(item.rule_id)} {inert(item.title, 240)}: {inert(item.reason, 240)}"
        for item in view.undecided
    ]
    return "\n".join(lines) or t("unchecked.all_decided")


def _recheck(view: OneProposal) -> Iterator[str]:
    t = view.lookup.t
    yield t("one_proposal.recheck_command", command=code(view.command))
    yield t("one_proposal.recheck_snapshot", digest=code(view.snapshot_sha256))
    if view.evidence:
        yield "\n".join((t("proposals.made_in"), "", *(f"- {_piece(piece)}" for piece in view.evidence)))
