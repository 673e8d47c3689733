"""What kind of repository it is, what is its own, and where imports lead."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.code.repository.index import files_by_digest
from scanner.code.repository.layout import read_layout, read_standard_json
from scanner.code.repository.units import Files, Missing, plan, split
from scanner.model.errors import UsageError
from scanner.model.observation import Reason

HEAD = "pragma solidity ^0.8.20;\n"


def write(folder: Path, **files: str) -> Path:
    """Write files; `__` in a name is a slash, and everything ends in .sol but what has another ending."""
    return write_all(folder, {name.replace("__", "/") + ".sol": text for name, text in files.items()})


def write_all(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_foundry(tmp_path: Path) -> None:
    write_all(
        tmp_path,
        {
            "foundry.toml": '[profile.default]\nsrc = "contracts"\nlibs = ["lib"]\nsolc = "0.8.24"\n'
            'evm_version = "paris"\n'
            'remappings = ["@oz/=lib/oz/contracts/"]\n',
            "remappings.txt": "# comment\nours/=contracts/ours/\n",
            "lib/inner/remappings.txt": "dep/=lib/dep/src/\n",
            "contracts/A.sol": HEAD + 'import "@oz/T.sol"; import "ours/B.sol"; import "inner/I.sol"; contract A {}',
            "contracts/ours/B.sol": HEAD + "contract B {}",
            "contracts/A.t.sol": HEAD + "contract ATest {}",
            "test/Other.sol": HEAD + "contract Other {}",
            "lib/oz/contracts/T.sol": HEAD + "contract T {}",
            "lib/inner/src/I.sol": HEAD + 'import "dep/D.sol"; contract I {}',
            "lib/inner/lib/dep/src/D.sol": HEAD + "contract D {}",
        },
    )
    layout = read_layout(tmp_path)
    assert (layout.kind, layout.own, layout.left_out) == (
        "foundry",
        ("contracts/A.sol", "contracts/ours/B.sol"),
        1,
    )
    (unit,) = plan(layout).units
    assert unit.version == "0.8.24"
    assert sorted(unit.standard["sources"]) == [
        "contracts/A.sol",
        "contracts/ours/B.sol",
        "lib/inner/lib/dep/src/D.sol",
        "lib/inner/src/I.sol",
        "lib/oz/contracts/T.sol",
    ]
    assert unit.standard["settings"] == {
        "evmVersion": "paris",
        "remappings": [
            "contracts/A.sol:@oz/T.sol=lib/oz/contracts/T.sol",
            "contracts/A.sol:inner/I.sol=lib/inner/src/I.sol",
            "contracts/A.sol:ours/B.sol=contracts/ours/B.sol",
            "lib/inner/src/I.sol:dep/D.sol=lib/inner/lib/dep/src/D.sol",
        ],
    }


def test_hardhat_in_a_repository_of_several_packages(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write_all(
        tmp_path,
        {
            "node_modules/@oz/c/T.sol": HEAD + "contract T {}",
            "packages/dao/hardhat.config.ts": "// version: '0.8.1'\nexport default { solidity: { compilers: ["
            "{ version: '0.7.6' }, { version: \"0.8.23\" }] }, paths: { sources: './src' } };",
            "packages/dao/src/A.sol": HEAD + "import '@oz/c/T.sol'; contract A {}",
            "packages/dao/src/Old.sol": "pragma solidity 0.7.6; contract Old {}",
            "packages/dao/scripts/S.sol": HEAD + "contract S {}",
        },
    )
    layout = read_layout(tmp_path / "packages" / "dao")
    assert (layout.kind, layout.project, layout.versions) == ("hardhat", "packages/dao", ("0.7.6", "0.8.23"))
    units = plan(layout).units
    assert [(unit.version, unit.files) for unit in units] == [
        ("0.7.6", ("packages/dao/src/Old.sol",)),
        ("0.8.23", ("packages/dao/src/A.sol",)),
    ]
    assert "node_modules/@oz/c/T.sol" in units[1].standard["sources"]


def test_a_plain_folder_and_one_file(tmp_path: Path) -> None:
    write(tmp_path, A=HEAD + "contract A {}", sub__B=HEAD + "contract B {}", node_modules__x__C="contract C {}")
    assert read_layout(tmp_path).own == ("A.sol", "sub/B.sol")
    assert read_layout(tmp_path / "sub" / "B.sol").own == ("B.sol",)


def test_what_cannot_be_read_is_broken_with_a_hint(tmp_path: Path) -> None:
    write(
        tmp_path,
        Alone=HEAD + "contract Alone {}",
        Missing=HEAD + 'import "@oz/none.sol"; contract Missing {}',
        Away=HEAD + 'import "../../etc/passwd"; contract Away {}',
        Never="pragma solidity 0.9.9; contract Never {}",
        Odd="pragma solidity latest; contract Odd {}",
    )
    os.symlink("/etc/hostname", tmp_path / "Link.sol")
    planned = plan(read_layout(tmp_path))
    assert [unit.files for unit in planned.units] == [("Alone.sol",)]
    broken = {one.file: one for one in planned.broken}
    assert {file: one.reason for file, one in broken.items()} == {
        "Missing.sol": Reason.COMPILE_FAILED,
        "Away.sol": Reason.COMPILE_FAILED,
        "Never.sol": Reason.COMPILER_UNAVAILABLE,
        "Odd.sol": Reason.COMPILE_FAILED,
        "Link.sol": Reason.NOT_READ,
    }
    assert broken["Missing.sol"].detail == "import '@oz/none.sol' of Missing.sol was not found"
    assert "npm ci" in broken["Missing.sol"].hint
    assert "0.9.9" in broken["Never.sol"].detail
    assert all(one.hint for one in planned.broken)


def test_nothing_outside_the_repository_is_read(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    write(outside, Secret=HEAD + "contract Secret {}")
    write(inside, A=HEAD + 'import "./linked/Secret.sol"; contract A {}')
    os.symlink(outside, inside / "linked")
    write_all(inside, {"foundry.toml": '[profile.default]\nsrc = "../out"\nlibs = ["../out"]\n'})
    layout = read_layout(inside)
    assert layout.own == ("A.sol",)
    with pytest.raises(Missing):
        Files(layout).imported("A.sol", "./linked/Secret.sol")
    assert Files(layout).text("../out/Secret.sol") is None
    assert [one.file for one in plan(layout).broken] == ["A.sol"]


def test_files_of_a_unit_can_be_compiled_apart(tmp_path: Path) -> None:
    write(tmp_path, A=HEAD + "contract A {}", B=HEAD + 'import "./A.sol"; contract B {}')
    layout = read_layout(tmp_path)
    (unit,) = plan(layout).units
    assert [sorted(part.standard["sources"]) for part in split(layout, unit)] == [["A.sol"], ["A.sol", "B.sol"]]


@pytest.mark.parametrize(
    ("files", "path", "what"),
    [
        ({}, "none", "no such file or folder"),
        ({"README.md": "x"}, ".", "no contracts found"),
        ({"foundry.toml": "[profile", "A.sol": ""}, ".", "foundry.toml cannot be read"),
    ],
)
def test_wrong_input(tmp_path: Path, files: dict[str, str], path: str, what: str) -> None:
    write_all(tmp_path, files)
    with pytest.raises(UsageError, match=what):
        read_layout(tmp_path / path)


def test_standard_json(tmp_path: Path) -> None:
    write_all(tmp_path, {"good.json": '{"sources": {"A.sol": {"content": ""}}}', "bad.json": "{", "other.json": "[]"})
    assert read_standard_json(tmp_path / "good.json") == {"sources": {"A.sol": {"content": ""}}}
    assert read_standard_json(tmp_path / "A.sol") is None
    for name in ("bad.json", "other.json"):
        with pytest.raises(UsageError, match="not a standard-JSON input"):
            read_standard_json(tmp_path / name)


def test_files_are_found_by_content(tmp_path: Path) -> None:
    write(tmp_path, contracts__deep__A="contract A {}", copy__A="contract A {}", B="contract B {}")
    write(tmp_path, node_modules__x__C="contract C {}", out__D="contract D {}")
    os.symlink(tmp_path / "B.sol", tmp_path / "L.sol")
    assert sorted(files_by_digest(tmp_path).values()) == ["B.sol", "copy/A.sol"]
    with pytest.raises(UsageError, match="no such folder"):
        files_by_digest(tmp_path / "B.sol")
