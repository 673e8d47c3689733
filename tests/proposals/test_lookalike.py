from __future__ import annotations

import pytest

from scanner.chain.aliases import alias
from scanner.proposals.bridges import ARB_SYS
from scanner.proposals.lookalike import Familiar, is_numbered, resembling

_KNOWN = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"


def _between(first: int, last: int) -> str:
    """Return an address that shares this many digits at both ends, and none of those beside them."""
    digits = _KNOWN[2:]
    turned = "".join("3" if digit != "3" else "4" for digit in digits)
    return "0x" + digits[:first] + turned[first : 40 - last] + digits[40 - last :]


@pytest.mark.parametrize(
    ("first", "last", "alike"), [(4, 4, True), (6, 4, True), (8, 0, True), (0, 8, True), (3, 4, False), (7, 3, False)]
)
def test_both_ends_or_eight_digits_of_one(first: int, last: int, alike: bool) -> None:
    familiar = Familiar()
    familiar.add(_KNOWN, "paid before")
    found = familiar.resembled_by(_between(first, last))
    assert found == ((_KNOWN, "paid before") if alike else None)


def test_the_address_itself_and_numbered_ones_are_like_no_other() -> None:
    familiar = Familiar()
    for address in (_KNOWN, ARB_SYS, "0x4200000000000000000000000000000000000007"):
        familiar.add(address, "known")
        assert familiar.resembled_by(address) is None
    assert is_numbered(ARB_SYS)
    assert familiar.resembled_by("0x4200000000000000000000000000000000000010") is None


def test_a_contract_under_its_shifted_address_is_no_look_alike() -> None:
    assert resembling(alias(_KNOWN), [_KNOWN]) is None


def test_the_first_that_was_familiar_is_named() -> None:
    assert resembling(_between(4, 4), [_between(9, 9), _KNOWN]) == _between(9, 9)
