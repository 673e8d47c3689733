"""Hostile rule files end in errors that name the file, in bounded time and memory, on the command line itself."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

CPU_SECONDS = 30
ADDRESS_SPACE = 2_000_000_000
RESIDENT_BYTES = 350_000_000
MESSAGE = 2_000

LAUGHS = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" if n else "l0: &l0 [lol]" for n in range(12))

TEXTS = {
    "billion-laughs": LAUGHS,
    "deep-list": "[" * 500_000,
    "deep-map": "{a: " * 200_000,
    "deep-question": "? " * 300_000,
    "deep-indent": "\n".join(" " * n + "a:" for n in range(1_200)),
    "ten-megabytes": "title: " + "a" * 10_000_000,
    "many-items": "- a\n" * 200_000,
    "many-digits": "schema: " + "9" * 800_000,
    "long-key": "a" * 900_000 + ": b",
    "same-long-key": f"{'a' * 400_000}: b\n{'a' * 400_000}: b",
    "duplicate-keys": "id: TST-001\nid: TST-002\n",
    "python-tag": "id: !!python/object/apply:os.system ['true']\n",
    "python-name": "id: !!python/name:os.system\n",
    "own-tag": "id: !x y\n",
    "merge-key": "<<: {id: TST-001}\n",
    "documents": "id: TST-001\n---\nid: TST-002\n",
    "nul": "id: TST\x00-001\n",
    "escaped-nul": 'id: "TST\\0-001"\n',
    "escaped-bidi": 'title: "\\u202Etxt"\n',
    "escaped-surrogate": 'title: "\\uD800"\n',
    "escaped-key": '"i\\u200Bd": TST-001\n',
    "hidden-letters": "title: Voting\u200bopens\n",
    "tag-letters": "title: Voting\U000e0041\n",
    "tabs": "id:\n\t- TST-001\n",
    "terminal": "id: \x1b[2J\n",
    "no-text": "\xff\xfe\x00",
    "directive": "%YAML 9.9\n---\na: b\n",
    "list": "- a\n",
    "nothing": "",
}

CONDITIONS = {
    "dunder": "governor.__class__ == 1",
    "mro": "governor.__class__.__mro__[1].__subclasses__()",
    "format": "'{0.__class__}'.format(governor) == 'a'",
    "call": "__import__('os').system('true') == 0",
    "nested-brackets": "(" * 5_000 + "True" + ")" * 5_000,
    "nested-not": "not " * 480 + "governor.has_timelock",
    "nested-minus": "-" * 1_900 + "1 > 0",
    "power": "9**9**9**9 > 1",
    "shift": "1 << 100000000 > 1",
    "exponent": "1e999999999 > 1",
    "many-digits": "governor.voting_delay > " + "9" * 1_950,
    "hex-digits": "governor.voting_delay > 0x" + "f" * 1_950,
    "ten-thousand-ands": " and ".join(["True"] * 10_000),
    "long-name": "a" * 900_000,
    "long-string": f"governor.kind == '{'a' * 900_000}'",
    "confusable": "gоvernor.voting_delay > 1",
    "wide": "ｇｏｖｅｒｎｏｒ.voting_delay > 1",
    "lambda": "(lambda: governor.has_timelock)()",
    "walrus": "(x := governor.has_timelock)",
    "listcomp": "[x for x in dao.governors] == 1",
    "star": "any(*dao.governors)",
    "own-outcome": 'finding("TST-001")',
    "huge-comment": "True #" + "x" * 1_000_000,
}

KEYS = {
    "id": ["TST-001\u0661", "TST-1", "'; DROP TABLE'", "../../etc/passwd", "[TST-001]"],
    "name": ["a" * 900_000, "a-" * 300_000 + "!", "../delay-short", "dеlay-short", "-" * 900_000],
    "subject": ["__class__", "gоvernor", "[governor]", "a" * 900_000],
    "message": [
        "'{governor.__class__}'",
        "'{governor.kind.__init__.__globals__}'",
        "'{governor.kind:>1000000000}'",
        "'{governor.kind!r}'",
        "'" + "{governor.kind}" * 50_000 + "'",
        "'" + "{" * 900_000 + "'",
        "'" + ": " * 400_000 + "{'",
        "'{governor.voting_delay_seconds" + ": " * 900 + "x}'",
    ],
    "applies": ["governor.has_timelock", "[[governor.has_timelock]]", "[no]", "[true]", "[{a: b}]", "[1]"],
    "levels": [
        "[]",
        "{severity: high}",
        "[{severity: high, where: []}]",
        "[{severity: high, stage: present, where: [True]}]",
        "[{severity: HIGH, where: [True]}]",
        "[" + "{severity: high, where: [True]}, " * 20_000 + "]",
    ],
    "scenarios": ["[{id: MS-1}]", "[{id: 'MS-12'}]", "[" + "{id: MS-12, relation: enables}, " * 10_000 + "]"],
    "mitigated_by": ["[CAP]", "['" + "A" * 800_000 + "']"],
    "tests": [
        "[{name: a, facts: {governor.__class__: 1}, expect: high}]",
        "[{name: a, facts: {governor.voting_delay_seconds.__class__: 1}, expect: high}]",
        "[{name: a, facts: {gоvernor.voting_delay_seconds: 1}, expect: high}]",
        "[{name: a, facts: {governor.voting_delay_seconds: 1e5}, expect: high}]",
        "[{name: a, facts: {dao.controls: {items: [], complete: maybe}}, expect: high}]",
        "[{name: a, facts: {" + "governor." * 90_000 + "kind: a}, expect: high}]",
        "[{name: a, facts: {dao.controls: " + "[" * 45 + "]" * 45 + "}, expect: high}]",
        "[" + "{name: a, expect: high}, " * 15_000 + "]",
    ],
    "remediation": ["{effort: low}", "{effort: huge, text: a}", "low"],
}


@pytest.fixture
def corpus(rule_text, tmp_path: Path) -> dict[str, str]:
    """Every hostile file by its name, as written into one pack."""
    files = {f"text-{name}.yaml": text for name, text in TEXTS.items()}
    for name, condition in CONDITIONS.items():
        quoted = condition.replace("'", "''")
        files[f"condition-{name}.yaml"] = rule_text(
            name=f"condition-{name}", levels=f"[{{severity: high, where: ['{quoted}']}}]"
        )
    for key, values in KEYS.items():
        for number, value in enumerate(values):
            name = f"key-{key.replace('_', '-')}-{number}"
            changes = {"name": name, key: value}
            files[f"{name}.yaml"] = rule_text(**changes)
    folder = tmp_path / "hostile"
    folder.mkdir()
    (folder / "pack.yaml").write_text("name: hostile\nprefix: TST\nversion: 1\nengine: 1\n")
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("latin-1" if name == "text-no-text.yaml" else "utf-8"))
    (folder / "a-folder.yaml").mkdir()
    os.mkfifo(folder / "a-pipe.yaml")
    (folder / "a-device.yaml").symlink_to("/dev/zero")
    (folder / "a-link.yaml").symlink_to("nowhere")
    with (folder / "a-large-file.yaml").open("wb") as handle:
        handle.truncate(400_000_000)
    others = ("a-folder", "a-pipe", "a-device", "a-link", "a-large-file")
    return {**files, **{f"{name}.yaml": "" for name in others}}


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


def test_every_file_ends_in_an_error_with_its_place(corpus: dict[str, str], tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from scanner.cli.main import main\n"
        "sys.argv = ['daoscan', 'rules', 'lint', 'hostile']\n"
        "try:\n    main()\n"
        # not ru_maxrss, which remembers the process that this one was forked from
        "finally:\n    lines = open('/proc/self/status').read().splitlines()\n"
        "    print('peak', next(line.split()[1] for line in lines if line.startswith('VmHWM')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        preexec_fn=_limited,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2, done.stderr[-3_000:]
    assert "Traceback" not in done.stderr
    named = set(re.findall(r"^where: hostile/([^:\n]+\.yaml):[0-9]+:[0-9]+$", done.stderr, flags=re.MULTILINE))
    assert sorted(set(corpus) - named) == []
    assert max(len(line) for line in done.stderr.splitlines()) < MESSAGE
    peak = int(done.stdout.rpartition("peak ")[2])
    assert peak * 1024 < RESIDENT_BYTES
