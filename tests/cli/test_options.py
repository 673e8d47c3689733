from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scanner.cli.options import parse_target, parse_time, token_addresses
from scanner.cli.output import write_all
from scanner.cli.scan import parse_formats
from scanner.model.errors import OutputError, UsageError

_VALID = "0x408ED6354d4973f66138C91495F2f2FCbd8724C3"


def test_an_address_is_taken_with_and_without_its_chain() -> None:
    assert parse_target(_VALID) == (None, _VALID.lower())
    assert parse_target(f"eip155:1:{_VALID}") == (1, _VALID.lower())


@pytest.mark.parametrize("text", ["", "0x12", "vitalik.eth", "0x" + "g" * 40, f"eip155:x:{_VALID}", f"{_VALID}00"])
def test_what_is_no_address_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_target(text)
    assert caught.value.hint


def test_a_mistyped_digit_is_caught_by_the_checksum() -> None:
    with pytest.raises(UsageError, match="checksum"):
        parse_target(_VALID.replace("408ED", "408Ed"))


def test_tokens_are_of_the_chain_that_is_scanned() -> None:
    assert token_addresses(None, None) == ()
    assert token_addresses([_VALID, _VALID.lower(), f"eip155:1:{_VALID}"], 1) == (_VALID.lower(),)
    for chain_id in (None, 2):
        with pytest.raises(UsageError, match="--token names chain 1"):
            token_addresses([f"eip155:1:{_VALID}"], chain_id)


def test_times_are_seconds_or_iso_dates_in_utc() -> None:
    assert parse_time("1700000000") == 1_700_000_000
    assert parse_time("2023-11-14T22:13:20Z") == 1_700_000_000
    assert parse_time("2023-11-14T22:13:20") == 1_700_000_000
    assert parse_time(None) is None
    with pytest.raises(UsageError):
        parse_time("yesterday")


def test_formats_are_known_ones() -> None:
    assert parse_formats("json, html") == ("json", "html")
    for wrong in ("docx", "", ","):
        with pytest.raises(UsageError):
            parse_formats(wrong)


def test_results_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_all(tmp_path, {"a.json": b"1", "b.json": b"2"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.json"]
    (tmp_path / "c.json").mkdir()
    with pytest.raises(OutputError):
        write_all(tmp_path, {"c.json": b"3"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.json", "c.json"]


def test_a_full_disk_leaves_earlier_results_and_nothing_half_written(tmp_path: Path) -> None:
    """The file size limit stands in for the disk: writing past it fails as a full disk does."""
    write_all(tmp_path, {"a.json": b"old", "b.json": b"old"})
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from scanner.cli.output import write_all\n"
        "from scanner.model.errors import OutputError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    write_all(Path(sys.argv[1]), {'a.json': b'new', 'b.json': b'x' * 5000})\n"
        "except OutputError as error:\n"
        "    sys.exit(7 if error.hint else 8)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, capture_output=True)
    assert done.returncode == 7, done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.json": b"old", "b.json": b"old"}
