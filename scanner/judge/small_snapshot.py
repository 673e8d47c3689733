"""A small snapshot that holds the facts of a rule's test and nothing else: what is not named is unknown."""

from __future__ import annotations

import json
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from scanner.judge.language.world import Facts
from scanner.model.blank import blank_field
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.snapshot import Snapshot
from scanner.model.stated import StatedFacts
from scanner.model.values import ZERO_ADDRESS, Model

UNNAMED = "not named in the test"
CHAIN_ID = 1
ADDRESS = "0x" + "01" * 20
_UNREAD = Unknown(reason=Reason.NOT_READ, detail=UNNAMED)
_PLACES = {
    "governor": "governors",
    "timelock": "timelocks",
    "token": "tokens",
    "safe": "safes",
    "contract": "contracts",
    "treasury": "treasury",
    "control": "controls",
    "proposal": "proposals",
}
_DAO = {**{place: place for place in _PLACES.values()}, "treasuries": "treasury"}
_AT_AN_ADDRESS = frozenset({"governor", "timelock", "token", "safe", "contract", "treasury"})


def small_snapshot(subject: str, roots: dict[str, Facts]) -> bytes:
    """Return the JSON of a snapshot with one thing of the kind `subject`, the facts that its test names, and the DAO.

    `roots` are what a test of a rule in YAML would see: `governor`, `dao`, `membership`.
    """
    whole: dict[str, Any] = {name: blank_field(Snapshot, name, _UNREAD) for name in Snapshot.model_fields}
    whole["schema_version"] = Snapshot.model_fields["schema_version"].default
    whole["target"] = {"chain_id": CHAIN_ID, "address": ADDRESS, "name": ""}
    for name in ("dao", "membership"):
        whole[name] = _placed(_record(_model(Snapshot.model_fields[name]), roots[name]))
    for relation, place in _DAO.items():
        stated = getattr(roots["dao"], relation, None)
        if isinstance(stated, Collection) and (stated.complete or stated.items):
            whole[place] = _items(Snapshot.model_fields[place], stated)
    if subject in _PLACES:
        _put(whole, subject, roots[subject])
    return json.dumps(whole).encode()


def _put(whole: dict[str, Any], subject: str, facts: Facts) -> None:
    """Put the subject, and the contract at its address, first among their kinds."""
    field = Snapshot.model_fields[_PLACES[subject]]
    item = _record(_item(field), facts)
    if subject in _AT_AN_ADDRESS:
        item = _placed(item)
    beside = whole[_PLACES[subject]]["items"]
    whole[_PLACES[subject]] = {"items": [item, *beside], "complete": True, "reason": ""}
    contract = vars(facts).get("contract")
    if subject != "contract" and isinstance(contract, Facts):
        made = _record(_item(Snapshot.model_fields["contracts"]), contract)
        made |= {"chain_id": item["chain_id"], "address": item["address"]}
        others = whole["contracts"]["items"]
        whole["contracts"] = {**whole["contracts"], "items": [made, *others]}


def _placed(item: dict[str, Any], number: int = 1) -> dict[str, Any]:
    """Give what has no address of its own one: 0x0101… for the subject, 0x0202… and so on for things beside it."""
    chain, address = item.get("chain_id", 0), item.get("address", "")
    made = f"0x{f'{number % 256:02x}' * 20}"
    place = {"chain_id": chain or CHAIN_ID, "address": made if address == ZERO_ADDRESS else address}
    return {**item, **{name: value for name, value in place.items() if name in item}}


def _record(model: type[Model], facts: Facts) -> dict[str, Any]:
    """Return the JSON of a `model` that holds what `facts` name."""
    if model is StatedFacts:
        return {"items": [_stated(name, one) for name, one in sorted(vars(facts).items()) if isinstance(one, Known)]}
    return {name: _field(model, name, vars(facts).get(name)) for name in model.model_fields}


def _field(model: type[Model], name: str, value: object) -> Any:
    field = model.model_fields[name]
    if _is_observation(field):
        known = value if isinstance(value, (Known, Unknown)) else _UNREAD
        return known.model_dump(mode="json")
    if isinstance(value, Known):
        return value.model_dump(mode="json")["value"]
    if isinstance(value, Facts):
        return _record(_model(field), value)
    if isinstance(value, Collection):
        return _items(field, value)
    return blank_field(model, name, _UNREAD)


def _items(field: FieldInfo, collection: Collection[Any]) -> Any:
    """A collection of the model, or a plain tuple, which is always complete."""
    items = [_placed(_record(_item(field), one), number) for number, one in enumerate(collection.items, 2)]
    if get_origin(field.annotation) is tuple:
        return items
    return {"items": items, "complete": collection.complete, "reason": collection.reason}


def _stated(name: str, fact: Known[Any]) -> dict[str, Any]:
    types = {bool: "true/false", int: "integer", str: "text", tuple: "names"}
    return {
        "type": types[type(fact.value)],
        "name": name,
        "analysis": "test",
        "value": fact.model_dump(mode="json"),
    }


def _is_observation(field: FieldInfo) -> bool:
    return Unknown in get_args(field.annotation)


def _model(field: FieldInfo) -> type[Model]:
    model: Any = field.annotation
    assert isinstance(model, type)
    assert issubclass(model, Model)
    return model


def _item(field: FieldInfo) -> type[Model]:
    """Return the model of what a collection or a tuple holds."""
    annotation: Any = field.annotation
    if get_origin(annotation) is tuple:
        item: type[Model] = get_args(annotation)[0]
        return item
    inner: type[Model] = get_args(annotation.model_fields["items"].annotation)[0]
    return inner
