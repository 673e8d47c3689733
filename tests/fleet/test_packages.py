"""Commands that want packages of an extra say so."""

from __future__ import annotations

import sys

import pytest
from typer.testing import CliRunner

from scanner.cli.main import app


@pytest.mark.parametrize("missing", ["sqlalchemy", "distributed", "dask"])
@pytest.mark.parametrize("command", ["batch", "watch", "portfolio", "store info"])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, command: str, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    done = CliRunner().invoke(app, [*command.split(), "--db", "nowhere.sqlite"], input="")
    wanted = command in ("batch", "watch") or missing == "sqlalchemy"
    assert done.exit_code == 2
    assert (f"error: not installed: {missing}" in done.stderr) is wanted
    assert ("hint: pip install 'daoscan[fleet]'" in done.stderr) is wanted


def test_other_commands_want_none_of_them() -> None:
    """The command line starts, and one DAO is scanned, without the packages of the extras."""
    import subprocess

    program = "import sys\nfor name in ('sqlalchemy', 'dask', 'distributed', 'psycopg', 'pyarrow'):\n"
    program += "    sys.modules[name] = None\nfrom scanner.cli.main import app\nfrom scanner import scan\n"
    program += "from scanner.cli.scan import scan as command\nimport scanner.pipeline, scanner.code.analyse\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
