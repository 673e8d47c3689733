"""Scans of Aragon's DAOs from several ends: what is found does not depend on where the scan begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Field, daoscan


@pytest.mark.family("aragon-osx")
def test_who_asks_about_the_token_finds_the_dao_and_both_plugins(families: Field, tmp_path: Path) -> None:
    dao = families.daos["aragon-osx"]
    run = daoscan("scan", dao.parts["token"], *families.options(), out=tmp_path / "token")
    assert {one["address"] for one in run.snapshot["governors"]["items"]} == {dao.governor, dao.parts["multisig"]}
    assert run.snapshot["controls"] == families.scan("aragon-osx").snapshot["controls"]


@pytest.mark.family("aragon-classic")
def test_who_asks_about_the_token_finds_the_organisation(families: Field, tmp_path: Path) -> None:
    dao = families.daos["aragon-classic"]
    run = daoscan("scan", dao.parts["token"], *families.options(), out=tmp_path / "token")
    assert [one["address"] for one in run.snapshot["governors"]["items"]] == [dao.governor]
    assert run.snapshot["controls"] == families.scan("aragon-classic").snapshot["controls"]


@pytest.mark.family("aragon-osx-key", "aragon-classic-key")
@pytest.mark.parametrize(
    ("name", "key", "where", "kind"),
    [
        ("aragon-osx-key", "founder", "dao", "eoa"),
        ("aragon-osx-key", "warden", "dao", "eoa"),
        ("aragon-osx-key", "clerk", "dao", "unresolved"),
        ("aragon-classic-key", "driver", "agent", "eoa"),
        ("aragon-classic-key", "bursar", "vault", "unresolved"),
    ],
)
def test_each_key_moves_funds_as_far_as_it_may(families: Field, name: str, key: str, where: str, kind: str) -> None:
    parts = families.daos[name].parts
    found = [
        edge["actor_kind"]
        for edge in families.scan(name).snapshot["controls"]["items"]
        if edge["actor"] == parts[key] and edge["contract"] == parts[where] and edge["capability"] == "move-funds"
    ]
    assert set(found) == {kind}


@pytest.mark.family("aragon-osx", "aragon-classic")
@pytest.mark.parametrize("name", ["aragon-osx", "aragon-classic"])
def test_nearly_every_guard_is_resolved_and_checked(families: Field, name: str) -> None:
    passages = families.scan(name).snapshot["passages"]["items"]
    guarded = [one for one in passages if one["guard"] == "caller"]
    good = [one for one in guarded if one["complete"] and one["checked"] in ("passed", "refused")]
    functions, resolved = (sum(len(one["functions"]) for one in group) for group in (guarded, good))
    assert functions >= 20
    assert resolved >= 0.9 * functions
