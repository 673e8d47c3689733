from __future__ import annotations

from pathlib import Path

import pytest

from scanner.content import default_cache_dir, reports_dir, rules_dir


def test_a_checkout_has_its_content_beside_the_package() -> None:
    root = Path(__file__).resolve().parent.parent
    assert rules_dir() == root / "rules"
    assert reports_dir() == root / "reports"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"DAOSCAN_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, Path("/a/daoscan")),
        ({"XDG_CACHE_HOME": "/b"}, Path("/b/daoscan")),
        ({"DAOSCAN_CACHE": ""}, Path.home() / ".cache/daoscan"),
    ],
)
def test_where_the_cache_is(environment: dict[str, str], expected: Path) -> None:
    assert default_cache_dir(environment) == expected
