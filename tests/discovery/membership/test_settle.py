"""Membership by framework, by the door of another contract, by a proof; pointers and forwarders beside."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.anonymity.gates import forwarder, sanctions_gate
from scanner.discovery.control.holders import Resolver
from scanner.discovery.dossier import Dossier
from scanner.discovery.families.unknown import UnknownGovernor
from scanner.discovery.membership.attributes import revocable
from scanner.discovery.membership.frameworks import FRAMEWORKS, SHAMAN_SET, framework_of, membership_getters
from scanner.discovery.membership.settle import build_membership
from scanner.discovery.parts import Parts
from scanner.discovery.tokens.content import build_content, scheme_of
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts
from scanner.model.contracts import Contract, Governor, Token
from scanner.model.controls import Control
from scanner.model.dao import Membership
from scanner.model.kinds import Role
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.sources.interface import NoSource
from tests.discovery.support import address, code, contract, eoa, log, returned, reverted, word, world

BAAL = next(one for one in FRAMEWORKS if one.name.startswith("Baal"))


def running(number: int, *signatures: str, logs: tuple[Any, ...] = ()) -> Account:
    """A contract that dispatches these functions."""
    made = contract(number, *logs)
    runtime = "0x" + "".join(f"63{selector(one)[2:]}14" for one in signatures)
    made.code = code(made.address, runtime)
    return made


def answer(account: Account, key: str, types: tuple[str, ...], values: tuple[Any, ...]) -> None:
    account.calls[key] = (types, returned(account.address, encode(types, values)))


def facts(**known: Any) -> CodeFacts:
    values = {name: Known(value=value, evidence=()) for name, value in known.items()}
    return all_unknown(CodeFacts, Reason.NOT_VERIFIED, "no source", **values)


def described(account: Account, *roles: Role, **known: Any) -> Contract:
    own = {"chain_id": 1, "address": account.address, "roles": roles, "linked_from": (), "label": "Contract"}
    return all_unknown(Contract, Reason.NOT_VERIFIED, "", **own, code=facts(**known), anonymity=_ANONYMITY)


_ANONYMITY = all_unknown(Contract.model_fields["anonymity"].annotation, Reason.NOT_VERIFIED, "")  # type: ignore[type-var]


def membership(accounts: list[Account], contracts: list[Contract], *, tokens: tuple[Token, ...] = ()) -> Membership:
    made = world(*accounts)
    governors = Collection[Governor](items=(), complete=False, reason="no governor")
    controls = Collection[Control](items=(), complete=False, reason="nothing was found")
    by_address = {one.address: one for one in contracts}
    return build_membership(Dossier(made, Resolver(made, Parts()), governors, tokens, (), by_address, controls))


def kind_of(*accounts: Account, contracts: list[Contract] | None = None) -> Known[str] | Unknown:
    found = contracts or [described(accounts[0], Role.ENTRY)]
    return membership(list(accounts), found).kind


def is_known(observation: Known[Any] | Unknown, value: object) -> bool:
    return isinstance(observation, Known) and observation.value == value


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda one: one.name)
def test_each_framework_is_told_by_enough_of_its_functions_and_by_no_fewer(framework: Any) -> None:
    enough = running(1, *framework.functions[: framework.needed])
    too_few = running(2, *framework.functions[: framework.needed - 1])
    assert isinstance(enough.code, Known)
    assert isinstance(too_few.code, Known)
    assert framework_of(enough.code.value) is framework
    assert framework_of(too_few.code.value) is None


def test_moloch_members_are_sponsored_and_hold_shares() -> None:
    moloch = running(1, "ragequit(uint256,uint256)", "sponsorProposal(uint256)")
    found = membership([moloch], [described(moloch, Role.ENTRY)])
    assert is_known(found.kind, "SPONSORED")
    assert is_known(found.framework, "Moloch v2")
    assert is_known(found.vote_weight, "share")
    assert is_known(found.transferable, "no")


def test_what_a_contract_only_links_to_does_not_make_the_dao() -> None:
    hall, moloch = running(1), running(2, "ragequit(uint256,uint256)", "sponsorProposal(uint256)")
    found = membership([hall, moloch], [described(hall, Role.ENTRY), described(moloch, Role.LINKED)])
    assert is_known(found.framework, "")
    assert isinstance(found.kind, Unknown)


def _shaman(bits: int) -> Account:
    made = log(address(1), (SHAMAN_SET, word(address(9))), word(bits))
    return running(1, *BAAL.functions[:3], logs=(made,))


def test_a_baal_without_shamans_is_sponsored() -> None:
    assert is_known(kind_of(running(1, *BAAL.functions[:3])), "SPONSORED")


def test_a_shaman_that_sells_shares_makes_a_baal_open_to_whoever_pays() -> None:
    baal, onboarder = _shaman(2), running(9)
    contracts = [
        described(baal, Role.ENTRY),
        described(onboarder, Role.LINKED, admission_guard="payment", sybil_gate=False),
    ]
    assert is_known(kind_of(baal, onboarder, contracts=contracts), "OPEN-PAID")


@pytest.mark.parametrize(("bits", "kind"), [(1, "SPONSORED"), (4, "SPONSORED"), (2, "ALLOWLIST"), (7, "ALLOWLIST")])
def test_a_key_that_may_mint_shares_is_a_list_beside_the_vote(bits: int, kind: str) -> None:
    found = membership([_shaman(bits), eoa(9)], [described(_shaman(bits), Role.ENTRY)])
    assert isinstance(found.paths, Known)
    assert any(path.startswith(kind) for path in found.paths.value)
    assert (len(found.paths.value) == 2) is (kind == "ALLOWLIST")


def test_a_shaman_whose_code_was_not_read_leaves_the_class_open() -> None:
    baal, onboarder = _shaman(2), running(9)
    found = kind_of(baal, onboarder, contracts=[described(baal, Role.ENTRY), described(onboarder, Role.LINKED)])
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    ("price", "hook", "kind"),
    [(5, ZERO_ADDRESS, "OPEN-PAID"), (0, ZERO_ADDRESS, "OPEN-FREE"), (5, address(8), "unknown")],
)
def test_a_lock_is_as_open_as_its_price_and_its_hook(price: int, hook: str, kind: str) -> None:
    lock = running(1, "keyPrice()", "getHasValidKey(address)", "maxNumberOfKeys()")
    answer(lock, "keyPrice()", ("uint256",), (price,))
    answer(lock, "onKeyPurchaseHook()", ("address",), (hook,))
    found = kind_of(lock)
    assert isinstance(found, Unknown) if kind == "unknown" else is_known(found, kind)


@pytest.mark.parametrize(("fee", "transferable"), [(10_000, "no"), (0, "yes")])
def test_keys_that_cost_everything_to_move_do_not_move(fee: int, transferable: str) -> None:
    lock = running(1, "keyPrice()", "getHasValidKey(address)", "maxNumberOfKeys()")
    answer(lock, "keyPrice()", ("uint256",), (1,))
    answer(lock, "transferFeeBasisPoints()", ("uint256",), (fee,))
    found = membership([lock], [described(lock, Role.ENTRY)])
    assert is_known(found.transferable, transferable)


def test_an_aragon_multisig_is_a_closed_list_whoever_may_propose() -> None:
    multisig = running(1, "multisigSettings()", "addAddresses(address[])", "removeAddresses(address[])")
    answer(multisig, "multisigSettings()", ("bool", "uint16"), (False, 2))
    answer(multisig, "addresslistLength()", ("uint256",), (5,))
    found = membership([multisig], [described(multisig, Role.ENTRY)])
    assert is_known(found.kind, "CLOSED-LIST")
    assert is_known(found.member_count, 5)
    assert isinstance(found.paths, Known)
    assert "others may propose" in found.paths.value[0]


@pytest.mark.parametrize("name", ["Snapshot X", "Tribute (DaoRegistry)", "MACI"])
def test_frameworks_whose_rules_lie_elsewhere_stay_open_with_the_reason(name: str) -> None:
    framework = next(one for one in FRAMEWORKS if one.name == name)
    found = kind_of(running(1, *framework.functions[: framework.needed]))
    assert isinstance(found, Unknown)
    assert "rules of" in found.detail


def test_only_what_the_code_dispatches_is_asked() -> None:
    lock = running(1, "keyPrice()", "onKeyPurchaseHook()")
    assert isinstance(lock.code, Known)
    asked = {getter.signature for getter in membership_getters(lock, lock.code.value)}
    assert asked == {"keyPrice()", "onKeyPurchaseHook()"}
    stranger = running(2, "keyPrice()")
    stranger.why = ["target of a proposal of 0x1"]
    assert isinstance(stranger.code, Known)
    assert not list(membership_getters(stranger, stranger.code.value))


def _token(account: Account, **known: Any) -> Token:
    values = {name: Known(value=value, evidence=()) for name, value in known.items()}
    minters = Collection[Any](items=(), complete=True)
    return all_unknown(Token, Reason.NOT_READ, "", chain_id=1, address=account.address, minters=minters, **values)


@pytest.mark.parametrize(("person", "kind"), [(True, "OPEN-PROOF"), (False, "ALLOWLIST"), (None, "unknown")])
def test_a_proof_of_being_a_person_is_no_proof_of_standing_on_a_list(person: bool | None, kind: str) -> None:
    token = running(1)
    known = {} if person is None else {"sybil_gate": person}
    found = membership(
        [token],
        [described(token, Role.TOKEN, mint_guard="proof", **known)],
        tokens=(_token(token, transferable=False),),
    ).kind
    assert isinstance(found, Unknown) if kind == "unknown" else is_known(found, kind)


def test_who_builds_a_list_for_proofs_is_not_in_the_contract() -> None:
    token = running(1)
    contracts = [described(token, Role.TOKEN, mint_guard="proof", sybil_gate=False)]
    found = membership([token], contracts, tokens=(_token(token, transferable=False, minter_kind="anyone"),))
    assert isinstance(found.gatekeeper_kind, Unknown)
    assert found.gatekeeper_kind.reason is Reason.OFF_CHAIN


def test_a_wrapper_is_as_open_as_what_it_wraps() -> None:
    wrapper = running(1, "depositFor(address,uint256)")
    answer(wrapper, "underlying()", ("address",), (address(5),))
    contracts = [described(wrapper, Role.TOKEN, mint_guard="payment", sybil_gate=False)]
    found = membership([wrapper], contracts, tokens=(_token(wrapper, transferable=True),))
    assert is_known(found.kind, "OPEN-MARKET")


@pytest.mark.parametrize(
    ("pointer", "scheme"),
    [
        ("ipfs://bafy/1", "ipfs"),
        ("AR://x", "arweave"),
        ("data:application/json;base64,e30=", "data"),
        ("web3://0x1/tokenURI/1", "web3"),
        ("http://example.org", "https"),
        ("bzz://x", "swarm"),
        ("ftp://x", "other"),
        ("  ", "none"),
    ],
)
def test_schemes(pointer: str, scheme: str) -> None:
    assert scheme_of(pointer) == scheme


def test_data_accounts_are_no_programs() -> None:
    account = contract(1)
    account.code = code(account.address, "0x00aabbcc")
    assert is_known(build_content(account, facts()).blob, True)
    account.code = code(account.address, "0x6000aabb")
    assert is_known(build_content(account, facts()).blob, False)
    account.code = Unknown(reason=Reason.NODE_ERROR)
    assert isinstance(build_content(account, facts()).blob, Unknown)


def test_a_pointer_that_could_not_be_read_is_unknown_and_a_reverting_one_is_none() -> None:
    account = contract(1)
    account.calls["tokenURI(uint256)@1"] = (("string",), Unknown(reason=Reason.NODE_ERROR, detail="time-out"))
    assert isinstance(build_content(account, facts()).scheme, Unknown)
    account.calls["tokenURI(uint256)@1"] = (("string",), reverted())
    assert is_known(build_content(account, facts()).scheme, "none")


@pytest.mark.parametrize(
    ("list_", "switch", "stage"),
    [(ZERO_ADDRESS, "caller", "reachable"), (address(7), "caller", "configured"), (None, "no-function", "configured")],
)
def test_a_gate_counts_once_a_list_is_set(list_: str | None, switch: str, stage: str) -> None:
    account = contract(1) if list_ is None else contract(1, sanctionsOracle=("address", list_))
    found = sanctions_gate(account, facts(sanctions_gate=True, gate_switch_guard=switch), stranger=False)
    assert is_known(found, stage)


def test_a_gate_that_was_not_looked_for_is_unknown() -> None:
    assert isinstance(sanctions_gate(contract(1), facts(), stranger=False), Unknown)


def _recipient(trusted: str) -> Account:
    return contract(1, trustedForwarder=("address", trusted))


def test_forwarders_are_told_apart() -> None:
    unread, unpublished = contract(4), contract(5)
    unpublished.source = NoSource(Reason.NOT_VERIFIED, "no explorer holds it")
    unread.source = NoSource(Reason.EXPLORER_DOWN, "time-out")
    made = world(eoa(3), unread, unpublished)
    assert is_known(forwarder(made, contract(1)), "none")
    assert is_known(forwarder(made, _recipient(ZERO_ADDRESS)), "none")
    assert is_known(forwarder(made, _recipient(address(3))), "key")
    assert is_known(forwarder(made, _recipient(address(5))), "unverified-contract")
    assert isinstance(forwarder(made, _recipient(address(4))), Unknown)
    assert isinstance(forwarder(made, _recipient(address(6))), Unknown)


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (("token-vote",), "governance"),
        (("token-vote", "nobody"), "governance"),
        (("token-vote", "eoa"), "role"),
        (("token-vote", ""), "role"),
        (("nobody",), "nobody"),
    ],
)
def test_members_are_taken_out_by_the_vote_only_where_no_token_lets_others(kinds: tuple[str, ...], told: str) -> None:
    account = contract(1)
    own = {"chain_id": 1, "address": account.address}
    tokens = tuple(
        all_unknown(
            Token,
            Reason.NOT_READ,
            **own,
            confiscator_kind=Known(value=kind, evidence=()) if kind else Unknown(reason=Reason.UNRESOLVED),
        )
        for kind in kinds
    )
    own_code = described(account, confiscation_guard="caller", expulsion_guard="no-function")
    assert is_known(revocable([own_code], tokens), told)


def test_what_nothing_tells_of_a_dao_that_was_found_is_not_said_to_be_for_want_of_one() -> None:
    account = contract(1)
    token = all_unknown(Token, Reason.NOT_READ, chain_id=1, address=account.address)
    without = membership([account], [described(account)])
    said = [fact.detail for _, fact in membership([account], [], tokens=(token,)) if isinstance(fact, Unknown)]
    assert "what was found does not tell it" in said
    assert "no governor, token or Safe was found" not in said
    assert isinstance(without.delegation, Unknown)
    assert without.delegation.detail == "no governor, token or Safe was found"


@pytest.mark.parametrize(
    ("function", "counted", "kind"),
    [
        ("processProposal(uint256)", True, "SPONSORED"),
        ("processProposal(uint256)", False, "OPEN-FREE"),
        ("join()", True, "OPEN-FREE"),
    ],
)
def test_what_a_vote_decided_admits_though_anyone_may_call_for_it(function: str, counted: bool, kind: str) -> None:
    account = contract(1)
    guard = Known(value="none", evidence=(), derivation=f"{function}: no condition on the caller")
    own = described(account, Role.GOVERNOR, execution_by_count=counted)
    own = own.model_copy(update={"code": own.code.model_copy(update={"mint_guard": guard})})
    own_vote: dict[str, Any] = {"address": account.address, "kind": Known(value="share-vote", evidence=())}
    governor = all_unknown(Governor, Reason.NOT_READ, chain_id=1, evidence=(), **own_vote)
    governors = Collection[Governor](items=(governor,), complete=True)
    controls = Collection[Control](items=(), complete=True)
    made = world(account)
    resolver = Resolver(made, Parts(governors={account.address: UnknownGovernor()}))
    dossier = Dossier(made, resolver, governors, (), (), {account.address: own}, controls)
    assert is_known(build_membership(dossier).kind, kind)
