"""The first check: the shape of a definition, by JSON Schema."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from instruments.checking.faults import Fault, Source

INSTRUMENT, EXTENSION = "instrument.schema.json", "extension.schema.json"
SCHEMA_DIR = Path(__file__).resolve().parent.parent / "schema"


def _schema(name: str) -> Any:
    return json.loads((SCHEMA_DIR / name).read_text(encoding="utf-8"))


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = _schema(name)
    Draft202012Validator.check_schema(schema)
    known = Resource.from_contents(_schema(INSTRUMENT))
    registry: Registry[Any] = Registry().with_resource(INSTRUMENT, known)
    return Draft202012Validator(schema, registry=registry)


def _named(parts: Iterable[Any], data: Any) -> str:
    """`sections[2].items[0] water_total.label`: the position, with the slug or id where one is."""
    path = ""
    for part in parts:
        data = data[part]
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
        name = data.get("slug") or data.get("id") if isinstance(data, dict) else None
        if isinstance(part, int) and isinstance(name, str):
            path += f" {name}"
    return path.removeprefix(".")


def _code(error: ValidationError) -> str:
    """The usual slips have kinds of their own: a text in one language, a rule without an example."""
    if error.validator != "required":
        return "structure"
    schema = error.schema if isinstance(error.schema, dict) else {}
    if set(schema.get("properties", ())) == {"zh", "en"}:
        return "language_missing"
    is_example = error.message.startswith(("'pass'", "'fail'"))
    return "example_missing" if is_example else "structure"


def check_structure(source: Source) -> list[Fault]:
    """Faults of shape; the other checks need a definition without any."""
    return _check(source, INSTRUMENT)


def check_extension_structure(source: Source) -> list[Fault]:
    """The same for what a province adds."""
    return _check(source, EXTENSION)


def _check(source: Source, schema: str) -> list[Fault]:
    errors = sorted(
        _validator(schema).iter_errors(source.data), key=lambda error: list(map(str, error.path))
    )
    return [
        source.fault(_named(error.absolute_path, source.data), _code(error), error.message[:300])
        for error in errors
    ]
