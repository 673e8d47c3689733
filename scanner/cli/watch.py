"""`daoscan watch`: what is due is scanned again, and changes on chain that matter are told."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from scanner.cli import fleet_options as fleet
from scanner.cli.batch import read_all
from scanner.cli.errors import reported
from scanner.cli.portfolio import address
from scanner.cli.scan import ETHERSCAN, SOURCIFY
from scanner.cli.shared import FailOn, RuleFolders, Verbose
from scanner.model.errors import OutputError, UsageError
from scanner.model.outcome import Severity


def watch(
    targets: Annotated[
        str,
        typer.Argument(help="CSV or JSON file, folder of manifests, - for standard input; default: all in the store"),
    ] = "",
    db: fleet.Db = "daoscan.sqlite",
    every: Annotated[
        int, typer.Option(envvar="DAOSCAN_EVERY", min=0, help="seconds after which a target is due again")
    ] = 3600,
    once: Annotated[bool, typer.Option(envvar="DAOSCAN_ONCE", help="one round, then end: for a timer")] = False,
    webhook: Annotated[
        str,
        typer.Option(
            envvar="DAOSCAN_WEBHOOK",
            help="https address that each event is sent to, signed with DAOSCAN_WEBHOOK_SECRET",
            show_default=False,
        ),
    ] = "",
    rpc_url: fleet.RpcUrl = "",
    endpoints: fleet.Endpoints = None,
    chain_id: fleet.ChainId = None,
    workers: fleet.WorkerCount = 2,
    scheduler: fleet.Scheduler = "",
    tls_ca: fleet.TlsCa = "",
    tls_cert: fleet.TlsCert = "",
    tls_key: fleet.TlsKey = "",
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
    """Scan again what is due, and tell changes on chain that move an outcome: one line of JSON each, and a webhook.

    Exit codes: 0 all was scanned and told, 1 some was not (both with --once), 2 wrong input or a store of no use,
    4 nobody reads standard output any more, 130 interrupted (Ctrl-C). What was not told is told by the next run."""
    with reported(verbose):
        fleet.want_packages(cluster=True)
        from scanner.fleet.engine import Place
        from scanner.fleet.settings import Settings
        from scanner.fleet.watch import Watch
        from scanner.fleet.webhook import SECRET, Webhook

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
        found = read_all(targets, chain_id) if targets else None
        fleet.place_in_environment(db if found else address(db), rpc_url, endpoints, cache_dir)
        if not webhook and sys.stdout is None:
            raise UsageError("nobody to tell: standard output is closed", hint="leave it open, or give --webhook")
        hook = Webhook(webhook, os.environ.get(SECRET, "")) if webhook else None
        place = Place(workers, scheduler, tls_ca, tls_cert, tls_key)
        with fleet.interruptible("what was done is in the store, what was not told is told by the next run"):
            job = Watch(settings, place, webhook=hook, say=say, quiet=quiet)
            if once:
                raise typer.Exit(0 if job.round(found, every) else 1)
            job.forever(found, every)


def say(line: str) -> None:
    """Write a line to standard output, at once. Raises OutputError where nobody can read it."""
    try:
        typer.echo(line)
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise OutputError(
            f"standard output cannot be written: {said}",
            hint="what was not told is told by the next run",
        ) from error
