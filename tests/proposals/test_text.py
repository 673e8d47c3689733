from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.proposals.text import MAX_CHARACTERS, read_text

_ADDRESS = "0x00000000000000000000000000000000DeaDBeef"
_CHECKSUMMED = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def test_addresses_are_found_in_any_spelling_and_inside_links() -> None:
    text = read_text(f"pay {_ADDRESS}, see https://scan.example/address/{_CHECKSUMMED}#code and 0x{'ab' * 32}")
    assert text.addresses == {_ADDRESS.lower(), _CHECKSUMMED.lower()}
    assert ("hash", "0x" + "ab" * 32) in text.content_ids


@pytest.mark.parametrize("written", ["0x5aAeb6…BeAed", "0x5aae...eaed", "0x5AAEB605..AED"])
def test_shortened_addresses_name_the_whole_one(written: str) -> None:
    assert read_text(f"to {written}.").names(_CHECKSUMMED.lower())
    assert not read_text(f"to {written}.").names(_ADDRESS.lower())


def test_a_few_digits_name_nobody() -> None:
    assert not read_text("to 0x5a…ed").names(_CHECKSUMMED.lower())


@pytest.mark.parametrize(
    ("written", "amount", "decimals", "named"),
    [
        ("1,761,000 ARB", 1_761_000 * 10**18, 18, True),
        ("1.761M ARB", 1_761_000 * 10**18, 18, True),
        ("1.761 million tokens", 1_761_000 * 10**18, 18, True),
        ("1'761'000", 1_761_000 * 10**18, 18, True),
        ("250k USDC", 250_000 * 10**6, 6, True),
        ("0.5 ETH", 5 * 10**17, 18, True),
        ("raw 500000000000000000", 5 * 10**17, 18, True),
        ("1,761,000 USDC", 1_761_000 * 10**18, 18, False),
        ("11,761,000 ARB", 1_761_000 * 10**18, 18, False),
        ("1,761,000.5 ARB", 1_761_000 * 10**18, 18, False),
        ("version 5.0.1", 5 * 10**18, 18, False),
        ("0x1761000", 1_761_000 * 10**18, 18, False),
    ],
)
def test_amounts_are_named_in_whole_units_or_raw(written: str, amount: int, decimals: int, named: bool) -> None:
    symbols = frozenset({"ARB", "USDC", "ETH"})
    symbol = "USDC" if decimals == 6 else "ETH" if "ETH" in written else "ARB"
    assert read_text(f"We send {written} now.").names_amount(amount, decimals, symbol, symbols) is named


@pytest.mark.parametrize(
    ("written", "signature", "named"),
    [
        ("calls grantRole on the timelock", "grantRole(bytes32,address)", True),
        ("calls grantRoles on the timelock", "grantRole(bytes32,address)", False),
        ("we approve this proposal", "approve(address,uint256)", False),
        ("it calls approve(spender, amount)", "approve(address,uint256)", True),
        ("it calls `approve`", "approve(address,uint256)", True),
        ("nothing", "", False),
    ],
)
def test_an_ordinary_word_names_no_function(written: str, signature: str, named: bool) -> None:
    assert read_text(written).names_function(signature) is named


def test_signatures_links_and_content_ids() -> None:
    cid = "Qm" + "a" * 44
    text = read_text(f"upgradeTo(address) and set(uint256, bytes32); (https://a.example/x). ipfs://{cid}, twice {cid}")
    assert text.signatures == {"upgradeTo(address)", "set(uint256,bytes32)"}
    assert text.links == ("https://a.example/x", f"ipfs://{cid}")
    assert text.content_ids == (("content id", cid),)
    assert text.references[0] == ("link", "https://a.example/x")


def test_a_link_alone_points_elsewhere() -> None:
    assert read_text("https://forum.example/t/1234").points_elsewhere
    assert not read_text(
        "See https://forum.example/t/1234 for why the gardener of the old orchard is paid twice in May."
    ).points_elsewhere
    assert not read_text("").points_elsewhere


@pytest.mark.parametrize(
    ("written", "hidden", "mixed"),
    [
        ("plain", False, False),
        ("pay\u202egnp.exe", True, False),
        ("zero\u200bwidth", True, False),
        ("👩\u200d🔧 repairs", False, False),
        ("a\u200db", True, False),
        ("uniswаp.org", False, True),  # the second a is Cyrillic
        ("0х1234", False, True),
        ("Привет, мир", False, False),
        ("Δt and μ", False, False),
    ],
)
def test_hidden_and_mixed_characters(written: str, hidden: bool, mixed: bool) -> None:
    text = read_text(written)
    assert (text.hidden, text.mixed_scripts) == (hidden, mixed)


def test_the_proposer_suffix_is_no_text() -> None:
    assert read_text(f"Pay.#proposer={_ADDRESS}").addresses == frozenset()


def test_ten_megabytes_are_read_in_time_and_of_more_nothing_is_said() -> None:
    began = time.process_time()
    text = read_text((f"{_ADDRESS} 1,000 ARB approve( " * 300_000)[: 10 * 2**20])
    assert not text.whole
    assert text.length > MAX_CHARACTERS
    full = read_text((f"{_ADDRESS} 1,000 ARB approve( (address) https:// 0x12…34 " * 40_000)[:MAX_CHARACTERS])
    assert full.whole
    assert full.names_function("approve(address,uint256)")
    assert full.names_amount(1_000, None, "ARB", frozenset({"ARB"}))
    assert (full.signatures, full.hidden, full.points_elsewhere) == (frozenset(), False, False)
    assert time.process_time() - began < 10


@given(st.text(max_size=300))
def test_any_text_is_read(written: str) -> None:
    text = read_text(written)
    found = (text.addresses, text.shortened, text.amounts, text.signatures, text.links, text.content_ids)
    assert all(len(one) <= len(written) for one in found)
    assert text.length <= len(written)
