"""Packs: loading, prefixes, engine range, ids across packs, cycles."""

from __future__ import annotations

import pytest

from scanner.judge.rules import RuleErrors, collect, in_order, load_rulebook
from scanner.model.errors import RuleError


def composite(rule_text, number, asks):
    where = f"'finding(\"{asks}\")'"
    tests = (
        f"[{{name: a, outcomes: {{{asks}: finding}}, expect: high}},"
        f" {{name: b, outcomes: {{{asks}: pass}}, expect: pass}}, {{name: c, expect: unknown}}]"
    )
    levels = f"[{{severity: high, where: [{where}]}}]"
    name = f"rule-{number}"
    return rule_text(id=f"TST-{number:03}", name=name, subject="dao", levels=levels, tests=tests, message="Both.")


def test_load(write_pack, rule_text):
    book = load_rulebook([write_pack(delay_short=rule_text())])
    assert [rule.id for rule in book.rules] == ["TST-001"]
    assert book.packs[0].name == "pack"
    assert len(book.packs[0].digest) == 64


def test_folder_of_packs(write_pack, rule_text):
    folder = write_pack(delay_short=rule_text())
    assert [rule.id for rule in load_rulebook([folder.parent]).rules] == ["TST-001"]


def test_digest_changes_with_a_file(write_pack, rule_text):
    folder = write_pack(delay_short=rule_text())
    before = load_rulebook([folder]).packs[0].digest
    assert load_rulebook([folder]).packs[0].digest == before
    (folder / "delay-short.yaml").write_text(rule_text(why="Another why."))
    assert load_rulebook([folder]).packs[0].digest != before


@pytest.mark.parametrize(
    ("pack", "what"),
    [
        ("name: pack\nprefix: TST\nversion: 1\nengine: 2\n", "needs engine 2"),
        ('name: pack\nprefix: TST\nversion: 1\nengine: ">=2"\n', "needs engine >=2"),
        ("name: pack\nprefix: TST\nversion: 1\nengine: soon\n", "no range"),
        ("name: pack\nprefix: tst\nversion: 1\nengine: 1\n", "capital letters"),
        ("name: pack\nversion: 1\nengine: 1\n", "no 'prefix'"),
        ("name: pack\nprefix: TST\nversion: 1\nengine: 1\nmore: 1\n", "unknown key 'more'"),
        ("name: pack\nprefix: OTH\nversion: 1\nengine: 1\n", "prefix"),
    ],
)
def test_pack_errors(pack, what, write_pack, rule_text):
    folder = write_pack(delay_short=rule_text())
    (folder / "pack.yaml").write_text(pack)
    with pytest.raises(RuleError) as caught:
        load_rulebook([folder])
    assert what in caught.value.what
    assert ".yaml:" in caught.value.where


def test_engine_range_and_several_prefixes(write_pack, rule_text):
    folder = write_pack(delay_short=rule_text())
    (folder / "pack.yaml").write_text('name: pack\nprefix: [ABC, TST]\nversion: "1.2"\nengine: ">=1,<2"\n')
    assert load_rulebook([folder]).packs[0].prefixes == ("ABC", "TST")


def test_all_errors_are_told_and_the_rest_is_loaded(write_pack, rule_text):
    folder = write_pack(
        delay_short=rule_text(), a=rule_text(name="a", id="TST-002", why=""), b=rule_text(name="b", id="X")
    )
    book, errors = collect([folder])
    assert [rule.id for rule in book.rules] == ["TST-001"]
    assert len(errors) == 2
    with pytest.raises(RuleErrors) as caught:
        load_rulebook([folder])
    assert len(caught.value.errors) == 2
    assert "and 1 more" in caught.value.what


def test_ids_and_names_are_unique(write_pack, rule_text, tmp_path):
    folder = write_pack(delay_short=rule_text())
    other = tmp_path / "other"
    other.mkdir()
    (other / "pack.yaml").write_text((folder / "pack.yaml").read_text())
    (other / "delay-short.yaml").write_text(rule_text())
    _, errors = collect([folder, other])
    assert sorted(error.what for error in errors) == [
        "id 'TST-001' is used twice",
        "name 'delay-short' is used twice",
        "two packs have the name pack",
        "two packs have the prefix TST",
    ]
    for error in errors:
        assert {str(folder), str(other)} == {
            name for name in (str(folder), str(other)) if name in error.where + error.hint
        }


def test_a_folder_that_is_named_twice_is_one_pack(write_pack, rule_text):
    folder = write_pack(delay_short=rule_text())
    book, errors = collect([folder, folder])
    assert (len(book.packs), errors) == (1, [])


def test_unknown_rule_in_finding(write_pack, rule_text):
    folder = write_pack(delay_short=rule_text(), rule_2=composite(rule_text, 2, "TST-101"))
    with pytest.raises(RuleError, match="no rule TST-101") as caught:
        load_rulebook([folder])
    assert "did you mean 'TST-001'" in caught.value.hint


def test_cycle(write_pack, rule_text):
    texts = {f"rule_{n}": composite(rule_text, n, f"TST-{asks:03}") for n, asks in ((2, 3), (3, 4), (4, 3))}
    with pytest.raises(RuleError, match="TST-003 -> TST-004 -> TST-003"):
        load_rulebook([write_pack(**texts)])


def test_order_follows_the_questions(write_pack, rule_text):
    texts = {f"rule_{n}": composite(rule_text, n, f"TST-{asks:03}") for n, asks in ((2, 3), (3, 1))}
    book = load_rulebook([write_pack(delay_short=rule_text(), **texts)])
    assert [rule.id for rule in in_order(book.rules)] == ["TST-001", "TST-003", "TST-002"]


def test_no_pack(tmp_path):
    with pytest.raises(RuleError, match=r"no pack\.yaml"):
        load_rulebook([tmp_path])


def test_file_that_is_no_text(write_pack, rule_text):
    folder = write_pack(delay_short=rule_text())
    (folder / "broken.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RuleError, match="not UTF-8"):
        load_rulebook([folder])


def test_misspelt_fact_in_a_test_is_a_load_error(write_pack, rule_text):
    text = rule_text().replace("{governor.voting_delay_seconds: 5}", "{governor.voting_dely_seconds: 5}")
    with pytest.raises(RuleError, match="has no field"):
        load_rulebook([write_pack(delay_short=text)])
