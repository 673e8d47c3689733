"""Source bundles: one standard-JSON input, checked, canonical and safe to put on a disk."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from scanner.model.observation import Reason
from scanner.model.snapshot import SourceBundle, SourceFile
from scanner.sources.paths import BadPath, check_tree, safe_path, safe_prefix
from scanner.sources.strict import canonical, mapping, shown, text

LARGEST_FILES = 5_000
LARGEST_BYTES = 50_000_000

_COMPILER = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]{0,80}\Z")
_NAME = re.compile(r"[0-9A-Za-z_$.-]{1,200}\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{1,20}\Z")

NOT_KEPT = frozenset({"compilationTarget", "modelChecker", "outputSelection", "parserErrorRecovery", "stopAfter"})
"""Settings that say what to print or how far to go, not what the code is. Whoever compiles asks for its own outputs;
left in, they would give one source several digests, and a stranger's model-checker settings can run for hours."""


class BundleError(ValueError):
    """A standard-JSON input that cannot be used: `reason` is LIMIT or UNDECODABLE."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def build_bundle(standard: Any, *, contract: str, compiler: str, provider: str) -> SourceBundle:
    """Return the bundle of a standard-JSON input (Solidity documentation, "Compiler Input and Output JSON").

    `contract` is "path:Name" or "Name"; `compiler` is the long version, with or without a leading v. File names that
    could leave a folder are rewritten (see `paths`), with remappings so that imports still resolve. Links in place of
    contents are refused, never followed. Raises BundleError.
    """
    language = text(mapping(standard).get("language")) or "Solidity"
    version = compiler.removeprefix("v")
    path, _, name = contract.rpartition(":")
    if not _COMPILER.match(version):
        raise _bad(f"'{shown(compiler, limit=40)}' is no compiler version")
    if not _NAME.match(name):
        raise _bad(f"'{shown(name, limit=40)}' is no contract name")
    if not _LANGUAGE.match(language):
        raise _bad(f"'{shown(language, limit=40)}' is no language")
    contents = _contents(mapping(standard).get("sources"))
    try:
        renamed = {old: safe_path(old) for old in contents}
        check_tree(renamed.values())
        settings = canonical(_settings(mapping(standard).get("settings"), renamed))
        files = tuple(
            SourceFile(path=new, content=contents[old]) for new, old in sorted((n, o) for o, n in renamed.items())
        )
        bundle = SourceBundle(
            source_id="",
            contract_name=name,
            contract_path=renamed.get(path, ""),
            compiler=version,
            provider=provider,
            settings_json=settings,
            language=language,
            files=files,
        )
        return bundle.model_copy(update={"source_id": source_id(bundle)})
    except (BadPath, UnicodeError) as error:
        raise _bad(shown(str(error))) from None


def standard_json(bundle: SourceBundle) -> dict[str, Any]:
    """Return the standard-JSON input of a bundle, without `outputSelection`: the caller asks for what it needs."""
    return {
        "language": bundle.language,
        "sources": {file.path: {"content": file.content} for file in bundle.files},
        "settings": json.loads(bundle.settings_json),
    }


def source_id(bundle: SourceBundle) -> str:
    """Return the SHA-256 (hex) of the bundle's canonical standard JSON."""
    return hashlib.sha256(canonical(standard_json(bundle)).encode("utf-8")).hexdigest()


def _contents(sources: Any) -> dict[str, str]:
    entries = mapping(sources)
    if not entries:
        raise _bad("the standard JSON has no sources")
    if len(entries) > LARGEST_FILES:
        raise BundleError(Reason.LIMIT, f"{len(entries)} source files; at most {LARGEST_FILES} are read")
    contents: dict[str, str] = {}
    total = 0
    for path, entry in entries.items():
        content = mapping(entry).get("content")
        if not isinstance(content, str):
            kind = "is only a link" if "urls" in mapping(entry) else "has no content"
            raise _bad(f"source '{shown(path, limit=80)}' {kind}")
        total += len(content.encode("utf-8", "surrogatepass"))
        if total > LARGEST_BYTES:
            raise BundleError(Reason.LIMIT, f"more than {LARGEST_BYTES // 1_000_000} MB of source")
        contents[path] = content
    return contents


def _settings(settings: Any, renamed: Mapping[str, str]) -> dict[str, Any]:
    kept = {key: value for key, value in mapping(settings).items() if key not in NOT_KEPT}
    given = kept.pop("remappings", [])
    remappings = [_remapping(item) for item in given if isinstance(item, str)] if isinstance(given, list) else []
    # A leading colon is an empty context; without it the first colon of the prefix would end one.
    for old, new in sorted(renamed.items()):
        if old != new and "=" not in old and not old.startswith(("./", "../")):
            remappings.append(f":{old}={new}")
    if remappings:
        kept["remappings"] = list(dict.fromkeys(remappings))
    libraries = kept.get("libraries")
    if isinstance(libraries, dict):
        kept["libraries"] = {renamed.get(path, path): value for path, value in libraries.items()}
    return kept


def _remapping(item: str) -> str:
    left, equals, target = item.partition("=")
    context, colon, prefix = left.partition(":") if ":" in left else ("", "", left)
    if not equals:
        return item
    return f"{safe_prefix(context)}{colon}{prefix}={safe_prefix(target)}"


def _bad(detail: str) -> BundleError:
    return BundleError(Reason.UNDECODABLE, detail)
