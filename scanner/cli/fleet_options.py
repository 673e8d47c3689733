"""Options that the commands over many DAOs have, and the packages that they want."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.errors import INTERRUPTED
from scanner.cli.options import default_cache_dir
from scanner.model.errors import UsageError

_STORE, _FLEET = ("sqlalchemy",), ("sqlalchemy", "dask", "distributed")


def want_packages(*, cluster: bool) -> None:
    """Raise UsageError where packages of the extra `fleet` are missing: those of a cluster, or only the store's."""
    missing = [name for name in (_FLEET if cluster else _STORE) if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(f"not installed: {', '.join(missing)}", hint="pip install 'daoscan[fleet]'")


def place_in_environment(db: str, rpc_url: str, endpoints: Path | None, cache_dir: Path | None) -> None:
    """Put where things are into the environment, from which workers on this machine take it; others have their own."""
    os.environ["DAOSCAN_DB"] = db if "://" in db else f"sqlite:///{Path(db).resolve()}"
    os.environ["DAOSCAN_CACHE"] = str((cache_dir or default_cache_dir()).resolve())
    if endpoints is not None:
        os.environ["DAOSCAN_ENDPOINTS"] = str(endpoints.resolve())
    if rpc_url:
        os.environ["DAOSCAN_RPC_URL"] = rpc_url


@contextlib.contextmanager
def interruptible(said: str) -> Iterator[None]:
    """Let Ctrl-C, and SIGTERM as Ctrl-C, end what is done within: in order, with one line and the exit code 130."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"error: interrupted; {said}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


Db = Annotated[
    str,
    typer.Option("--db", envvar="DAOSCAN_DB", help="store: path of a SQLite file, or postgresql+psycopg://host/name"),
]
RpcUrl = Annotated[str, typer.Option(envvar="DAOSCAN_RPC_URL", help="node, where all targets are on one chain")]
Endpoints = Annotated[
    Path | None, typer.Option(envvar="DAOSCAN_ENDPOINTS", help="YAML file with the node of each chain")
]
ChainId = Annotated[int | None, typer.Option(envvar="DAOSCAN_CHAIN_ID", help="chain of targets that name none")]
WorkerCount = Annotated[int, typer.Option(envvar="DAOSCAN_WORKERS", min=1, max=512, help="processes here")]
Scheduler = Annotated[
    str, typer.Option(envvar="DAOSCAN_SCHEDULER", help="a dask scheduler to use instead: tls://host:8786")
]
TlsCa = Annotated[str, typer.Option(envvar="DAOSCAN_TLS_CA", help="PEM file of the authority")]
TlsCert = Annotated[str, typer.Option(envvar="DAOSCAN_TLS_CERT", help="PEM file of the certificate")]
TlsKey = Annotated[str, typer.Option(envvar="DAOSCAN_TLS_KEY", help="PEM file of the key")]
ProfileName = Annotated[
    str, typer.Option("--profile", envvar="DAOSCAN_PROFILE", help="exchange, regulator, auditor, or the path of a file")
]
PolicyFile = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        envvar="DAOSCAN_POLICY",
        help="YAML file of your own criteria; it decides the exit codes that are kept",
    ),
]
SuppressionFile = Annotated[
    Path | None,
    typer.Option("--suppressions", envvar="DAOSCAN_SUPPRESSIONS", help="YAML file of findings that are accepted"),
]
Lists = Annotated[
    list[str] | None,
    typer.Option(
        "--list",
        envvar="DAOSCAN_LIST",
        help="list of addresses: a file, or the name of an imported one; may be repeated",
    ),
]
SourcifyUrl = Annotated[str, typer.Option(envvar="DAOSCAN_SOURCIFY_URL", help="Sourcify v2 server; empty for none")]
EtherscanUrl = Annotated[
    str,
    typer.Option(
        envvar="DAOSCAN_ETHERSCAN_URL", help="Etherscan v2 address; the key is DAOSCAN_ETHERSCAN_KEY of each worker"
    ),
]
Sources = Annotated[
    Path | None, typer.Option(envvar="DAOSCAN_SOURCES", help="folder of standard-JSON inputs: CHAIN/ADDRESS.json")
]
Seconds = Annotated[int, typer.Option(envvar="DAOSCAN_SECONDS", min=1, help="time limit of one DAO")]
Megabytes = Annotated[int, typer.Option(envvar="DAOSCAN_MEGABYTES", min=64, help="limit of resident memory of one DAO")]
MaxContracts = Annotated[int, typer.Option(envvar="DAOSCAN_MAX_CONTRACTS", min=1, help="where a crawl stops")]
MaxTransfers = Annotated[
    int, typer.Option(envvar="DAOSCAN_MAX_TRANSFERS", min=0, help="a token with more is read without its holders")
]
CacheDir = Annotated[Path | None, typer.Option(envvar="DAOSCAN_CACHE", help="folder for what need not be done twice")]
OfflineCompilers = Annotated[
    bool, typer.Option(envvar="DAOSCAN_OFFLINE_COMPILERS", help="use only compilers that are here already")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="no progress")]
