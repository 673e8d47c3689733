"""`daoscan batch`: many DAOs into a store, on one machine or many."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.errors import reported
from scanner.cli.options import default_cache_dir
from scanner.cli.portfolio import Db, write_portfolio
from scanner.cli.scan import ETHERSCAN, SOURCIFY
from scanner.cli.shared import FailOn, RuleFolders, Verbose
from scanner.model.errors import UsageError
from scanner.model.outcome import Severity


def batch(
    targets: Annotated[
        str, typer.Argument(help="CSV or JSON file, folder of manifests, or - for standard input")
    ] = "-",
    db: Db = "daoscan.sqlite",
    rpc_url: Annotated[
        str, typer.Option(envvar="DAOSCAN_RPC_URL", help="node, where all targets are on one chain")
    ] = "",
    endpoints: Annotated[
        Path | None, typer.Option(envvar="DAOSCAN_ENDPOINTS", help="YAML file with the node of each chain")
    ] = None,
    chain_id: Annotated[
        int | None, typer.Option(envvar="DAOSCAN_CHAIN_ID", help="chain of targets that name none")
    ] = None,
    block: Annotated[
        int | None,
        typer.Option(envvar="DAOSCAN_BLOCK", min=0, help="block to pin; default: finalized, the same for all"),
    ] = None,
    workers: Annotated[int, typer.Option(envvar="DAOSCAN_WORKERS", min=1, max=512, help="processes here")] = 2,
    scheduler: Annotated[
        str, typer.Option(envvar="DAOSCAN_SCHEDULER", help="a dask scheduler to use instead: tls://host:8786")
    ] = "",
    tls_ca: Annotated[str, typer.Option(envvar="DAOSCAN_TLS_CA", help="PEM file of the authority")] = "",
    tls_cert: Annotated[str, typer.Option(envvar="DAOSCAN_TLS_CERT", help="PEM file of the certificate")] = "",
    tls_key: Annotated[str, typer.Option(envvar="DAOSCAN_TLS_KEY", help="PEM file of the key")] = "",
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
    profile: Annotated[
        str,
        typer.Option("--profile", envvar="DAOSCAN_PROFILE", help="exchange, regulator, auditor, or the path of a file"),
    ] = "",
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy",
            envvar="DAOSCAN_POLICY",
            help="YAML file of your own criteria; it decides the exit codes that are kept",
        ),
    ] = None,
    suppressions: Annotated[
        Path | None,
        typer.Option("--suppressions", envvar="DAOSCAN_SUPPRESSIONS", help="YAML file of findings that are accepted"),
    ] = None,
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            envvar="DAOSCAN_LIST",
            help="list of addresses: a file, or the name of an imported one; may be repeated",
        ),
    ] = None,
    sourcify_url: Annotated[
        str, typer.Option(envvar="DAOSCAN_SOURCIFY_URL", help="Sourcify v2 server; empty for none")
    ] = SOURCIFY,
    etherscan_url: Annotated[
        str,
        typer.Option(
            envvar="DAOSCAN_ETHERSCAN_URL", help="Etherscan v2 address; the key is DAOSCAN_ETHERSCAN_KEY of each worker"
        ),
    ] = ETHERSCAN,
    sources: Annotated[
        Path | None, typer.Option(envvar="DAOSCAN_SOURCES", help="folder of standard-JSON inputs: CHAIN/ADDRESS.json")
    ] = None,
    seconds: Annotated[int, typer.Option(envvar="DAOSCAN_SECONDS", min=1, help="time limit of one DAO")] = 900,
    megabytes: Annotated[
        int, typer.Option(envvar="DAOSCAN_MEGABYTES", min=64, help="limit of resident memory of one DAO")
    ] = 3072,
    max_contracts: Annotated[
        int, typer.Option(envvar="DAOSCAN_MAX_CONTRACTS", min=1, help="where a crawl stops")
    ] = 150,
    max_transfers: Annotated[
        int, typer.Option(envvar="DAOSCAN_MAX_TRANSFERS", min=0, help="a token with more is read without its holders")
    ] = 300_000,
    cache_dir: Annotated[
        Path | None, typer.Option(envvar="DAOSCAN_CACHE", help="folder for what need not be done twice")
    ] = None,
    offline_compilers: Annotated[
        bool, typer.Option(envvar="DAOSCAN_OFFLINE_COMPILERS", help="use only compilers that are here already")
    ] = False,
    fail_on: FailOn = Severity.HIGH,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress")] = False,
    verbose: Verbose = 0,
) -> None:
    """Scan many DAOs into a store. What is there already is not done again: give the same command after anything.

    Exit codes: 0 all were scanned (whatever was found), 1 some ended in an error or a line names no target, 2 wrong
    input or a store of no use."""
    with reported(verbose):
        from scanner.fleet.batch import Batch
        from scanner.fleet.engine import Place
        from scanner.fleet.settings import Settings
        from scanner.fleet.targets import Targets, read_targets

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
        place = Place(workers, scheduler, tls_ca, tls_cert, tls_key)
        _named(db, rpc_url, endpoints, cache_dir)
        if rejudge:
            found = Targets((), ())
        elif targets == "-":
            found = read_targets(Path("-"), sys.stdin.read(), chain_id)
        else:
            found = read_targets(Path(targets), chain_id=chain_id)
        if not rejudge and not found.wanted:
            for one in found.bad[:20]:
                typer.echo(f"warning: {one.place}: {one.why}", err=True)
            raise UsageError(
                "no target", where=targets, hint="a line is CHAIN,ADDRESS[,NAME[,BLOCK]] or eip155:CHAIN:0x…"
            )
        job = Batch(db, settings, place, quiet=quiet)
        clean = job.rejudge() if rejudge else job.scan(found, block=block, retry_failed=retry_failed)
        if out is not None:
            write_portfolio(out, settings, which="findings")
        raise typer.Exit(0 if clean else 1)


def _named(db: str, rpc_url: str, endpoints: Path | None, cache_dir: Path | None) -> None:
    """Put where things are into the environment, from which workers on this machine take it; others have their own."""
    os.environ["DAOSCAN_DB"] = db if "://" in db else f"sqlite:///{Path(db).resolve()}"
    os.environ["DAOSCAN_CACHE"] = str((cache_dir or default_cache_dir()).resolve())
    if endpoints is not None:
        os.environ["DAOSCAN_ENDPOINTS"] = str(endpoints.resolve())
    if rpc_url:
        os.environ["DAOSCAN_RPC_URL"] = rpc_url
