"""What a user sees who types something wrong: three kinds of lines on stderr, the right exit code, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.cli.output import check_folder, left_over
from scanner.model.errors import OutputError
from tests import forked
from tests.forked import Done

_TARGET = "0x" + "12" * 20
_NODE = ("--rpc-url", "http://127.0.0.1:9")


def run(*arguments: str) -> Done:
    env = {key: value for key, value in os.environ.items() if not key.startswith("DAOSCAN_")}
    return forked.run(arguments, env, seconds=60)


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (("frobnicate",), "no such command 'frobnicate'", "daoscan --help"),
        (("scan",), "missing argument 'address'", "daoscan scan --help"),
        (("scan", _TARGET), "missing option '--rpc-url'", "DAOSCAN_RPC_URL"),
        (("scan", _TARGET, *_NODE, "--blok", "3"), "no such option: --blok", "daoscan scan --help"),
        (("scan", _TARGET, *_NODE, "--fail-on", "x"), "'x' is not one of 'critical'", "daoscan scan --help"),
        (("scan", _TARGET, *_NODE, "--solc", "/no/such/solc"), "no such program", "executable solc"),
        (("report", __file__), "the file is no JSON", "snapshot.json"),
        (("index", "/no/such/folder"), "no such folder", "results"),
        (("rules", "list", "/no/such/folder"), "no such folder", "rules new"),
    ],
)
def test_wrong_usage_ends_in_one_message_with_a_hint(arguments: tuple[str, ...], said: str, hint: str) -> None:
    done = run(*arguments)
    lines = done.stderr.splitlines()
    assert (done.code, done.stdout) == (2, "")
    assert lines[0].startswith("error: ")
    assert said in lines[0]
    assert [line.split(":")[0] for line in lines[1:]] in (["hint"], ["where", "hint"])
    assert hint in lines[-1]


def test_without_a_command_the_help_is_shown_with_whole_names() -> None:
    assert "Commands:" in run().stderr
    assert "DAOSCAN_OFFLINE_COMPILERS" in run("scan", "--help").stdout


def test_a_file_that_is_no_snapshot_is_not_repeated(tmp_path: Path) -> None:
    for content in ("private words", '{"private": "words"}', '{"tool_version": ["private words"]}'):
        (tmp_path / "x.json").write_text(content)
        done = run("report", str(tmp_path / "x.json"))
        assert done.code == 2
        assert "private words" not in done.stderr


def test_an_index_of_something_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "report.json").write_bytes(b"\xff\xfe\x00")
    done = run("index", str(tmp_path))
    assert (done.code, done.stderr.splitlines()[0]) == (2, "error: the report is no text")
    done = run("index", str(tmp_path / "one"))
    assert "give the folder above" in done.stderr


def test_results_that_can_never_be_written_are_refused_before_the_scan(tmp_path: Path) -> None:
    check_folder(tmp_path / "new" / "folder")
    (tmp_path / "file").write_text("")
    for wrong in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match="is a file"):
            check_folder(wrong)
    done = run("scan", _TARGET, *_NODE, "--out", str(tmp_path / "file"))
    assert done.code == 4


def test_results_of_an_earlier_run_are_named(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("old")
    assert left_over(tmp_path, {"report.json": b"", "snapshot.json": b""}) == ["report.html"]
    assert left_over(tmp_path, {"report.html": b""}) == []


def test_ctrl_c_while_the_program_is_being_loaded_prints_no_traceback() -> None:
    script = (
        "import sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'scanner.cli.main':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "from scanner.cli.start import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "error: interrupted; nothing was written\n")


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = f"{sys.executable} -m scanner.cli.start rules list | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
