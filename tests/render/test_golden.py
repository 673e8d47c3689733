"""Reports byte for byte as they are kept in the repository, in two runs with hash seeds of their own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

from fixtures.localchain import project_root
from tools.golden import FOLDER, golden

RENEW = "look at the difference; `python -m tools.golden` renews the files"


@pytest.fixture(scope="module", name="made")
def _made() -> dict[str, bytes]:
    return golden()


def test_every_file_is_kept_and_none_is_left_over(made: dict[str, bytes]) -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(made), RENEW


def test_byte_for_byte(made: dict[str, bytes]) -> None:
    changed = [name for name, data in made.items() if (FOLDER / name).read_bytes() != data]
    assert changed == [], RENEW


def test_the_same_again_for_another_hash_seed(made: dict[str, bytes]) -> None:
    wanted = hashlib.sha256(b"".join(made[name] for name in sorted(made))).hexdigest()
    program = (
        "import hashlib; from tools.golden import golden; made = golden();"
        "print(hashlib.sha256(b''.join(made[name] for name in sorted(made))).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project_root(),
        env={**os.environ, "PYTHONHASHSEED": "4242", "PYTHONPATH": str(project_root())},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == wanted
