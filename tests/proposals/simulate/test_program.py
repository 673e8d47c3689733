from __future__ import annotations

import platform
import shutil
from pathlib import Path

import pytest

import scanner
from fixtures.localchain import anvil_binary
from scanner.proposals.simulate import program
from scanner.proposals.simulate.program import NoAnvil, find_anvil


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_the_one_that_the_user_names_is_taken(tmp_path: Path) -> None:
    found = find_anvil(anvil_binary(), tmp_path, offline=True)
    assert found.path == anvil_binary()
    assert found.said == "anvil 1.7.1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo geth 1.0", "does not say that it is anvil"),
        ("exit 3", "does not say that it is anvil"),
        ("echo anvil; exit 1", "does not say that it is anvil"),
    ],
)
def test_a_program_that_is_no_anvil_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(NoAnvil, match=said):
        find_anvil(script(tmp_path / "thing", text), tmp_path, offline=True)


def test_a_path_without_a_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoAnvil, match="no program absent"):
        find_anvil(tmp_path / "absent", tmp_path, offline=True)


def test_it_inherits_nothing_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAOSCAN_RPC_URL", "https://node.example/secret")
    leaking = script(tmp_path / "anvil", 'echo "anvil 1.0 $DAOSCAN_RPC_URL"')
    assert find_anvil(leaking, tmp_path, offline=True).said == "anvil 1.0"


def test_the_path_comes_before_checkout_and_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = script(tmp_path / "anvil", "echo anvil Version: 9.9.9")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_anvil(None, tmp_path / "cache", offline=True).path == mine


def test_one_that_does_not_run_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "anvil", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_anvil(None, tmp_path / "cache", offline=True).path == anvil_binary()


def test_what_npm_left_in_the_cache_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(scanner, "__file__", str(tmp_path / "site" / "scanner" / "__init__.py"))
    place = tmp_path / "cache" / "anvil" / program.VERSION / "@foundry-rs" / program._package() / "bin"
    place.mkdir(parents=True)
    (place / "anvil").write_text("#!/bin/sh\necho anvil Version: 1.7.1\n")
    assert find_anvil(None, tmp_path / "cache", offline=True).path == place / "anvil", "made executable on the way"


def test_offline_and_without_one_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_places", lambda cache: iter(()))
    with pytest.raises(NoAnvil, match="--anvil"):
        find_anvil(None, tmp_path, offline=True)


def test_npm_brings_it_into_the_cache_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(scanner, "__file__", str(tmp_path / "site" / "scanner" / "__init__.py"))
    asked: list[str] = []

    def npm(package: str, folder: Path) -> None:
        asked.append(package)
        place = folder / "node_modules" / "@foundry-rs" / program._package() / "bin"
        place.mkdir(parents=True)
        script(place / "anvil", "echo anvil Version: 1.7.1")

    monkeypatch.setattr(program, "_npm", npm)
    first = find_anvil(None, tmp_path / "cache", offline=False)
    assert find_anvil(None, tmp_path / "cache", offline=False) == first
    assert asked == [f"@foundry-rs/{program._package()}@{program.VERSION}"]
    assert [path.name for path in (tmp_path / "cache" / "anvil").iterdir()] == [program.VERSION], "nothing left over"


def test_a_machine_without_a_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(NoAnvil, match="riscv64"):
        find_anvil(None, tmp_path, offline=False)
