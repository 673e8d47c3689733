"""`daoscan batch`: many DAOs into a store, on one machine or many."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli import fleet_options as fleet
from scanner.cli.errors import reported
from scanner.cli.output import check_folder
from scanner.cli.portfolio import address, write_portfolio
from scanner.cli.scan import ETHERSCAN, SOURCIFY
from scanner.cli.shared import FailOn, RuleFolders, Verbose
from scanner.model.errors import UsageError
from scanner.model.outcome import Severity

if TYPE_CHECKING:
    from scanner.fleet.targets import Targets


def batch(
    targets: Annotated[
        str, typer.Argument(help="CSV or JSON file, folder of manifests, or - for standard input")
    ] = "-",
    db: fleet.Db = "daoscan.sqlite",
    rpc_url: fleet.RpcUrl = "",
    endpoints: fleet.Endpoints = None,
    chain_id: fleet.ChainId = None,
    block: Annotated[
        int | None,
        typer.Option(envvar="DAOSCAN_BLOCK", min=0, help="block to pin; default: finalized, the same for all"),
    ] = None,
    workers: fleet.WorkerCount = 2,
    scheduler: fleet.Scheduler = "",
    tls_ca: fleet.TlsCa = "",
    tls_cert: fleet.TlsCert = "",
    tls_key: fleet.TlsKey = "",
    rejudge: Annotated[
        bool, typer.Option(envvar="DAOSCAN_REJUDGE", help="judge stored snapshots by today's rules; reads no chain")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option(envvar="DAOSCAN_RETRY_FAILED", help="scan again what ended in an error")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(envvar="DAOSCAN_OUT", help="folder for the portfolio page, when all is done")
    ] = None,
    rules: RuleFolders = None,
    profile: fleet.ProfileName = "",
    policy: fleet.PolicyFile = None,
    suppressions: fleet.SuppressionFile = None,
    lists: fleet.Lists = None,
    sourcify_url: fleet.SourcifyUrl = SOURCIFY,
    etherscan_url: fleet.EtherscanUrl = ETHERSCAN,
    sources: fleet.Sources = None,
    seconds: fleet.Seconds = 900,
    megabytes: fleet.Megabytes = 3072,
    max_contracts: fleet.MaxContracts = 150,
    max_transfers: fleet.MaxTransfers = 2_000_000,
    cache_dir: fleet.CacheDir = None,
    offline_compilers: fleet.OfflineCompilers = False,
    fail_on: FailOn = Severity.HIGH,
    quiet: fleet.Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Scan many DAOs into a store. What is there already is not done again: give the same command after anything.

    Exit codes: 0 all were scanned (whatever was found), 1 some ended in an error or a line names no target, 2 wrong
    input or a store of no use, 130 interrupted (Ctrl-C)."""
    with reported(verbose):
        fleet.want_packages(cluster=True)
        from scanner.fleet.batch import Batch
        from scanner.fleet.engine import Place
        from scanner.fleet.settings import Settings

        settings = Settings(
            rules=tuple(str(one.resolve()) for one in rules or ()),
            profile=profile,
            policy=str(policy.resolve()) if policy else "",
            suppressions=str(suppressions.resolve()) if suppressions else "",
            lists=tuple(lists or ()),
            sources=str(sources.resolve()) if sources else "",
            sourcify_url=sourcify_url,
            etherscan_url=etherscan_url,
            max_contracts=max_contracts,
            max_transfers=max_transfers,
            offline_compilers=offline_compilers,
            fail_on=fail_on,
            seconds=seconds,
            megabytes=megabytes,
        )
        fleet.place_in_environment(address(db) if rejudge else db, rpc_url, endpoints, cache_dir)
        if out is not None:
            check_folder(out)
        found = None if rejudge else read_all(targets, chain_id)
        with fleet.interruptible("what was done is in the store: give the same command again"):
            job = Batch(settings, Place(workers, scheduler, tls_ca, tls_cert, tls_key), quiet=quiet)
            clean = job.rejudge() if found is None else job.scan(found, block=block, retry_failed=retry_failed)
        if out is not None:
            for path in write_portfolio(out, settings, which="findings"):
                typer.echo(str(path))
        raise typer.Exit(0 if clean else 1)


def read_all(source: str, chain_id: int | None) -> Targets:
    """Return the targets that the user named. Raises UsageError where there are none."""
    from scanner.fleet.targets import read_targets

    if source == "-" and sys.stdin.isatty():
        typer.echo("targets are read from here, a line each; Ctrl-D ends them", err=True)
    found = read_targets(Path(source), sys.stdin.buffer.read() if source == "-" else None, chain_id)
    if not found.wanted:
        for one in found.bad[:20]:
            typer.echo(f"warning: {one.place}: {one.why}", err=True)
        where = "standard input" if source == "-" else source
        raise UsageError("no target", where=where, hint="a line is CHAIN,ADDRESS[,NAME[,BLOCK]] or eip155:CHAIN:0x…")
    return found
