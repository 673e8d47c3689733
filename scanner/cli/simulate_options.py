"""Options of commands that execute open proposals on a local fork."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.model.errors import UsageError

if TYPE_CHECKING:
    from scanner.proposals.simulate.simulate import SimulateOptions

Simulate = Annotated[
    bool, typer.Option("--simulate", envvar="DAOSCAN_SIMULATE", help="execute open proposals on a local fork (anvil)")
]
Anvil = Annotated[
    Path | None,
    typer.Option(
        envvar="DAOSCAN_ANVIL", help="path of anvil; else on the path, in the cache, or brought once from npm"
    ),
]


def simulate_options(
    simulate: bool, anvil: Path | None, cache_dir: Path, *, offline: bool, only: str | None = None
) -> SimulateOptions | None:
    """Return what to simulate with, None where nobody asked. Raises UsageError for an anvil that is no program.

    `only` is the id of the one proposal that is wanted, empty for a draft; None for all.
    """
    if anvil is not None and not (anvil.is_file() and os.access(anvil, os.X_OK)):
        raise UsageError("no such program", where=f"--anvil {anvil}", hint="give the path of an executable anvil")
    if not simulate:
        return None
    from scanner.proposals.simulate.simulate import SimulateOptions

    return SimulateOptions(cache_dir=cache_dir, anvil=anvil, offline=offline, only=only)
