"""A folder of standard-JSON inputs: `<chainId>/<address>.json`, or `<address>.json` for any chain."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scanner.model.errors import UsageError
from scanner.model.kinds import Verification
from scanner.model.observation import Reason
from scanner.sources.bundle import LARGEST_BYTES, BundleError, build_bundle
from scanner.sources.interface import Deployed, NoSource, SourceAnswer, SourceProvider, VerifiedSource
from scanner.sources.sourcify import compare, read_contract
from scanner.sources.strict import NotReadable, mapping, objects, read_json, text

KEY = "daoscan"
SIDECAR = ".daoscan.json"


class Folder(SourceProvider):
    """Source that the user has.

    A file is either a contract document as Sourcify's API v2 gives it, or a standard-JSON input. The latter names its
    contract under the key `daoscan`, or in a file `<address>.daoscan.json` beside it:
    `{"contract": "path:Name", "compiler": "0.8.28+commit.7893614a", "abi": […], "runtimeBytecode": "0x…"}`, the last
    two of which may be left out. Without runtime code to compare, the source is ASSERTED.
    """

    name = "folder"
    place = ""
    requests = 0

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise UsageError(
                f"'{folder}' is no folder.", where="--sources", hint="Name a folder of standard-JSON files."
            )
        self._folder = folder

    def fetch(self, deployed: Deployed) -> SourceAnswer:
        for below in (str(deployed.chain_id), ""):
            path = _find(self._folder / below, f"{deployed.address}.json")
            if path is not None:
                shown = f"{below}/{path.name}".removeprefix("/")
                try:
                    return _read(path, deployed)
                except BundleError as error:
                    return NoSource(error.reason, f"{self.name}: {shown}: {error.detail}")
                except NotReadable as error:
                    return NoSource(Reason.UNDECODABLE, f"{self.name}: {shown}: {error}")
                except OSError as error:
                    return NoSource(Reason.EXPLORER_DOWN, f"{self.name}: {shown}: {error.strerror or 'not readable'}")
        return NoSource(Reason.NOT_VERIFIED, f"{self.name}: no file for this address")


def _find(folder: Path, name: str) -> Path | None:
    """File names may carry the checksum case of EIP-55."""
    exact = folder / name
    if exact.is_file():
        return exact
    if not folder.is_dir():
        return None
    return next((path for path in sorted(folder.iterdir()) if path.name.lower() == name and path.is_file()), None)


def _read(path: Path, deployed: Deployed) -> SourceAnswer:
    if path.stat().st_size > 2 * LARGEST_BYTES:
        raise BundleError(Reason.LIMIT, f"larger than {2 * LARGEST_BYTES // 1_000_000} MB")
    document = mapping(read_json(path.read_bytes()))
    if "compilation" in document:
        return read_contract(_about(document, deployed), deployed, provider="folder")
    about = mapping(document.get(KEY))
    sidecar = path.with_name(path.stem + SIDECAR)
    if not about and sidecar.is_file():
        about = mapping(read_json(sidecar.read_bytes()))
    if not about:
        raise BundleError(Reason.UNDECODABLE, f"neither a key '{KEY}' nor a file '{sidecar.name}' names the contract")
    bundle = build_bundle(
        document,
        contract=text(about.get("contract")),
        compiler=text(about.get("compiler")),
        provider="folder",
    )
    tie = compare(text(about.get("runtimeBytecode")), deployed)
    if tie is Verification.OTHER_BYTECODE:
        return NoSource(Reason.OTHER_BYTECODE, "folder: the file is for other bytecode than is deployed")
    detail = "folder: not compared with the deployed code" if tie is Verification.ASSERTED else ""
    return VerifiedSource(bundle, objects(about.get("abi")), tie, detail)


def _about(document: Mapping[str, Any], deployed: Deployed) -> Mapping[str, Any]:
    """A saved contract document; what it leaves out is what the file's name says, and a match is no more than one."""
    level = "match" if document.get("match", "match") is not None else None
    stated = {"chainId": str(deployed.chain_id), "address": deployed.address}
    return {**stated, **document, "match": level, "runtimeMatch": level}
