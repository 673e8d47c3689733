from __future__ import annotations

import pytest

from scanner.chain.abi import encode_call, selector
from scanner.discovery.families.told import full_calldata
from scanner.model.kinds import Effect, Verification
from scanner.model.observation import Known, Unknown
from scanner.model.snapshot import SourceBundle
from scanner.proposals.decode import AbiBook, decode_action
from scanner.proposals.effects import meaning_of, signature_table
from scanner.sources.interface import VerifiedSource
from tests.discovery.support import address, contract, world

_TO = address(7)


def _verified(*entries: dict[str, object]) -> VerifiedSource:
    bundle = SourceBundle(
        source_id="00", contract_name="Target", compiler="0.8.28", provider="folder", settings_json="{}",
        language="Solidity", files=(),
    )  # fmt: skip
    return VerifiedSource(bundle, entries, Verification.MATCH)


def test_the_targets_abi_comes_first_and_names_the_arguments() -> None:
    target = contract(1)
    target.source = _verified(
        {"type": "function", "name": "pay", "inputs": [{"name": "who", "type": "address"}], "outputs": []},
        {"type": "function", "name": "no name!", "inputs": []},
    )
    found = decode_action(AbiBook(world(target)), target.address, "", encode_call("pay(address)", (_TO,)))
    assert (found.by, found.signature.value) == ("abi", "pay(address)")  # type: ignore[union-attr]
    assert [(one.name, one.value) for one in found.arguments] == [("who", _TO)]


def test_the_signature_that_a_proposal_carries_stands_in_for_an_abi() -> None:
    calldata = full_calldata(
        "odd(address)", encode_call("odd(address)", (_TO,)).replace(selector("odd(address)"), "0x")
    )
    assert calldata.startswith(selector("odd(address)"))
    found = decode_action(AbiBook(world()), address(1), "odd(address)", calldata)
    assert (found.by, found.values) == ("signature", (_TO,))


def test_a_known_selector_is_decoded_by_the_table() -> None:
    found = decode_action(AbiBook(world()), address(1), "", encode_call("transfer(address,uint256)", (_TO, 5)))
    assert (found.by, found.values) == ("table", (_TO, 5))


@pytest.mark.parametrize("calldata", ["0x12345678", "0xdeadbeef" + "00" * 64])
def test_an_unknown_selector_stays_raw_and_unknown(calldata: str) -> None:
    found = decode_action(AbiBook(world()), address(1), "", calldata)
    assert found.by == "raw"
    assert isinstance(found.signature, Unknown)


def test_arguments_that_do_not_fit_are_not_forced() -> None:
    found = decode_action(AbiBook(world()), address(1), "", selector("transfer(address,uint256)") + "00" * 5)
    assert isinstance(found.signature, Unknown)


def test_a_transfer_without_data_is_plain() -> None:
    found = decode_action(AbiBook(world()), address(1), "", "0x")
    assert isinstance(found.signature, Known)
    assert found.signature.value == ""


@pytest.mark.parametrize(
    ("signature", "effect", "beneficiary"),
    [
        ("transfer(address,uint256)", Effect.VALUE_OUT, 0),
        ("grantRole(bytes32,address)", Effect.ROLE, 1),
        ("approve(address,uint256)", Effect.APPROVAL, 0),
        ("upgradeTo(address)", Effect.UPGRADE, 0),
        ("mint(address,uint256)", Effect.SUPPLY, 0),
        ("updateDelay(uint256)", Effect.PARAMETER, -1),
        ("diamondCut((address,uint8,bytes4[])[],address,bytes)", Effect.UPGRADE, -1),
        ("sendTxToL1(address,bytes)", Effect.INDIRECTION, -1),
        ("somethingNobodyKnows(uint8)", Effect.OTHER, -1),
    ],
)
def test_functions_have_their_effect_and_beneficiary(signature: str, effect: Effect, beneficiary: int) -> None:
    meaning = meaning_of(signature)
    assert (meaning.effect, meaning.beneficiary) == (effect, beneficiary)


def test_every_signature_of_the_table_has_its_own_selector() -> None:
    table = signature_table()
    assert len(table) > 400
    for key, (signature, _) in table.items():
        assert selector(signature) == key
