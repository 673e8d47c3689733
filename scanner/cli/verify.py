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

MISMATCH = 1
INCOMPLETE = 3


def verify(
    snapshot: Annotated[Path, typer.Argument(help="snapshot.json of a scan")],
    rpc_url: Annotated[str, typer.Option(envvar="DAOSCAN_RPC_URL", help="JSON-RPC address of another node")],
    as_json: Annotated[
        bool, typer.Option("--json", envvar="DAOSCAN_JSON", help="every piece as JSON on stdout")
    ] = False,
    allow_incomplete: Annotated[
        bool, typer.Option(envvar="DAOSCAN_ALLOW_INCOMPLETE", help="exit 0 when something was unavailable")
    ] = False,
    verbose: Verbose = 0,
) -> None:
    """Read every piece of evidence again from another node.

    Exit codes: 0 all of it matches, 1 something does not, 3 something could not be read."""
    with reported(verbose):
        from scanner import pipeline
        from scanner.chain.recheck import Verdict
        from scanner.proposals.simulate.replay import replay
        from scanner.render.text import readable
        from scanner.verification import verify as read_again

        loaded = pipeline.load_snapshot(read_snapshot(snapshot), str(snapshot))
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
            raise typer.Exit(MISMATCH)
        if result.count(Verdict.UNAVAILABLE) and not allow_incomplete:
            raise typer.Exit(INCOMPLETE)


def describe(evidence: object) -> str:
    """Return a piece of evidence in one line: its kind and where it stands."""
    parts = [str(getattr(evidence, "kind", "?"))]
    for name in ("address", "slot", "signature", "transaction_hash", "log_index", "file", "first_line", "uri"):
        value = getattr(evidence, name, None)
        if value not in (None, ""):
            parts.append(f"{name} {value}")
    return ", ".join(parts)
