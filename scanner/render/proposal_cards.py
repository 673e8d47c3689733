"""A proposal that needs eyes, in full: what it says, what it does, what would change, what speaks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Unknown
from scanner.model.proposals import Action, Proposal
from scanner.render.lookup import Lookup, Unit, anchor
from scanner.render.oracle_view import question_facts
from scanner.render.proposal_time import time_left
from scanner.render.quantities import percent, utc
from scanner.render.register import Cited
from scanner.render.shown import Shown, as_answer, as_number, as_person, as_text, shown, value_of
from scanner.render.text import clipped
from scanner.render.words import by_value, words

ACTIONS_SHOWN = 12
ARGUMENTS_SHOWN = 20
POINTS_SHOWN = 8
SAID = 420
"""Characters of the text that stand on the card; the whole of it is one click away."""


@dataclass(frozen=True)
class ArgumentView:
    name: str
    type: str
    value: str


@dataclass(frozen=True)
class ActionView:
    """One decoded call. `inside` names the calls around an inner one, `chain` where it runs when not on this chain."""

    number: int
    inside: str
    chain: str
    effect: str
    target: str
    target_address: str
    function: Shown
    decoded_by: str
    value: str
    arguments: tuple[ArgumentView, ...]
    more_arguments: int
    calldata: str
    facts: tuple[tuple[str, Shown], ...]


@dataclass(frozen=True)
class ProposalCard:
    """A proposal in full. `simulation` is the place of what it did on a local fork, empty when it was not tried.

    `question` is how an oracle's answer stands, where that decides and no vote does.
    """

    said: str
    description: str
    hidden: bool
    left: str
    changes: tuple[str, ...]
    speaks_for: tuple[str, ...]
    facts: tuple[tuple[str, Shown], ...]
    actions: tuple[ActionView, ...]
    more_actions: int
    simulation: str
    question: tuple[tuple[str, Shown, Cited], ...]
    evidence: Cited


def proposal_card(item: Proposal, unit: Unit, lookup: Lookup, shown_actions: int = ACTIONS_SHOWN) -> ProposalCard:
    """Return everything that the page says about one proposal besides its row and its findings."""
    t = lookup.t
    facts = (
        ("created_block", Shown(t.number(item.created_block))),
        ("executed", _moment(t, item.executed_at, "proposals.not_executed")),
        ("eta", _moment(t, item.eta, "proposals.not_queued")),
        ("quorum", unit.show(item.quorum_votes)),
        ("voters", as_number(t, item.voters)),
        ("top_voter", shown(t, item.top_voter_bps, lambda bps: percent(t, bps))),
        ("moved_at_end", as_answer(t, item.votes_moved_at_end)),
        ("proposer_gains", as_answer(t, item.proposer_is_beneficiary)),
        ("twin", as_text(t, item.twin_of)),
        ("dormant", as_number(t, item.dormant_before_days)),
    )
    tried = any((one.governor, one.proposal) == (item.governor, item.id) for one in lookup.snapshot.simulations.items)
    return ProposalCard(
        said=clipped(" ".join(item.description.split()), SAID),
        description=item.description,
        hidden=item.text_hidden_characters,
        left=t("one_proposal.draft_state") if item.draft else time_left(item, lookup),
        changes=_changes(item, lookup),
        speaks_for=_speaks_for(item, lookup),
        facts=_named(t, facts),
        actions=tuple(_action(action, lookup) for action in item.actions[:shown_actions]),
        more_actions=max(len(item.actions) - shown_actions, 0),
        simulation=anchor("simulation", f"{item.governor[:10]}-{item.id}") if tried else "",
        question=question_facts(item, lookup),
        evidence=lookup.register.cite(item.evidence),
    )


def _changes(item: Proposal, lookup: Lookup) -> tuple[str, ...]:
    """Return what would be another way after it, as far as its calls tell: one sentence for each different one."""
    said = dict.fromkeys(sentence for action in item.actions for sentence in _change(action, lookup))
    total = item.treasury_total_bps
    if isinstance(total, Known) and total.value:
        said[lookup.t("proposals.change_total", share=percent(lookup.t, total.value))] = None
    return tuple(said)[:POINTS_SHOWN]


def _change(action: Action, lookup: Lookup) -> Iterable[str]:
    t, target = lookup.t, action.target_label
    before, after = action.value_before, action.value_after
    if isinstance(before, Known) and isinstance(after, Known) and before.value != after.value:
        name = value_of(action.function) or target
        yield t("proposals.change_value", name=name, before=t.number(before.value), after=t.number(after.value))
    gains = action.beneficiary
    if isinstance(gains, Known) and value_of(action.beneficiary_in_scope) is not True:
        kind = value_of(action.beneficiary_kind)
        name = lookup.label(gains.value) or (by_value(t, ActorKind, kind) if kind else "")
        who = t("evidence.named", name=name, address=gains.value) if name else gains.value
        yield t("proposals.change_gains", effect=words(t, action.effect), target=target, who=who)
    if value_of(action.delegatecall) is True:
        yield t("proposals.change_code", target=target)
    if value_of(action.removes_guardian) is True:
        yield t("proposals.change_guardian", target=target)
    supply = action.supply_share_bps
    if isinstance(supply, Known) and supply.value:
        yield t("proposals.change_supply", share=percent(t, supply.value))


def _speaks_for(item: Proposal, lookup: Lookup) -> tuple[str, ...]:
    """Return what speaks for a proposal: facts that were read of all its calls, never the want of a fact."""
    t, calls = lookup.t, item.actions
    said: list[str] = []

    def every(name: str) -> bool:
        return bool(calls) and all(value_of(getattr(action, name)) is True for action in calls)

    if every("target_verified"):
        said.append(t("proposals.for_verified"))
    if every("beneficiary_named"):
        said.append(t("proposals.for_named"))
    if every("beneficiary_in_scope"):
        said.append(t("proposals.for_inside"))
    if value_of(item.proposer_is_beneficiary) is False:
        said.append(t("proposals.for_not_proposer"))
    if (earlier := value_of(item.proposer_before) or 0) > 0:
        said.append(t("proposals.for_earlier", n=earlier))
    if value_of(item.event_confirmed) is True:
        said.append(t("proposals.for_confirmed"))
    if isinstance(item.voters, Known) and isinstance(item.turnout_bps, Known) and item.voters.value > 1:
        said.append(t("proposals.for_turnout", n=item.voters.value, share=percent(t, item.turnout_bps.value)))
    lowered = [value_of(action.lowers_protection) for action in calls]
    if calls and all(answer is False for answer in lowered):
        said.append(t("proposals.for_protection"))
    return tuple(said)[:POINTS_SHOWN]


def _moment(t: Locale, observation: Known[int] | Unknown, otherwise: str) -> Shown:
    return shown(t, observation, lambda value: utc(t, value) if value else t(otherwise))


def _action(item: Action, lookup: Lookup) -> ActionView:
    t = lookup.t
    facts = (
        ("beneficiary", as_person(t, item.beneficiary, lookup.label, item.beneficiary_kind)),
        ("treasury_share", shown(t, item.treasury_share_bps, lambda bps: percent(t, bps))),
        ("target_has_code", as_answer(t, item.target_has_code)),
        ("target_verified", as_answer(t, item.target_verified)),
        ("delegatecall", as_answer(t, item.delegatecall)),
        ("unlimited_approval", as_answer(t, item.unlimited_approval)),
        ("lowers_protection", as_answer(t, item.lowers_protection)),
        ("privacy_destination", as_answer(t, item.privacy_destination)),
        ("beneficiary_named", as_answer(t, item.beneficiary_named)),
        ("target_named", as_answer(t, item.target_named)),
        ("function_named", as_answer(t, item.function_named)),
        ("amount_named", as_answer(t, item.amount_named)),
    )
    return ActionView(
        number=item.index + 1,
        inside=item.inside,
        chain=item.chain,
        effect=words(t, item.effect),
        target=item.target_label,
        target_address=item.target,
        function=shown(t, item.function, lambda name: name or t("proposals.plain_transfer")),
        decoded_by=item.decoded_by,
        value=lookup.native.words(item.value_wei) if item.value_wei else "",
        arguments=tuple(ArgumentView(each.name, each.type, each.value) for each in item.arguments[:ARGUMENTS_SHOWN]),
        more_arguments=max(len(item.arguments) - ARGUMENTS_SHOWN, 0),
        calldata=item.calldata,
        facts=_named(t, facts),
    )


def _named(t: Locale, facts: Iterable[tuple[str, Shown]]) -> tuple[tuple[str, Shown], ...]:
    return tuple((t(f"proposals.{key}"), value) for key, value in facts)
