"""What a reader brings to the rules: a profile, what to leave out, what is accepted, frameworks, a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scanner.judge.asking import JudgedWorld, Names, roots
from scanner.judge.criteria import Judged
from scanner.judge.framework import FRAMEWORK_FOLDER, Framework, assess_framework, load_framework
from scanner.judge.language.source import did_you_mean
from scanner.judge.policy import Policy, decide_policy, load_policy
from scanner.judge.profile import Profile, find_profile, in_order, load_profile
from scanner.judge.rule import Rule, Rulebook
from scanner.judge.scenarios import Scenarios
from scanner.judge.suppression import Suppressions, apply_suppressions, load_suppressions
from scanner.model.errors import UsageError
from scanner.model.kit import DisabledRule
from scanner.model.outcome import Assessment, Relation, ScenarioAssessment, ScenarioState
from scanner.model.snapshot import Snapshot

ALL = "all"


@dataclass(frozen=True)
class KitOptions:
    """What the user asked for. `disable`: ids of rules or names of packs; `frameworks`: ids, paths or `all`."""

    profile: str = ""
    disable: tuple[str, ...] = ()
    suppressions: Path | None = None
    frameworks: tuple[str, ...] = ()
    policy: Path | None = None


@dataclass(frozen=True)
class Kit:
    """The same, loaded and checked. `moved_by`: (scenario, rule) where a rule that was left out would move it."""

    profile: Profile | None = None
    disabled: tuple[DisabledRule, ...] = ()
    moved_by: tuple[tuple[str, str], ...] = ()
    suppressions: Suppressions | None = None
    frameworks: tuple[Framework, ...] = ()
    policy: Policy | None = None


NOTHING = KitOptions()


def load_kit(
    options: KitOptions, rulebook: Rulebook, scenarios: Scenarios, folders: Sequence[Path]
) -> tuple[Rulebook, Kit]:
    """Return the rules that are left to run, and the kit. Raises RuleError or UsageError with what is wrong.

    `folders` are those of the rules, the built-in one first: they may hold frameworks and profiles, too.
    """
    names = Names(frozenset(rule.id for rule in rulebook.rules), frozenset(one.id for one in scenarios.items))
    files = framework_files(folders)
    profile = load_profile(find_profile(options.profile, folders), sorted(files)) if options.profile else None
    wanted = options.frameworks or (profile.frameworks if profile else ())
    left, disabled = leave_out(rulebook, options.disable, profile)
    return left, Kit(
        profile=profile,
        disabled=disabled,
        moved_by=_moved_by(rulebook, disabled),
        suppressions=load_suppressions(options.suppressions, names) if options.suppressions else None,
        frameworks=tuple(load_framework(path, names) for path in _chosen(wanted, files)),
        policy=load_policy(options.policy, names) if options.policy else None,
    )


def framework_files(folders: Sequence[Path]) -> dict[str, Path]:
    """Return the framework files below the folders of rules, by id; the first folder that has one wins."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted((folder / FRAMEWORK_FOLDER).glob("*.yaml")):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def _chosen(wanted: Sequence[str], files: Mapping[str, Path]) -> list[Path]:
    chosen: dict[Path, None] = {}
    for name in wanted:
        if name == ALL:
            chosen.update(dict.fromkeys(files.values()))
        elif name in files:
            chosen[files[name]] = None
        elif name.endswith((".yaml", ".yml")):
            chosen[Path(name)] = None
        else:
            hint = did_you_mean(name, list(files)) or f"one of {', '.join(files)}, all, or the path of a file"
            raise UsageError(f"no framework {name[:60]!r}", where="--framework", hint=hint)
    return list(chosen)


def leave_out(
    rulebook: Rulebook, disable: Sequence[str], profile: Profile | None
) -> tuple[Rulebook, tuple[DisabledRule, ...]]:
    """Return the rules that are left, and those that `disable` or the profile leaves out. Raises UsageError."""
    packs = {pack.name for pack in rulebook.packs}
    ids = {rule.id for rule in rulebook.rules}
    for name in disable:
        if name not in packs and name not in ids:
            known = sorted(ids | packs)
            raise UsageError(
                f"no rule and no pack {name[:60]!r}",
                where="--disable",
                hint=did_you_mean(name, known) or "daoscan rules list shows the ids; a pack goes by its name",
            )
    out: dict[str, DisabledRule] = {}
    for pack in rulebook.packs:
        for rule in pack.rules:
            why = _why(rule, pack.name, disable, profile)
            if why:
                out[rule.id] = DisabledRule(
                    id=rule.id,
                    name=rule.name,
                    title=rule.title,
                    dimension=rule.dimension.value,
                    pack=pack.name,
                    why=why,
                )
    left = replace(rulebook, rules=tuple(rule for rule in rulebook.rules if rule.id not in out))
    return left, tuple(out[rule_id] for rule_id in sorted(out))


def _why(rule: Rule, pack: str, disable: Sequence[str], profile: Profile | None) -> str:
    if rule.id in disable:
        return f"--disable {rule.id}"
    if pack in disable:
        return f"--disable {pack}"
    return profile.leaves_out(rule) if profile else ""


def _moved_by(rulebook: Rulebook, disabled: Sequence[DisabledRule]) -> tuple[tuple[str, str], ...]:
    left_out = {rule.id for rule in disabled}
    return tuple(
        (link.id, rule.id)
        for rule in rulebook.rules
        for link in rule.scenarios
        if rule.id in left_out and link.relation in (Relation.ENABLES, Relation.FACILITATES)
    )


def _with_left_out(scenario: ScenarioAssessment, moved_by: Sequence[tuple[str, str]]) -> ScenarioAssessment:
    """A scenario that is not enabled might be made easier by what a rule that was left out would have found."""
    rules = [rule for name, rule in moved_by if name == scenario.id]
    if not rules or scenario.state is not ScenarioState.NOT_ENABLED:
        return scenario
    open_part = f"whether parts of the structure make it easier was not looked at: {', '.join(rules)} left out"
    reason = f"{scenario.reason}; {open_part}"
    return scenario.model_copy(update={"state": ScenarioState.NOT_ASSESSABLE, "reason": reason})


def apply_kit(kit: Kit, snapshot: Snapshot, assessment: Assessment) -> Assessment:
    """Return the assessment with everything that the kit adds to it. No network, no files."""
    scenarios = tuple(_with_left_out(one, kit.moved_by) for one in assessment.scenarios)
    found = assessment.model_copy(update={"disabled": kit.disabled, "scenarios": scenarios})
    if kit.suppressions is not None:
        found = apply_suppressions(found, kit.suppressions, snapshot.as_of)
    if kit.profile is not None:
        found = in_order(found, kit.profile.first).model_copy(
            update={
                "profile": kit.profile.used(),
                "digests": (*found.digests, (f"profile {kit.profile.name}", kit.profile.digest)),
            }
        )
    if kit.frameworks:
        judged = Judged(found, JudgedWorld(snapshot, found), roots(snapshot))
        digests = tuple((f"framework {one.id}", one.digest) for one in kit.frameworks)
        found = found.model_copy(
            update={
                "frameworks": tuple(assess_framework(one, judged) for one in kit.frameworks),
                "digests": (*found.digests, *digests),
            }
        )
    if kit.policy is not None:
        found = found.model_copy(
            update={
                "policy": decide_policy(kit.policy, snapshot, found),
                "digests": (*found.digests, (f"policy {kit.policy.id}", kit.policy.digest)),
            }
        )
    return found
