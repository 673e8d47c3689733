"""Making a bundle from a snapshot and what it is judged by, and making its reports again from what is inside."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import scanner
from scanner import pipeline
from scanner.bundle.archive import Manifest, Opened, listed, pack
from scanner.content import reports_dir, rules_dir
from scanner.judge.kit import KitOptions
from scanner.model.errors import DaoscanError, UsageError
from scanner.model.handling import Handling
from scanner.model.snapshot import Snapshot
from scanner.render.edition import Edition

SNAPSHOT = "snapshot.json"
BUILT_IN = "rules/built-in"
REMADE = ("html", "json", "sarif", "md", "csv")
"""Formats that the same inputs give byte for byte; a PDF depends on the Chromium that prints it."""
_RULE_FILES = ("*.yaml", "*.yml", "*.py", "*.json")
_LIMIT = 5_000


@dataclass(frozen=True)
class BundleOptions:
    """How the reports of a bundle are made, and what else goes in. `extra` are files to file with it: lists, say."""

    rules: tuple[Path, ...] = ()
    kit: KitOptions = field(default_factory=KitOptions)
    lang: str = "en"
    formats: tuple[str, ...] = ("html", "json")
    handling: Handling | None = None
    extra: tuple[Path, ...] = ()


def make_bundle(data: bytes, where: str, options: BundleOptions) -> bytes:
    """Return the archive for a snapshot file. Raises UsageError or RuleError; nothing is written."""
    if any(name not in REMADE for name in options.formats):
        raise UsageError(f"a bundle holds {', '.join(REMADE)}", hint="leave the other formats out")
    snapshot = pipeline.load_snapshot(data, where)
    rules = pipeline.load_rules(options.rules, options.kit, options.lang)
    files = {SNAPSHOT: data}
    files |= _reports(data, snapshot, rules, options)
    files |= {
        f"sources/{one.source_id}.json": one.model_dump_json(indent=1).encode() + b"\n" for one in snapshot.sources
    }
    files |= _folder(rules_dir(), BUILT_IN)
    for number, folder in enumerate(options.rules, 1):
        files |= _folder(folder, f"rules/{number}")
    named = {"policy": options.kit.policy, "suppressions": options.kit.suppressions}
    files |= {f"inputs/{name}.yaml": _read(path) for name, path in named.items() if path is not None}
    files |= {f"extra/{number}-{_plain(path.name)}": _read(path) for number, path in enumerate(options.extra, 1)}
    block = next(one for one in snapshot.blocks if one.chain_id == snapshot.target.chain_id)
    manifest = Manifest(
        tool_version=scanner.__version__,
        target=snapshot.target.caip10,
        block_number=block.number,
        block_hash=block.hash,
        as_of=snapshot.as_of,
        settings=_settings(options),
        files=listed(files),
    )
    return pack(files, manifest)


def _reports(data: bytes, snapshot: Snapshot, rules: pipeline.Rules, options: BundleOptions) -> dict[str, bytes]:
    assessment = pipeline.evaluate(snapshot, rules)
    edition = Edition(handling=options.handling)
    made = pipeline.render(data, snapshot, assessment=assessment, formats=options.formats, edition=edition)
    return {f"reports/{name}": content for name, content in made.items()}


def _settings(options: BundleOptions) -> dict[str, str]:
    return {
        "lang": options.lang,
        "formats": ",".join(options.formats),
        "handling": options.handling.value if options.handling else "",
        "profile": options.kit.profile,
        "disable": json.dumps(list(options.kit.disable)),
        "frameworks": json.dumps(list(options.kit.frameworks)),
        "packs": str(len(options.rules)),
        "templates": templates_digest(),
    }


def templates_digest() -> str:
    """Return the digest of the installed templates, styles and words: other ones give other bytes."""
    total = hashlib.sha256()
    for path in sorted(reports_dir().rglob("*")):
        if path.is_file():
            total.update(path.relative_to(reports_dir()).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _folder(folder: Path, into: str) -> dict[str, bytes]:
    paths = sorted({path for pattern in _RULE_FILES for path in folder.rglob(pattern) if path.is_file()})
    if len(paths) > _LIMIT:
        raise UsageError(f"more than {_LIMIT} rule files", where=str(folder), hint="name the folder of the packs alone")
    return {f"{into}/{path.relative_to(folder).as_posix()}": _read(path) for path in paths}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"a file of the bundle cannot be read: {error.strerror}", where=str(path)) from error


def _plain(name: str) -> str:
    return "".join(one if one.isascii() and (one.isalnum() or one in "._-") else "_" for one in name)[-80:] or "file"


# ------------------------------------------------------------------------------------------------- checking


@dataclass(frozen=True)
class Remade:
    """How the reports came out again. `why_not` says why they were not made; `other` names those that differ."""

    same: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    why_not: str = ""


def remake(opened: Opened) -> Remade:
    """Make the reports of a bundle again from what is inside it, and compare them byte by byte.

    Code that a bundle brings is never run, and only the version that made it gives the same bytes.
    """
    why_not = _hindrance(opened)
    if why_not:
        return Remade(why_not=why_not)
    try:
        with tempfile.TemporaryDirectory(prefix="daoscan-bundle-") as folder:
            options = _options(opened, Path(folder))
            data = opened.files[SNAPSHOT]
            rules = pipeline.load_rules(options.rules, options.kit, options.lang)
            made = _reports(data, pipeline.load_snapshot(data, SNAPSHOT), rules, options)
    except DaoscanError as error:
        return Remade(why_not=error.what)
    held = {path for path in opened.files if path.startswith("reports/")}
    same = sorted(path for path in held if made.get(path) == opened.files[path])
    return Remade(tuple(same), tuple(sorted(held - set(same))))


def _hindrance(opened: Opened) -> str:
    manifest = opened.manifest
    if SNAPSHOT not in opened.files:
        return f"the bundle holds no {SNAPSHOT}"
    if manifest.tool_version != scanner.__version__:
        return f"it was made by version {manifest.tool_version}, this is {scanner.__version__}"
    mine = _folder(rules_dir(), BUILT_IN)
    theirs = {path: content for path, content in opened.files.items() if path.startswith(f"{BUILT_IN}/")}
    if mine != theirs:
        return "its built-in rules are not those that are installed here"
    if any(path.endswith(".py") and not path.startswith(f"{BUILT_IN}/") for path in opened.files):
        return "it brings rules in Python, and a stranger's code is not run"
    if manifest.settings.get("templates") != templates_digest():
        return "its templates are not those that are installed here"
    return ""


def _options(opened: Opened, folder: Path) -> BundleOptions:
    settings = opened.manifest.settings
    for path, content in opened.files.items():
        if path.startswith(("rules/", "inputs/")) and not path.startswith(f"{BUILT_IN}/"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)

    def given(name: str) -> Path | None:
        return folder / name if name in opened.files else None

    try:
        kit = KitOptions(
            profile=_name(settings["profile"]),
            disable=_names(settings["disable"]),
            suppressions=given("inputs/suppressions.yaml"),
            frameworks=_names(settings["frameworks"]),
            policy=given("inputs/policy.yaml"),
        )
        return BundleOptions(
            rules=tuple(folder / f"rules/{number}" for number in range(1, int(settings["packs"]) + 1)),
            kit=kit,
            lang=settings["lang"],
            formats=tuple(settings["formats"].split(",")),
            handling=Handling(settings["handling"]) if settings["handling"] else None,
        )
    except (KeyError, ValueError) as error:
        raise UsageError(f"the manifest does not say how the reports were made: {error}") from error


def _names(text: str) -> tuple[str, ...]:
    found = json.loads(text)
    if not isinstance(found, list):
        raise ValueError("not a list")
    return tuple(_name(str(one)) for one in found)


def _name(text: str) -> str:
    """A stranger's manifest names what is built in, never a file of this machine."""
    if "/" in text or "\\" in text or text.endswith((".yaml", ".yml")):
        raise ValueError("it names a file that is not inside")
    return text
