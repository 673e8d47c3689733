"""Roles modifiers as tables: what each role may call, on which conditions, what it may spend, who its members are."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.model.observation import Known, Unknown
from scanner.model.role_modifier import RoleAllowance, RoleMember, RoleModifier, RoleRight
from scanner.render.controls_view import time
from scanner.render.governance_view import Parameter, ParameterTable, parameter
from scanner.render.lookup import Lookup, anchor
from scanner.render.quantities import short
from scanner.render.shown import Shown, unknown

RIGHTS_SHOWN, MEMBERS_SHOWN = 24, 24


def role_tables(lookup: Lookup) -> tuple[ParameterTable, ...]:
    """Return a table for each Roles modifier of a Safe; what it has no room for stands in report.json."""
    return tuple(
        ParameterTable(
            anchor=anchor("parameters", item.address),
            title=lookup.label(item.address) or item.address,
            address=item.address,
            kind=lookup.t("governance.role_modifier"),
            parameters=tuple(_rows(item, lookup)),
        )
        for safe in lookup.snapshot.safes.items
        for item in safe.role_modifiers.items
    )


def _rows(item: RoleModifier, lookup: Lookup) -> Iterable[Parameter]:
    t = lookup.t
    for right in item.rights.items[:RIGHTS_SHOWN]:
        yield parameter(t("roles.may", role=right.role), _right(right, lookup), lookup)
    allowances = {one.key: one for right in item.rights.items for one in right.allowances}
    for allowance in allowances.values():
        yield parameter(t("roles.allowance", name=allowance.name), _allowance(allowance, lookup), lookup)
    members: dict[str, list[RoleMember]] = {}
    for member in item.members.items[:MEMBERS_SHOWN]:
        members.setdefault(member.role, []).append(member)
    for role, held in members.items():
        yield parameter(t("roles.members", role=role), _members(held, lookup), lookup)
    left = max(len(item.rights.items) - RIGHTS_SHOWN, 0) + max(len(item.members.items) - MEMBERS_SHOWN, 0)
    if left:
        yield parameter(t("roles.more"), Shown(t.number(left)), lookup)
    for found in (item.rights, item.members):
        if not found.complete:
            yield parameter(t("roles.more"), Shown(t("roles.not_known", reason=found.reason), known=False), lookup)


def _right(right: RoleRight, lookup: Lookup) -> Shown:
    t = lookup.t
    what = t("roles.function", function=right.function) if right.function else t("roles.any_function")
    said = [what, lookup.label(right.target) or short(right.target)]
    said += [t("roles.sends")] if right.sends_value else []
    said += [t("roles.delegates")] if right.delegatecall else []
    if isinstance(right.conditions, Unknown):
        open_one = unknown(t, right.conditions)
        return Shown(t.joined([*said, open_one.text], "semicolon"), known=False, evidence=right.evidence)
    if right.conditional:
        said.append(t("roles.where", conditions=right.conditions.value) if right.conditions.value else t("roles.any"))
    return Shown(t.joined(said, "semicolon"), evidence=right.evidence)


def _allowance(one: RoleAllowance, lookup: Lookup) -> Shown:
    t = lookup.t
    if isinstance(one.available, Unknown):
        return unknown(t, one.available)
    parts = (one.refill, one.period_seconds, one.most)
    refill, period, most = (part.value if isinstance(part, Known) else 0 for part in parts)
    left = t.number(one.available.value)
    if not (refill and period and most):
        return Shown(t("roles.once", left=left), evidence=one.available.evidence)
    said = t("roles.every", left=left, refill=t.number(refill), period=time(t, period), most=t.number(most))
    return Shown(said, evidence=one.available.evidence)


def _members(held: Iterable[RoleMember], lookup: Lookup) -> Shown:
    t = lookup.t
    people, evidence = [], []
    for one in held:
        if isinstance(one.confirmed, Known):
            word = "" if one.confirmed.value else t("roles.refused")
        else:
            word = t("roles.not_tried")
        people.append((t.joined(said for said in (lookup.label(one.address), word) if said), one.address))
        evidence += [piece for piece in (*one.evidence, *one.confirmed.evidence) if piece not in evidence]
    return Shown("", people=tuple(people), evidence=tuple(evidence))
