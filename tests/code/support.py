"""Jobs for code analysis, built from sources in text or from packages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fixtures.build import Recipe
from fixtures.localchain import project_root
from scanner.cli.options import default_cache_dir
from scanner.code.interface import CodeJob
from scanner.model.evidence import AtBlock
from scanner.model.kinds import Verification
from scanner.model.snapshot import SourceBundle, SourceFile
from scanner.sources.interface import VerifiedSource

AT = AtBlock(chain_id=31337, block_number=7, block_hash="0x" + "ab" * 32)
OTHER = AtBlock(chain_id=1, block_number=21_000_000, block_hash="0x" + "cd" * 32)

# PUSH1 0, CALLDATALOAD, PUSH1 0xe0, SHR, DUP1, PUSH4 0xdeadbeef, EQ, PUSH1 0x14, JUMPI, PUSH1 0, DUP1, REVERT, …
RUNTIME = "0x60003560e01c8063deadbeef146014576000" + "80fd5b00"


def address(number: int) -> str:
    """Return an address that is easy to tell apart."""
    return f"0x{number:040x}"


def standard_json(sources: Mapping[str, str], **settings: Any) -> dict[str, Any]:
    """Return a standard JSON input."""
    files = {path: {"content": content} for path, content in sources.items()}
    return {"language": "Solidity", "sources": files, "settings": settings}


def of_recipe(recipe: Recipe) -> dict[str, Any]:
    """Return the standard JSON input of contracts of packages."""
    return recipe.standard_json(project_root())


def bundle(request: Mapping[str, Any], name: str, *, solc: str, path: str = "", language: str = "") -> SourceBundle:
    """Return a source as a verifier would give it."""
    return SourceBundle(
        source_id=hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest(),
        contract_name=name,
        contract_path=path,
        compiler=solc,
        provider="test",
        settings_json=json.dumps(request["settings"], sort_keys=True),
        language=language or request["language"],
        files=tuple(SourceFile(path=path, content=file["content"]) for path, file in request["sources"].items()),
    )


def job(number: int, source: SourceBundle | None, *, at: AtBlock = AT, code: str = RUNTIME, why: str = "") -> CodeJob:
    """Return a job for a made-up address."""
    verified = VerifiedSource(bundle=source, abi=(), verification=Verification.ASSERTED) if source else None
    return CodeJob(address=address(number), runtime_code=code, at=at, source=verified, no_source_reason=why)


def cache_with_compilers(folder: Path) -> Path:
    """Return an empty cache but for the compilers, which are kept between test runs."""
    kept = default_cache_dir() / "solc-js"
    kept.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "solc-js").symlink_to(kept)
    return folder
