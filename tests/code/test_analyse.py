"""The whole of code analysis on real contracts, with a real compiler and real Slither."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.build import Recipe
from fixtures.recipes import SAFE_1_3_0, own
from scanner.code.analyse import analyse
from scanner.code.interface import CodeJob, CodeOptions, CodeResult
from scanner.code.tasks import Answers, Tasks
from scanner.discovery.set_aside import set_aside
from scanner.model.code import CodeFacts
from scanner.model.evidence import SourceEvidence
from scanner.model.kinds import Role
from scanner.model.observation import Known, Reason, Unknown
from tests.code.support import (
    AT,
    OTHER,
    address,
    bundle,
    cache_with_compilers,
    job,
    of_recipe,
    standard_json,
)

pytestmark = pytest.mark.compiler

_OZ4 = ("@openzeppelin/contracts/", "node_modules/@openzeppelin/contracts-4/")
_BRAVO = "@openzeppelin/contracts/governance/compatibility/GovernorCompatibilityBravo.sol"
_OZ4_TIMELOCK = "@openzeppelin/contracts/governance/TimelockController.sol"
_GOVERNOR = "contracts/healthy/RiverGovernor.sol"

_OLD = """pragma solidity 0.5.17;
contract Base { address public owner; modifier onlyOwner() { require(msg.sender == owner); _; } }
library Math { function add(uint a, uint b) internal pure returns (uint) { return a + b; } }
contract Old is Base {
    using Math for uint;
    mapping(address => uint) public balances;
    function pay(address payable to, uint amount) public { balances[to] = balances[to].add(amount); }
    function end(address payable to) public { selfdestruct(to); }
    function() external payable {}
}
"""
_OLDEST = (
    "pragma solidity 0.4.24; contract Oldest { address owner; function end() public { selfdestruct(msg.sender); } }"
)
_SILENCED = """pragma solidity 0.8.28;
// slither-disable-start all
// slither-disable-start all
contract Silenced {
    // slither-disable-next-line suicidal
    function end(address payable to) external { selfdestruct(to); }
    // \N{PLAYING CARD ACE OF SPADES}
}
"""
_HOSTILE = {
    "../../../etc/cron.d/evil.sol": 'import "/abs/b c.sol"; contract Evil is Good { function a() external {} }',
    "/abs/b c.sol": "contract Good { function b(address t, bytes calldata d) external { t.delegatecall(d); } }",
}
_TWICE = {"a.sol": 'import "b.sol" as B; contract Same { uint a; }', "b.sol": "contract Same { uint b; }"}


def _jobs() -> dict[str, CodeJob]:
    river = of_recipe(own("healthy/RiverGovernor.sol"))
    oz4 = of_recipe(Recipe((_BRAVO, _OZ4_TIMELOCK), "0.8.19", (_OZ4,)))
    safe = of_recipe(SAFE_1_3_0)
    twice = standard_json(_TWICE)
    return {
        "governor": job(1, bundle(river, "RiverGovernor", path=_GOVERNOR, solc="0.8.28+commit.7893614a")),
        "again": job(2, bundle(river, "RiverGovernor", path=_GOVERNOR, solc="0.8.28+commit.7893614a"), at=OTHER),
        "timelock": job(3, bundle(river, "TimelockController", solc="0.8.28+commit.7893614a")),
        "absent": job(4, bundle(river, "Nowhere", solc="0.8.28+commit.7893614a")),
        "bravo": job(5, bundle(oz4, "GovernorCompatibilityBravo", solc="0.8.19", path=_BRAVO)),
        "safe": job(6, bundle(safe, "GnosisSafe", solc="0.7.6+commit.7338295f")),
        "old": job(7, bundle(standard_json({"Old.sol": _OLD}), "Old", solc="0.5.17")),
        "oldest": job(8, bundle(standard_json({"a.sol": _OLDEST}), "Oldest", solc="0.4.24+commit.e67f0147")),
        "silenced": job(9, bundle(standard_json({"S.sol": _SILENCED}), "Silenced", solc="0.8.28")),
        "hostile": job(10, bundle(standard_json(_HOSTILE), "Evil", solc="0.8.28")),
        "broken": job(11, bundle(standard_json({"B.sol": "contract B { uint x = y; }"}), "B", solc="0.8.28")),
        "ambiguous": job(12, bundle(twice, "Same", solc="0.8.28")),
        "picked": job(13, bundle(twice, "Same", solc="0.8.28", path="b.sol")),
        "vyper": job(14, bundle(standard_json({"v.vy": "x: uint256"}), "v", solc="vyper:0.3.7", language="Vyper")),
        "malformed": job(18, bundle({**standard_json({"a.sol": _OLDEST}), "settings": [1]}, "Oldest", solc="0.8.28")),
        "nightly": job(15, bundle(standard_json({"a.sol": _OLDEST}), "Oldest", solc="0.8.28-nightly.2024.9.1")),
        "unverified": job(16, None, why="explorer-down: no answer"),
        "empty": job(17, None, code="0x"),
    }


@pytest.fixture(scope="module")
def warm_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cache_with_compilers(tmp_path_factory.mktemp("code") / "cache")


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def found(warm_cache: Path, told: list[str]) -> Mapping[str, CodeResult]:
    """Everything at once, as a scan asks for it."""
    jobs = _jobs()
    results = analyse(list(jobs.values()), CodeOptions(cache_dir=warm_cache), told.append)
    return {name: results[one.address] for name, one in jobs.items()}


def _source(facts: CodeFacts) -> SourceEvidence:
    assert isinstance(facts.analysed_from, Known)
    assert facts.analysed_from.value == "source"
    (evidence,) = facts.analysed_from.evidence
    assert isinstance(evidence, SourceEvidence)
    return evidence


def _hits(result: CodeResult, detector: str) -> list[str]:
    assert result.facts.detectors.complete
    return [hit.description for hit in result.facts.detectors.items if hit.detector == detector]


def test_the_whole_governor_is_analysed_from_source(found: Mapping[str, CodeResult]) -> None:
    result = found["governor"]
    evidence = _source(result.facts)
    assert (evidence.file, evidence.address, evidence.block_number) == (_GOVERNOR, address(1), AT.block_number)
    line = of_recipe(own("healthy/RiverGovernor.sol"))["sources"][_GOVERNOR]["content"].splitlines()
    assert line[evidence.first_line - 1].startswith("contract RiverGovernor")
    assert line[evidence.last_line - 1] == "}"
    assert result.gaps == ()
    assert {entry["name"] for entry in result.abi if entry["type"] == "function"} >= {"propose", "castVote", "relay"}
    assert len(result.facts.detectors.items) > 50


def test_hits_in_library_code_are_told_apart(found: Mapping[str, CodeResult]) -> None:
    hits = found["governor"].facts.detectors.items
    sending = next(hit for hit in hits if hit.detector == "arbitrary-send-eth")
    assert (sending.impact, sending.confidence, sending.in_dependency) == ("high", "medium", True)
    assert "s00" not in sending.description
    assert all(piece.kind == "source" for hit in hits for piece in hit.evidence)
    own_code = found["old"].facts.detectors.items
    assert own_code
    assert not any(hit.in_dependency for hit in own_code)


@pytest.mark.parametrize("name", ["governor", "timelock"])
def test_published_code_is_known_again_by_its_text(found: Mapping[str, CodeResult], name: str) -> None:
    roles, compiler = (Role.GOVERNOR, Role.TIMELOCK), Known(value="0.8.28", evidence=())
    marked = set_aside(found[name].facts, roles, compiler)
    counted = [hit for hit in marked.detectors.items if hit.impact == "high" and not hit.set_aside]
    assert counted == []
    exact = {hit.detector for hit in marked.detectors.items if "published code" in hit.set_aside}
    assert exact >= {"governor": {"incorrect-exp", "msg-value-in-nonpayable"}, "timelock": {"reentrancy-eth"}}[name]


def test_one_unit_serves_several_contracts_and_each_gets_its_own_hits(
    found: Mapping[str, CodeResult], told: list[str]
) -> None:
    assert sum("RiverGovernor" in line for line in told) == 1
    timelock = found["timelock"]
    assert _source(timelock.facts).file.endswith("TimelockController.sol")
    described = [hit.description for hit in timelock.facts.detectors.items]
    assert not any("RiverGovernor" in text for text in described)
    assert any("TimelockController._execute" in text for text in described)


def test_the_same_code_elsewhere_is_tied_to_where_it_is(found: Mapping[str, CodeResult]) -> None:
    evidence = _source(found["again"].facts)
    assert (evidence.chain_id, evidence.block_hash, evidence.address) == (OTHER.chain_id, OTHER.block_hash, address(2))
    first = found["governor"].facts.detectors.items
    assert [hit.description for hit in found["again"].facts.detectors.items] == [hit.description for hit in first]


@pytest.mark.parametrize(("name", "functions"), [("bravo", {"propose"}), ("safe", {"execTransaction", "setup"})])
def test_other_real_contracts(found: Mapping[str, CodeResult], name: str, functions: set[str]) -> None:
    _source(found[name].facts)
    assert found[name].gaps == ()
    assert functions <= {entry.get("name") for entry in found[name].abi}
    assert found[name].facts.detectors.complete


@pytest.mark.parametrize("name", ["old", "oldest", "silenced"])
def test_old_compilers_and_silencing_comments_hide_nothing(found: Mapping[str, CodeResult], name: str) -> None:
    _source(found[name].facts)
    assert len(_hits(found[name], "suicidal")) == 1


def test_hostile_paths_appear_in_evidence_and_nowhere_else(found: Mapping[str, CodeResult]) -> None:
    assert _source(found["hostile"].facts).file == "../../../etc/cron.d/evil.sol"
    (described,) = _hits(found["hostile"], "controlled-delegatecall")
    assert "/abs/b c.sol" in described


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        ("broken", Reason.COMPILE_FAILED, "Undeclared identifier"),
        ("absent", Reason.ANALYSIS_FAILED, "contract Nowhere is not in the source"),
        ("ambiguous", Reason.ANALYSIS_FAILED, "contract Same is there 2 times"),
        ("vyper", Reason.COMPILER_UNAVAILABLE, "Vyper"),
        ("malformed", Reason.ANALYSIS_FAILED, "settings"),
        ("nightly", Reason.COMPILER_UNAVAILABLE, "nightly"),
    ],
)
def test_what_fails_is_a_gap_and_the_bytecode_is_analysed_instead(
    found: Mapping[str, CodeResult], name: str, reason: Reason, words: str
) -> None:
    result = found[name]
    (gap,) = result.gaps
    assert (gap.subject, gap.reason) == (_jobs()[name].address, reason)
    assert words in gap.detail
    assert isinstance(result.facts.analysed_from, Known)
    assert result.facts.analysed_from.value == "bytecode"
    assert (result.facts.detectors.complete, result.facts.detectors.reason) == (False, reason.value)
    assert isinstance(result.facts.vote_weight_time, Unknown)
    assert result.facts.vote_weight_time.reason is reason


def test_a_path_tells_contracts_of_one_name_apart(found: Mapping[str, CodeResult]) -> None:
    assert _source(found["picked"].facts).file == "b.sol"


def test_without_source_the_bytecode_is_analysed(found: Mapping[str, CodeResult]) -> None:
    result = found["unverified"]
    assert isinstance(result.facts.selectors, Known)
    assert result.facts.selectors.value == ("0xdeadbeef",)
    assert isinstance(result.facts.vote_weight_time, Unknown)
    assert result.facts.vote_weight_time.reason is Reason.EXPLORER_DOWN
    assert result.gaps == ()
    empty = found["empty"]
    assert isinstance(empty.facts.selectors, Unknown)
    assert empty.facts.selectors.reason is Reason.NO_CODE


_WARM = """
import sys, time
from tests.code.test_analyse import _jobs
jobs = [one for name, one in _jobs().items() if name not in ("vyper", "nightly", "malformed")]
from pathlib import Path
import subprocess
from scanner.code.analyse import analyse
from scanner.code.interface import CodeOptions

def refuse(*_, **__):
    raise AssertionError("a process was started")

subprocess.Popen = refuse
started = time.process_time()
results = analyse(jobs, CodeOptions(cache_dir=Path(sys.argv[1]), offline=True))
seconds = time.process_time() - started
assert not {"slither", "crytic_compile", "evmole"} & set(sys.modules)
assert len(results) == len(jobs)
print(seconds)
print(results[jobs[0].address].facts.model_dump_json())
"""


def test_a_second_scan_starts_nothing_and_says_the_same(found: Mapping[str, CodeResult], warm_cache: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WARM, str(warm_cache)], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    assert done.returncode == 0, done.stderr
    seconds, facts = done.stdout.split("\n", 1)
    assert float(seconds) < 3.0
    assert json.loads(facts) == json.loads(found["governor"].facts.model_dump_json())


def test_a_corrupt_entry_is_made_again(cache: Path) -> None:
    one = job(1, bundle(standard_json({"a.sol": "contract A { function f() external {} }"}), "A", solc="0.8.28"))
    first = analyse([one], CodeOptions(cache_dir=cache))[one.address]
    (entry,) = (cache / "facts").rglob("*.json")
    whole = entry.read_bytes()
    entry.write_bytes(whole[: len(whole) // 2])
    assert analyse([one], CodeOptions(cache_dir=cache))[one.address] == first
    assert entry.read_bytes() == whole


def test_a_compiler_that_is_not_there_is_asked_for_again_next_time(cache: Path) -> None:
    one = job(1, bundle(standard_json({"a.sol": "contract A {}"}), "A", solc="0.8.999"))
    result = analyse([one], CodeOptions(cache_dir=cache, offline=True))[one.address]
    assert [gap.reason for gap in result.gaps] == [Reason.COMPILER_UNAVAILABLE]
    fixed = replace(one, source=job(1, bundle(standard_json({"a.sol": "contract A {}"}), "A", solc="0.8.28")).source)
    assert analyse([fixed], CodeOptions(cache_dir=cache, offline=True))[one.address].gaps == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [({"seconds_per_contract": 0.2}, "ran longer than"), ({"resident_bytes": 50_000_000}, "more than 50000000 bytes")],
)
def test_a_limit_is_unknown_with_that_reason_and_is_not_kept(
    cache: Path, options: dict[str, float], words: str
) -> None:
    source = "contract A { function f() external {} }"
    one = job(1, bundle(standard_json({"a.sol": source}), "A", solc="0.8.28"))
    result = analyse([one], CodeOptions(cache_dir=cache, **options))[one.address]  # type: ignore[arg-type]
    assert result.gaps[0].reason is Reason.LIMIT
    assert words in result.gaps[0].detail
    assert isinstance(result.facts.vote_weight_time, Unknown)
    assert result.facts.vote_weight_time.reason is Reason.LIMIT
    assert analyse([one], CodeOptions(cache_dir=cache))[one.address].gaps == ()


def test_an_answer_that_fits_no_model_is_unknown_and_a_gap(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = job(1, None)
    broken = Answers(sources={}, bytecodes={one.runtime_code: {"facts": {"vote_weight_time": 5}}}, audits={})
    monkeypatch.setattr(Tasks, "run", lambda *_: broken)
    result = analyse([one], CodeOptions(cache_dir=cache))[one.address]
    assert [gap.reason for gap in result.gaps] == [Reason.ANALYSIS_FAILED]
    assert isinstance(result.facts.vote_weight_time, Unknown)


def test_a_store_that_cannot_be_written_is_a_warning(cache: Path) -> None:
    (cache / "facts").write_text("in the way")
    told: list[str] = []
    one = job(1, bundle(standard_json({"a.sol": "contract A {}"}), "A", solc="0.8.28"))
    assert analyse([one], CodeOptions(cache_dir=cache), told.append)[one.address].gaps == ()
    assert any(line.startswith("warning: code facts cannot be kept") for line in told)


_LONG = """
import sys
from pathlib import Path
from scanner.code.analyse import analyse
from scanner.code.interface import CodeOptions
from tests.code.test_analyse import _jobs

jobs = _jobs()
analyse([jobs["governor"], jobs["bravo"]], CodeOptions(cache_dir=Path(sys.argv[1])))
"""


@pytest.mark.parametrize("stage", ["compilers", "slither"])
def test_ctrl_c_leaves_no_process_behind(cache: Path, stage: str) -> None:
    with subprocess.Popen([sys.executable, "-c", _LONG, str(cache)], stderr=subprocess.PIPE, text=True) as process:
        _until(lambda: _reached(process.pid, stage))
        family = _family(process.pid)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in errors
    _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def _reached(pid: int, stage: str) -> bool:
    """Return whether a compiler runs as a child, or a worker as a child of the fork server."""
    children = _children(pid)
    if stage == "compilers":
        return any("run_solcjs.js" in _command(child) for child in children)
    return any(_children(child) for child in children if "worker_main" in _command(child))


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (thread / "children").read_text().split()]
    return found


def _family(pid: int) -> list[int]:
    family = [pid]
    for member in family:
        family += _children(member)
    return family
