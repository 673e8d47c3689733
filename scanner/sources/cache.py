"""Source that was found before, on disk. Only answers that hold source are kept: what was missing is asked again."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from scanner.model.kinds import Verification
from scanner.model.snapshot import SourceBundle
from scanner.model.values import Model
from scanner.sources.bundle import source_id
from scanner.sources.interface import Deployed, SourceProvider, VerifiedSource
from scanner.sources.strict import canonical

_FORMAT = 1


class _Kept(Model):
    bundle: SourceBundle
    abi: tuple[dict[str, Any], ...]
    verification: Verification
    detail: str


_ADAPTER = TypeAdapter(_Kept)


class SourceCache:
    """Answers by provider, its host, chain, address and deployed code. Neither URLs nor keys go into it.

    A file that cannot be read, or whose source is not what its digest says, counts as absent. A cache that cannot be
    written is no error: the answer is asked for again next time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, provider: SourceProvider, deployed: Deployed) -> VerifiedSource | None:
        """Return the answer kept for `deployed`, or nothing."""
        try:
            kept = _ADAPTER.validate_json(self._path(provider, deployed).read_bytes())
            intact = source_id(kept.bundle) == kept.bundle.source_id
        except (OSError, ValidationError, ValueError, RecursionError):
            return None
        return VerifiedSource(kept.bundle, kept.abi, kept.verification, kept.detail) if intact else None

    def put(self, provider: SourceProvider, deployed: Deployed, answer: VerifiedSource) -> None:
        """Keep `answer`, all of it or nothing."""
        kept = _Kept(
            bundle=answer.bundle,
            abi=tuple(dict(entry) for entry in answer.abi),
            verification=answer.verification,
            detail=answer.detail,
        )
        path = self._path(provider, deployed)
        temporary = ""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("wb", dir=path.parent, suffix=".part", delete=False) as file:
                temporary = file.name
                file.write(_ADAPTER.dump_json(kept))
            os.replace(temporary, path)
        except OSError:
            if temporary:
                Path(temporary).unlink(missing_ok=True)

    def _path(self, provider: SourceProvider, deployed: Deployed) -> Path:
        code = hashlib.sha256(deployed.runtime_code.lower().encode("ascii")).hexdigest()
        key = canonical([_FORMAT, provider.name, provider.place, deployed.chain_id, deployed.address, code])
        digest = hashlib.sha256(key.encode("utf-8")).hexdigest()
        return self._folder / provider.name / digest[:2] / f"{digest}.json"
