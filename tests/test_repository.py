"""What holds for the repository as a whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Written in parts so that this file does not find itself.
MACHINE_PATHS = re.compile(r"(?<![\w.<~$}/-])/(?:" + "|".join(["work", "root", "home/[a-z]{2,}", "tmp"]) + r")/\w")
REGISTRIES = re.compile(
    "|".join(re.escape(host) for host in ("registry." + "npmjs.org", "registry." + "yarnpkg.com", "pypi" + ".org"))
    + "|files"
    + r"\.pythonhosted"
)
ADDRESS = re.compile(r"(?:https?|git|ssh|file)(?:\+\w+)?://|git@")


def tracked() -> list[Path]:
    """Return the files that belong to the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    """Return name and content of every text file."""
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_no_machine_paths() -> None:
    # The lock file of npm names packages' funding pages, whose addresses hold such words.
    places = [
        f"{name}: {match.group()}"
        for name, content in texts()
        if name != "package-lock.json"
        for match in MACHINE_PATHS.finditer(content)
    ]
    assert places == []


def test_no_registry_hosts() -> None:
    assert [name for name, content in texts() if REGISTRIES.search(content)] == []


def test_lock_files_carry_no_download_addresses() -> None:
    assert ADDRESS.search((ROOT / "requirements.lock").read_text()) is None
    locked = json.loads((ROOT / "package-lock.json").read_text())
    for name, package in locked["packages"].items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


def test_python_versions_are_locked_with_hashes() -> None:
    lines = (ROOT / "requirements.lock").read_text().replace("\\\n", " ").splitlines()
    pinned = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert len(pinned) > 50
    for line in pinned:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==\S+( ;[^\\]*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", line), line[:80]


def test_npm_lock_matches_what_is_wanted() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"][""]
    for key in ("dependencies", "devDependencies", "optionalDependencies"):
        assert locked.get(key) == wanted.get(key)


def test_layers() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=_environment())
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wheel_carries_rules_and_reports(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    wheel = next(tmp_path.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    for folder in ("rules", "reports"):
        wanted = {
            f"scanner/_content/{path.relative_to(ROOT).as_posix()}"
            for path in tracked()
            if ROOT / folder in path.parents
        }
        assert wanted
        assert wanted <= inside
    assert not [name for name in inside if name.startswith(("fixtures/", "tests/", "tools/"))]
    question = "import scanner.content as c; print(c.rules_dir()); print(c.reports_dir())"
    asked = subprocess.run(
        [sys.executable, "-c", question],
        cwd=tmp_path,
        env={**_environment(), "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=True,
    )
    content = tmp_path / "installed" / "scanner" / "_content"
    assert asked.stdout.split() == [str(content / "rules"), str(content / "reports")]


@pytest.mark.parametrize("name", ["LICENSE", "README.md", "SECURITY.md", "CHANGELOG.md"])
def test_files_that_a_stranger_looks_for(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
