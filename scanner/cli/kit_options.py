"""Options for what a reader brings: a profile, what to leave out, what is accepted, frameworks, a policy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.model.outcome import Severity

if TYPE_CHECKING:
    from scanner.judge.kit import KitOptions
    from scanner.judge.profile import Profile

ProfileName = Annotated[
    str,
    typer.Option("--profile", envvar="DAOSCAN_PROFILE", help="exchange, regulator, auditor, or the path of a file"),
]
Disable = Annotated[
    list[str] | None,
    typer.Option("--disable", envvar="DAOSCAN_DISABLE", help="rule id or pack to leave out; may be repeated"),
]
SuppressionFile = Annotated[
    Path | None,
    typer.Option("--suppressions", envvar="DAOSCAN_SUPPRESSIONS", help="YAML file of findings that are accepted"),
]
FrameworkNames = Annotated[
    list[str] | None,
    typer.Option(
        "--framework", envvar="DAOSCAN_FRAMEWORK", help="framework to answer: an id, a file, or all; may be repeated"
    ),
]
PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", envvar="DAOSCAN_POLICY", help="YAML file of your own criteria; it decides the exit code"),
]


def kit_options(
    profile: str,
    disable: list[str] | None,
    suppressions: Path | None,
    frameworks: list[str] | None,
    policy: Path | None,
) -> KitOptions:
    """Return the options as the rules take them."""
    from scanner.judge.kit import KitOptions

    return KitOptions(
        profile=profile,
        disable=tuple(disable or ()),
        suppressions=suppressions,
        frameworks=tuple(frameworks or ()),
        policy=policy,
    )


@dataclass(frozen=True)
class Chosen:
    """What is written, and what makes the exit code 1."""

    formats: str
    fail_on: Severity


def chosen(context: typer.Context, profile: Profile | None) -> Chosen:
    """Return formats and severity: as the user gave them, else as the profile says, else the default."""
    formats, fail_on = str(context.params["formats"]), Severity(context.params["fail_on"])
    if profile is not None:
        if profile.formats and _left_alone(context, "formats"):
            formats = ",".join(profile.formats)
        if profile.fail_on is not None and _left_alone(context, "fail_on"):
            fail_on = profile.fail_on
    return Chosen(formats, fail_on)


def _left_alone(context: typer.Context, name: str) -> bool:
    """Whether neither the command line nor the environment says anything about a parameter."""
    source = context.get_parameter_source(name)
    return source is None or source.name in ("DEFAULT", "DEFAULT_MAP")
