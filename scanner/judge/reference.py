"""The reference of everything that a condition can read, as Markdown, from the model itself."""

from __future__ import annotations

from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.types import FieldSpec, Kind, RecordSpec

BEGIN = "<!-- fields: begin -->"
END = "<!-- fields: end -->"


def fields_reference() -> str:
    """Return one table per record; subjects first, in the order of the model."""
    schema = model_schema()
    names = {record: subject for subject, record in schema.subjects.items()}
    first = list(schema.subjects.values())
    rest = sorted(set(schema.records) - set(first))
    parts: list[str] = []
    for record in [*first, *rest]:
        title = f"`{names[record]}`" if record in names else record
        parts.append(_table(title, schema.records[record]))
    return "\n\n".join(parts)


def _table(title: str, record: RecordSpec) -> str:
    lines = [f"### {title}", "", record.description, "", "| field | type | can be unknown | what it is |"]
    lines.append("| --- | --- | --- | --- |")
    for spec in record.fields.values():
        lines.append(f"| `{spec.name}` | {_type(spec)} | {'yes' if spec.observed else ''} | {_text(spec)} |")
    return "\n".join(lines)


def _type(spec: FieldSpec) -> str:
    return str(spec.type) if spec.type.kind is not Kind.RECORD else f"{spec.type.record} (`.{spec.name}.…`)"


def _text(spec: FieldSpec) -> str:
    parts = [spec.description] if spec.description else []
    if spec.type.values:
        parts.append("one of " + ", ".join(f"`{value}`" for value in spec.type.values))
    return "; ".join(parts).replace("|", "\\|")


def replaced(document: str) -> str:
    """Return `document` with the tables between its markers made anew."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{fields_reference()}\n\n{END}{after}"
