from __future__ import annotations

from pathlib import Path

from scanner.content import reports_dir, rules_dir


def test_a_checkout_has_its_content_beside_the_package() -> None:
    root = Path(__file__).resolve().parent.parent
    assert rules_dir() == root / "rules"
    assert reports_dir() == root / "reports"
