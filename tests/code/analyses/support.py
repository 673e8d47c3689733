"""Code facts of the contracts beside the tests, through the real compiler, the real worker and the real Slither."""

from __future__ import annotations

import functools
import re

from fixtures.build import Recipe
from scanner.cli.options import default_cache_dir
from scanner.code.analyse import analyse
from scanner.code.interface import CodeOptions
from scanner.model.code import CodeFacts
from scanner.model.observation import Known, Unknown
from tests.code.support import bundle, job, of_recipe

_PREFIX = "analyses/"
_PACKAGES = ((_PREFIX, "tests/code/analyses/contracts/"),)
_CONTRACT = re.compile(r"^contract (\w+)", re.MULTILINE)


@functools.cache
def facts_of(file: str) -> dict[str, CodeFacts]:
    """Return the facts of every contract of a file beside the tests, by name. Facts are kept between runs under the
    digest of the source and of the code that makes them."""
    recipe = Recipe((f"{_PREFIX}{file}",), "0.5.17" if file == "Old.sol" else "0.8.28", _PACKAGES)
    request = of_recipe(recipe)
    path = f"{_PREFIX}{file}"
    names = _CONTRACT.findall(request["sources"][path]["content"])
    return _facts(recipe, tuple((path, name) for name in names))


@functools.cache
def facts_of_package(file: str, name: str) -> CodeFacts:
    """Return the facts of a contract of an npm package."""
    return _facts(Recipe((file,), "0.8.28"), ((file, name),))[name]


def _facts(recipe: Recipe, wanted: tuple[tuple[str, str], ...]) -> dict[str, CodeFacts]:
    request = of_recipe(recipe)
    jobs = {
        name: job(number, bundle(request, name, solc=recipe.solc, path=path))
        for number, (path, name) in enumerate(wanted, start=1)
    }
    results = analyse(list(jobs.values()), CodeOptions(cache_dir=default_cache_dir()))
    found = {name: results[made.address] for name, made in jobs.items()}
    for name, result in found.items():
        assert isinstance(result.facts.analysed_from, Known), (name, result.facts.analysed_from, result.gaps)
        assert result.facts.analysed_from.value == "source", (name, result.gaps)
    return {name: result.facts for name, result in found.items()}


def value(fact: object) -> object:
    """Return a fact's value, or for an unknown one "unknown: " and its reason."""
    if isinstance(fact, Known):
        assert fact.evidence, "a known fact without evidence"
        return fact.value
    assert isinstance(fact, Unknown)
    return f"unknown: {fact.reason.value}"


def guards(facts: CodeFacts) -> dict[str, str]:
    """Return the guard of every state-changing function, by name."""
    assert facts.functions.complete
    return {fact.signature.partition("(")[0]: fact.guard for fact in facts.functions.items}


def systems(facts: CodeFacts) -> set[tuple[str, str]]:
    """Return category and system of every fingerprint."""
    assert facts.fingerprints.complete
    return {(fingerprint.category, fingerprint.system) for fingerprint in facts.fingerprints.items}
