"""Versions as verifiers and binaries write them."""

from __future__ import annotations

import pytest

from scanner.code.compilers.interface import CompilerUnavailable
from scanner.code.compilers.versions import parse_version


@pytest.mark.parametrize(
    ("text", "release", "commit"),
    [
        ("0.8.28", "0.8.28", ""),
        ("v0.8.28+commit.7893614a", "0.8.28", "7893614a"),
        ("0.8.28+commit.7893614a.Emscripten.clang", "0.8.28", "7893614a"),
        (" 0.4.24+commit.e67f0147 \n", "0.4.24", "e67f0147"),
        ("0.8.28+commit.x", "0.8.28", ""),
    ],
)
def test_a_release_is_read(text: str, release: str, commit: str) -> None:
    version = parse_version(text)
    assert (version.text, version.commit) == (release, commit)


@pytest.mark.parametrize(
    "text", ["", "vyper:0.3.7", "0.8", "latest", "0.8.28-nightly.2024.10.1+commit.7893614a", "../0.8.28", "0.4.10"]
)
def test_what_is_no_release_is_unavailable(text: str) -> None:
    with pytest.raises(CompilerUnavailable):
        parse_version(text)


def test_a_binary_must_be_of_the_release_and_of_the_commit() -> None:
    wanted = parse_version("0.8.28+commit.7893614a")
    assert wanted.is_of("0.8.28+commit.7893614a.Linux.g++")
    assert not wanted.is_of("0.8.28+commit.deadbeef.Linux.g++")
    assert not wanted.is_of("0.8.27+commit.7893614a.Linux.g++")
    assert not wanted.is_of("garbage")
    assert parse_version("0.8.28").is_of("0.8.28+commit.7893614a.Emscripten.clang")
