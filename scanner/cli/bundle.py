"""`daoscan bundle`: a scan in one file that can be filed, signed and checked."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.errors import reported
from scanner.cli.kit_options import Disable, FrameworkNames, PolicyFile, ProfileName, SuppressionFile, kit_options
from scanner.cli.output import check_folder, write_all
from scanner.cli.report import read_snapshot
from scanner.cli.shared import HandlingLabel, Lang, RuleFolders, Verbose
from scanner.model.errors import UsageError


def bundle(
    snapshot: Annotated[Path, typer.Argument(help="snapshot.json of a scan, or the folder of the scan")],
    out: Annotated[Path, typer.Option(envvar="DAOSCAN_BUNDLE", help="the file to write")] = Path("bundle.zip"),
    extra: Annotated[
        list[Path] | None, typer.Option("--with", help="a file to file with it, a list for instance; may be repeated")
    ] = None,
    rules: RuleFolders = None,
    profile: ProfileName = "",
    disable: Disable = None,
    suppressions: SuppressionFile = None,
    framework: FrameworkNames = None,
    policy: PolicyFile = None,
    formats: Annotated[
        str,
        typer.Option(
            "--format", envvar="DAOSCAN_BUNDLE_FORMAT", help="html, json, sarif, md, csv; several with commas"
        ),
    ] = "html,json",
    lang: Lang = "en",
    handling: HandlingLabel = None,
    verbose: Verbose = 0,
) -> None:
    """Pack a snapshot, its sources, the rules and the reports into one file with a manifest of SHA-256 digests.

    The same inputs give the same bytes. Beside the file its manifest is written: sign either of them with a tool of
    your own, and check the file with `daoscan verify`."""
    with reported(verbose):
        from scanner.bundle.archive import manifest_bytes, unpack
        from scanner.bundle.bundle import BundleOptions, make_bundle

        if profile and ("/" in profile or profile.endswith((".yaml", ".yml"))):
            raise UsageError(
                "a bundle takes built-in profiles only", hint="say with --disable and --policy what it says"
            )
        source = snapshot / "snapshot.json" if snapshot.is_dir() else snapshot
        check_folder(out.parent)
        options = BundleOptions(
            rules=tuple(rules or ()),
            kit=kit_options(profile, disable, suppressions, framework, policy),
            lang=lang,
            formats=tuple(dict.fromkeys(part.strip() for part in formats.split(",") if part.strip())),
            handling=handling,
            extra=tuple(extra or ()),
        )
        data = make_bundle(read_snapshot(source), str(source), options)
        manifest = manifest_bytes(unpack(data, str(out)).manifest)
        paths = write_all(out.parent, {out.name: data, f"{out.name}.manifest.json": manifest})
        for path, content in zip(paths, (data, manifest), strict=True):
            typer.echo(f"{hashlib.sha256(content).hexdigest()}  {path}")
