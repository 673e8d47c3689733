"""Options about SARIF: the repository that results stand in, and the earlier run they are compared with."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.model.errors import UsageError

if TYPE_CHECKING:
    from scanner.model.outcome import Assessment
    from scanner.render.sarif import SarifOptions
    from scanner.render.sarif_places import ManifestFile

RepositoryFolder = Annotated[
    Path | None,
    typer.Option(
        "--repository",
        envvar="DAOSCAN_REPOSITORY",
        help="checkout in which SARIF results stand: files are found by their content",
    ),
]
BaselineFile = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        envvar="DAOSCAN_BASELINE",
        help="earlier SARIF file: results become new, unchanged, updated or absent; the exit code counts new ones",
    ),
]


def sarif_options(baseline: Path | None, repository: Path | None, manifest: Path | None = None) -> SarifOptions:
    """Return the options of report.sarif. Raises UsageError for files that cannot be used."""
    from scanner.code.repository.index import files_by_digest
    from scanner.render.sarif import SarifOptions
    from scanner.render.sarif_baseline import read_baseline
    from scanner.render.sarif_places import Places

    files = files_by_digest(repository) if repository is not None else {}
    place = _manifest(manifest, repository) if manifest is not None else None
    found = None
    if baseline is not None:
        found = read_baseline(_bytes(baseline, "the baseline cannot be read"), str(baseline))
    return SarifOptions(Places(files=files, manifest=place), found)


def counted(assessment: Assessment, options: SarifOptions) -> Assessment:
    """Return what the exit code counts: with a baseline the findings that are new."""
    return options.baseline.only_new(assessment) if options.baseline is not None else assessment


def _manifest(path: Path, repository: Path | None) -> ManifestFile:
    from scanner.render.sarif_places import ManifestFile, source_uri

    data = _bytes(path, "the manifest cannot be read")
    full = path.resolve()
    root = repository.resolve() if repository is not None else _checkout(full)
    below = full.relative_to(root).as_posix() if full.is_relative_to(root) else full.name
    return ManifestFile(source_uri(below), hashlib.sha256(data).hexdigest(), data.decode("utf-8", "replace"))


def _checkout(path: Path) -> Path:
    """The folder that paths are given from: that of the version control, else the file's own."""
    return next((folder for folder in path.parents if (folder / ".git").exists()), path.parent)


def _bytes(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{what}: {error.strerror}", where=str(path)) from None
