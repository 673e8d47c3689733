"""What the tests of code analysis share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.code.support import cache_with_compilers


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """An empty cache but for the compilers."""
    return cache_with_compilers(tmp_path / "cache")
