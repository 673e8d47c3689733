"""`daoscan verify`: every piece of evidence read again from another node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.errors import reported
from scanner.cli.options import default_cache_dir
from scanner.cli.report import read_snapshot
from scanner.cli.shared import Verbose
from scanner.model.errors import UsageError

ZIP = b"PK"
MISMATCH = 1
INCOMPLETE = 3


def verify(
    snapshot: Annotated[Path, typer.Argument(help="snapshot.json of a scan, or a bundle")],
    rpc_url: Annotated[
        str, typer.Option(envvar="DAOSCAN_RPC_URL", help="JSON-RPC address of another node; a bundle can do without")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", envvar="DAOSCAN_JSON", help="every piece as JSON on stdout")
    ] = False,
    allow_incomplete: Annotated[
        bool, typer.Option(envvar="DAOSCAN_ALLOW_INCOMPLETE", help="exit 0 when something was unavailable")
    ] = False,
    verbose: Verbose = 0,
) -> None:
    """Read every piece of evidence again from another node; of a bundle, check every file and make its reports again.

    Exit codes: 0 all of it matches, 1 something does not, 2 a bundle that does not hold what its manifest says, 3
    something could not be read or made again."""
    with reported(verbose):
        data = read_snapshot(snapshot)
        codes = []
        if data[:2] == ZIP:
            data, code = _bundle(data, str(snapshot), quiet=as_json)
            codes.append(code)
        elif not rpc_url:
            raise UsageError("no node to read the evidence from", hint="--rpc-url URL of another node")
        if rpc_url:
            codes.append(_evidence(data, str(snapshot), rpc_url, as_json=as_json))
        if MISMATCH in codes:
            raise typer.Exit(MISMATCH)
        if INCOMPLETE in codes and not allow_incomplete:
            raise typer.Exit(INCOMPLETE)


def _bundle(data: bytes, where: str, *, quiet: bool) -> tuple[bytes, int]:
    """Check a bundle and say what came out; return its snapshot and the exit code. Raises UsageError for a bad one."""
    from scanner.bundle.archive import unpack
    from scanner.bundle.bundle import SNAPSHOT, remake

    opened = unpack(data, where)
    found = remake(opened)
    if not quiet:
        manifest = opened.manifest
        typer.echo(f"{len(opened.files)} files are what the manifest says (SHA-256 {opened.manifest_sha256})")
        typer.echo(f"target {manifest.target}, block {manifest.block_number} {manifest.block_hash}")
        for path in found.same:
            typer.echo(f"match: {path} comes out the same again")
        for path in found.other:
            typer.echo(f"mismatch: {path} comes out otherwise")
        if found.why_not:
            typer.echo(f"unavailable: the reports were not made again: {found.why_not}")
    if SNAPSHOT not in opened.files:
        raise UsageError(f"the bundle holds no {SNAPSHOT}", where=where)
    return opened.files[SNAPSHOT], MISMATCH if found.other else INCOMPLETE if found.why_not else 0


def _evidence(data: bytes, where: str, rpc_url: str, *, as_json: bool) -> int:
    """Read the evidence of a snapshot again and say what came out; return the exit code."""
    from scanner import pipeline
    from scanner.chain.recheck import Verdict
    from scanner.proposals.simulate.replay import replay
    from scanner.render.text import readable
    from scanner.verification import verify as read_again

    loaded = pipeline.load_snapshot(data, where)
    result = read_again(loaded, rpc_url, replay=lambda one: replay(one, rpc_url, default_cache_dir()))
    if as_json:
        rows = [
            {"verdict": one.verdict.value, "detail": one.detail, "evidence": one.evidence.model_dump(mode="json")}
            for one in result.results
        ]
        typer.echo(json.dumps({"notes": list(result.notes), "results": rows}, indent=1))
    else:
        for note in result.notes:
            typer.echo(f"note: {readable(note)}")
        for one in result.results:
            if one.verdict is not Verdict.MATCH:
                typer.echo(f"{one.verdict.value}: {describe(one.evidence)}: {readable(one.detail)}")
        counts = ", ".join(f"{result.count(verdict)} {verdict.value}" for verdict in Verdict)
        typer.echo(f"{len(result.results)} pieces of evidence: {counts}")
    if result.count(Verdict.MISMATCH):
        return MISMATCH
    return INCOMPLETE if result.count(Verdict.UNAVAILABLE) else 0


def describe(evidence: object) -> str:
    """Return a piece of evidence in one line: its kind and where it stands."""
    parts = [str(getattr(evidence, "kind", "?"))]
    for name in ("address", "slot", "signature", "transaction_hash", "log_index", "file", "first_line", "uri"):
        value = getattr(evidence, name, None)
        if value not in (None, ""):
            parts.append(f"{name} {value}")
    return ", ".join(parts)
