"""Keeps a proposal of thousands of calls readable: what stands out whole, the rest folded by what they have in common.

Every call is looked at. Rules ask whether any call of a proposal has some facts together; so calls that have the same
facts are one here, with the largest of their amounts. Where even those are too many, one call stands for all that are
left out, of which nothing is known: no rule passes on what was not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.model.kinds import Effect
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.proposals import Action

MAX_KEPT = 250
"""Calls of one proposal that are kept one by one."""

MAX_FOLDED = 250
"""Kinds of further calls that are kept, each with how many it stands for."""

MAX_CALLDATA = 65_536
"""Bytes of one call's data that are kept in the snapshot; the proposal's event, which is its evidence, has all."""

MAX_TEXT = 200_000
"""Characters of a description that are kept."""

_POWER = (Effect.ROLE, Effect.UPGRADE, Effect.SUPPLY, Effect.APPROVAL, Effect.PARAMETER, Effect.PAUSE, Effect.UNDECODED)
_PLAIN = {"index", "inside", "target", "target_label", "value_wei", "calldata", "arguments", "like_this"} | {
    "calldata_left_out"
}
"""Fields in which calls that are folded together may differ: they say where and how much, not what."""

_AMOUNTS = ("treasury_share_bps", "approval_share_bps", "supply_share_bps")
_ADDRESSES = ("beneficiary", "beneficiary_controller", "lookalike_of")
_VALUES = ("value_before", "value_after")
_NOT_KEPT = Unknown(reason=Reason.LIMIT, detail="there are too many calls: this one was not kept")


def fold(actions: Sequence[Action]) -> tuple[Action, ...]:
    """Return the calls of a proposal, at most 501: those that stand out and the first ones, then kinds of the rest."""
    if len(actions) <= MAX_KEPT:
        return tuple(actions)
    ordered = sorted(range(len(actions)), key=lambda at: (not _stands_out(actions[at]), at))
    kept = sorted(ordered[:MAX_KEPT])
    groups: dict[tuple[object, ...], list[Action]] = {}
    for at in sorted(ordered[MAX_KEPT:]):
        groups.setdefault(_facts(actions[at]), []).append(actions[at])
    folded = [_one_for(group) for group in groups.values()]
    rest = [action for group in list(groups.values())[MAX_FOLDED:] for action in group]
    tail = (_unknown_for(rest),) if rest else ()
    return (*(actions[at] for at in kept), *folded[:MAX_FOLDED], *tail)


def _stands_out(action: Action) -> bool:
    return action.effect in _POWER or _is(action.delegatecall) or _is(action.privacy_destination)


def _is(observed: Known[bool] | Unknown) -> bool:
    return isinstance(observed, Known) and observed.value


def _facts(action: Action) -> tuple[object, ...]:
    """Return what rules see of a call, but where, to whom and how much."""
    facts: list[object] = []
    for name in Action.model_fields:
        if name in _PLAIN:
            continue
        value = getattr(action, name)
        if isinstance(value, Unknown):
            facts.append((name, "unknown", value.reason))
        elif name in _ADDRESSES:
            facts.append((name, int(value.value, 16) != 0))
        elif name in _AMOUNTS or name in _VALUES:
            facts.append((name, "known"))
        else:
            facts.append((name, value.value if isinstance(value, Known) else value))
    return tuple(facts)


def _one_for(group: Sequence[Action]) -> Action:
    first = group[0]
    if len(group) == 1:
        return first
    largest = {name: _largest(getattr(action, name) for action in group) for name in _AMOUNTS}
    label = f"{first.target_label} and {len(group) - 1} more calls like this"
    return first.model_copy(update={**largest, "like_this": len(group), "target_label": label})


def _largest(observed: Iterable[Known[int] | Unknown]) -> Known[int] | Unknown:
    return max(observed, key=lambda one: one.value if isinstance(one, Known) else -1)


def _unknown_for(rest: Sequence[Action]) -> Action:
    """Return one call for all that were not kept: nothing of it is known."""
    first = rest[0]
    unknown = {name: _NOT_KEPT for name in Action.model_fields if isinstance(getattr(first, name), Known | Unknown)}
    return first.model_copy(
        update={
            **unknown,
            "like_this": len(rest),
            "effect": Effect.UNDECODED,
            "decoded_by": "raw",
            "arguments": (),
            "target_in_scope": False,
            "target_label": f"{len(rest)} calls that were not kept",
        }
    )


def cut_calldata(action: Action) -> Action:
    """Return a call with the beginning of its data only, where that is very long; and with no longer arguments."""
    size = len(action.calldata) // 2 - 1
    if size <= MAX_CALLDATA:
        return action
    arguments = tuple(
        argument.model_copy(update={"value": argument.value[:MAX_CALLDATA] + "…"})
        if len(argument.value) > MAX_CALLDATA
        else argument
        for argument in action.arguments
    )
    kept = action.calldata[: 2 + 2 * MAX_CALLDATA]
    return action.model_copy(
        update={"calldata": kept, "calldata_left_out": size - MAX_CALLDATA, "arguments": arguments}
    )
