"""The library as its documentation shows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import scanner
from scanner.model.errors import UsageError
from scanner.sources.collect import SourceOptions
from tests.e2e.conftest import Field

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.node
@pytest.mark.compiler
def test_the_example_of_the_documentation(
    field: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "library.md").read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {
        "GOVERNOR": field.daos["open-club"].governor,
        "RPC_URL": field.chain.url,
        "SOURCES": SourceOptions(sourcify_url=field.sourcify.url),
    }
    exec(compile(example, "docs/library.md", "exec"), names)
    found = names["found"]
    assert isinstance(found, scanner.Scan)
    assert found.snapshot.target.name == "River DAO"
    assert found.exit_code() in (0, 1, 3)
    assert (tmp_path / "report.html").read_bytes() == found.report("html")
    assert len(capsys.readouterr().out.splitlines()) == len(found.findings)


def test_what_the_library_offers() -> None:
    assert all(getattr(scanner, name) for name in scanner.__all__)
    with pytest.raises(UsageError, match="cannot be read"):
        scanner.load(Path("/nowhere/snapshot.json"))
    with pytest.raises(AttributeError):
        _ = scanner.nothing  # type: ignore[attr-defined]
