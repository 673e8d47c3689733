"""`python -m tools.bench --out out`: one line per figure, and out/bench.json. Exit code 1 when one falls short."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.bench.figure import Figure, to_json

MODULES = ("code", "scan", "transfers", "depth", "rules", "proposals", "simulation", "report", "fleet", "guards")
"""Modules of this package; each has `figures() -> list[Figure]`. A new kind of measurement is added here."""


def measure(modules: Sequence[str]) -> list[Figure]:
    """Return the figures of `modules`, printing each as soon as it is known."""
    found: list[Figure] = []
    for name in modules:
        for figure in importlib.import_module(f"tools.bench.{name}").figures():
            print(figure.line(), flush=True)
            found.append(figure)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; returns the exit code."""
    parser = argparse.ArgumentParser(prog="tools.bench", description="Measures speed, memory and round trips.")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for bench.json")
    parser.add_argument("--only", choices=MODULES, action="append", help="measure only this (may be repeated)")
    options = parser.parse_args(arguments)
    figures = measure(options.only or MODULES)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "bench.json").write_text(to_json(figures), encoding="utf-8", newline="\n")
    return 0 if figures and all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
