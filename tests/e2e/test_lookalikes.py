"""Each anonymity rule speaks of the feature and is silent on what only looks like it, with source and without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.localchain import LocalChain
from fixtures.sourcify_server import SourcifyServer
from tests.e2e.conftest import Run
from tests.e2e.lookalikes import Place, raise_halls

ETHEREUM = 1


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with LocalChain(chain_id=ETHEREUM) as chain, SourcifyServer() as sourcify, SourcifyServer() as bare:
        yield raise_halls(chain, (sourcify, bare), tmp_path_factory.mktemp("lookalikes"))


class Said:
    """What one scan says, by rule and contract."""

    def __init__(self, run: Run) -> None:
        assert (run.out / "report.json").is_file(), run.stderr
        self.report, self.snapshot = run.report, run.snapshot
        self._outcomes = {
            (one["rule_id"], one["subject"]["id"].rpartition(":")[2]): one for one in self.report["outcomes"]
        }

    def of(self, rule: str, address: str) -> str:
        """Return the stage of a finding, or the status of any other outcome."""
        one = self._outcomes[rule, address]
        return str(one["stage"] if one["status"] == "finding" else one["status"])

    def whole(self, rule: str) -> str:
        """Return the outcome of a rule that asks about the DAO or its members as a whole."""
        (one,) = [one for one in self.report["outcomes"] if one["rule_id"] == rule]
        return str(one["stage"] if one["status"] == "finding" else one["status"])

    def scenario(self, scenario_id: str) -> str:
        return str(next(one["state"] for one in self.report["scenarios"] if one["id"] == scenario_id))

    def membership(self, field: str) -> Any:
        return self.snapshot["membership"][field]["value"]


@pytest.fixture(scope="module")
def features(place: Place) -> Said:
    return Said(place.scan("features"))


@pytest.fixture(scope="module")
def twins(place: Place) -> Said:
    return Said(place.scan("twins"))


@pytest.fixture(scope="module")
def circle(place: Place) -> Said:
    return Said(place.scan("circle"))


@pytest.fixture(scope="module")
def bare_features(place: Place) -> Said:
    return Said(place.scan("features", sources=False))


@pytest.fixture(scope="module")
def bare_twins(place: Place) -> Said:
    return Said(place.scan("twins", sources=False))


PAIRS = (
    ("ANO-001", "FixedNotes", "exercised", "RollupBridge"),
    ("ANO-001", "FixedNotes", "exercised", "SavingsVault"),
    ("ANO-002", "ApprovedPool", "configured", "SavingsVault"),
    ("ANO-002", "ApprovedPool", "configured", "RollupBridge"),
    ("ANO-002", "ShieldedCoin", "configured", "WrappedCoin"),
    ("ANO-003", "Announcer", "exercised", "KeyBook"),
    ("ANO-003", "MetaAddressRegistry", "configured", "KeyBook"),
    ("ANO-004", "JuryPanel", "configured", "MerkleDrop"),
    ("ANO-004", "JuryPanel", "configured", "RollupBridge"),
    ("ANO-005", "EncryptedPoll", "configured", "SealedAuction"),
    ("ANO-005", "SealedVote", "configured", "SealedAuction"),
    ("ANO-006", "WXMR", "configured", "WrappedCoin"),
    ("ANO-007", "Board", "configured", "KeyBook"),
    ("ANO-008", "GaslessClub", "configured", "OwnersRelay"),
    ("ANO-009", "ScreenedAuction", "configured", "BlocklistCoin"),
    ("ANO-010", "ApprovedPool", "configured", "SavingsVault"),
    ("ANO-013", "KeyForwardedClub", "configured", "UnclubbedGasless"),
    ("ANO-014", "FixedBadge", "configured", "HostedBadge"),
    ("ANO-015", "Blob", "configured", "Digests"),
    ("ANO-016", "SealedBalances", "configured", "Digests"),
)
"""Rule, what it is about, the stage it finds there, and what it must not be found at."""

HOME_MADE = frozenset({"ANO-016"})
"""What only source shows: types leave no trace in the code."""


@pytest.mark.parametrize(("rule", "feature", "stage", "twin"), PAIRS)
def test_a_rule_speaks_of_the_feature_and_not_of_its_look_alike(
    place: Place, features: Said, twins: Said, rule: str, *, feature: str, stage: str, twin: str
) -> None:
    found = (
        twins.of(rule, place.twins[feature]) if feature in place.twins else features.of(rule, place.features[feature])
    )
    assert found == stage
    assert twins.of(rule, place.twins[twin]) == "pass"


@pytest.mark.parametrize(("rule", "feature", "stage", "twin"), [pair for pair in PAIRS if pair[0] not in HOME_MADE])
def test_without_source_the_feature_is_still_told_and_the_look_alike_never_taken_for_it(
    place: Place, bare_features: Said, bare_twins: Said, rule: str, *, feature: str, stage: str, twin: str
) -> None:
    in_twins = feature in place.twins
    found = bare_twins.of(rule, place.twins[feature]) if in_twins else bare_features.of(rule, place.features[feature])
    # Whether a pointer can be replaced is read from source: without it the stage is the least that it may be.
    assert found == (stage if rule != "ANO-014" else "present")
    assert bare_twins.of(rule, place.twins[twin]) in ("pass", "unknown")


def test_an_announcer_is_no_message_board_and_a_board_no_announcer(place: Place, features: Said) -> None:
    assert features.of("ANO-007", place.features["Announcer"]) == "pass"
    assert features.of("ANO-003", place.features["Board"]) == "pass"
    assert features.of("ANO-007", place.features["Board"]) == "configured"


def test_the_ladder_present_reachable_configured_exercised(place: Place, features: Said) -> None:
    """A constant alone, a stranger's pool that an open proposal names, a pool that state names, one that was used."""
    assert features.of("ANO-001", place.features["EmptyLeaves"]) == "present"
    assert features.of("ANO-001", place.stranger) == "reachable"
    assert features.of("ANO-002", place.features["ApprovedPool"]) == "configured"
    assert features.of("ANO-001", place.features["FixedNotes"]) == "exercised"


def test_what_is_below_configured_moves_no_scenario(place: Place, twins: Said) -> None:
    assert twins.of("ANO-008", place.twins["UnclubbedGasless"]) == "reachable"
    assert twins.of("ANO-009", place.twins["OpenAuction"]) == "reachable"
    for scenario in ("MS-02", "MS-04", "MS-06", "MS-08"):
        assert twins.scenario(scenario) == "not-enabled", scenario


def test_the_scenarios_of_the_features_are_enabled(features: Said) -> None:
    assert features.scenario("MS-02") == "enabled-and-exercised"
    assert features.scenario("MS-06") == "enabled"
    assert features.scenario("MS-08") == "enabled"


def test_a_gate_without_a_list_lets_everybody_pass_and_says_who_can_set_one(
    place: Place, features: Said, twins: Said
) -> None:
    assert features.of("ANO-009", place.features["ScreenedAuction"]) == "configured"
    for said, address in ((features, place.features["ScreenedAuction"]), (twins, place.twins["OpenAuction"])):
        (finding,) = [
            one
            for one in said.report["findings"]
            if one["rule_id"] == "ANO-017" and one["subject"]["id"].endswith(address)
        ]
        assert "sanctions: createBid(uint256)" in finding["message"]
        assert "a check of who calls" in finding["message"]


def test_only_a_forwarder_that_can_be_read_is_left_alone(place: Place, features: Said, bare_features: Said) -> None:
    assert features.of("ANO-013", place.features["GaslessClub"]) == "pass"
    assert features.of("ANO-013", place.features["KeyForwardedClub"]) == "configured"
    assert bare_features.of("ANO-013", place.features["GaslessClub"]) == "configured"


def test_the_same_code_is_a_privacy_coin_by_its_label_alone(place: Place, features: Said) -> None:
    hall = place.halls["features"]
    assert features.of("ANO-006", place.features["WXMR"]) == "configured"
    assert features.of("ANO-011", hall) == "configured"
    coins = [one for one in features.snapshot["contracts"]["items"] if one["name"].get("value") == "Coin"]
    others = [one["address"] for one in coins if one["address"] != place.features["WXMR"]]
    assert others
    assert {features.of("ANO-006", address) for address in others} == {"pass"}


def test_a_treasurys_own_announcements_are_counted_and_a_strangers_are_not(
    place: Place, features: Said, twins: Said
) -> None:
    """Two payments were announced: one by the vote, one by a passer-by."""
    (hall,) = [one for one in features.snapshot["treasury"]["items"] if one["address"] == place.halls["features"]]
    assert hall["stealth_payments"]["value"] == 1
    assert features.of("ANO-012", place.halls["features"]) == "exercised"
    assert twins.of("ANO-012", place.halls["twins"]) == "pass"


def test_a_jury_and_a_circle_use_the_same_proofs_and_differ_in_what_they_decide_and_who_admits(
    place: Place, twins: Said, circle: Said
) -> None:
    """Only structure is told: nothing about members, and nothing about a purpose."""
    assert twins.of("ANO-004", place.twins["JuryPanel"]) == circle.of("ANO-004", place.halls["circle"]) == "configured"
    (jury,), (group,) = (said.snapshot["membership"]["groups"]["items"] for said in (twins, circle))
    assert (jury["decides_over_assets"]["value"], group["decides_over_assets"]["value"]) == (False, True)
    assert (jury["admitted_by"]["value"], group["admitted_by"]["value"]) == ("anyone", "eoa")
    assert (jury["member_count"]["value"], group["member_count"]["value"]) == (2, 3)
    assert [twins.whole(rule) for rule in ("MEM-010", "MEM-011", "PRT-007")] == ["pass"] * 3
    assert [circle.whole(rule) for rule in ("MEM-010", "MEM-011", "PRT-007")] == ["configured"] * 3


def test_membership_follows_from_the_way_in(twins: Said, circle: Said) -> None:
    assert twins.membership("kind") == "CLOSED-LIST"
    assert circle.membership("kind") == "ALLOWLIST"
    assert circle.membership("gatekeeper_kind") == "eoa"
    assert twins.membership("anonymous_set") is False


def test_protective_use_is_told_beside_it(features: Said, twins: Said, circle: Said) -> None:
    for said in (features, twins, circle):
        states = {one["id"]: one for one in said.report["scenarios"]}
        assert states["MS-16"]["state"]
        assert states["MS-16"]["legitimate_use"]
        assert all(one["severity"] is None for one in said.report["findings"] if one["rule_id"].startswith("PRT"))
    assert features.whole("PRT-005") == twins.whole("PRT-005") == "configured"
    assert circle.whole("PRT-005") == "pass", "one key says whose proofs count as votes"
