"""The OpenAPI document says of every operation which errors it may answer with."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension

ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["code", "message", "cell"],
    "properties": {
        "code": {"type": "string", "description": "Stable machine code"},
        "message": {"type": "string", "description": "The sentence for the person"},
        "cell": {"type": "string", "nullable": True, "description": "Cell path, where it has one"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "cell": {"type": "string", "nullable": True},
                },
            },
        },
    },
}
DESCRIPTIONS = {
    "400": "The request cannot be taken as it is",
    "401": "Not signed in",
    "403": "Signed in, without the right",
    "404": "No such thing, or outside the own jurisdiction",
    "406": "The answer is JSON and nothing else",
    "405": "The address does not take this method",
    "409": "The state of the subject does not allow it now",
    "413": "The request is too large",
    "415": "The content is not application/json",
}


def document_errors(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """drf-spectacular post-processing hook: add the error answers to every operation."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Error"] = ERROR_SCHEMA
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result.get("paths", {}).values():
        for operation in path.values():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            for status, description in DESCRIPTIONS.items():
                operation["responses"].setdefault(
                    status, {"description": description, "content": content}
                )
    return result


# registers itself in an untyped metaclass
class StrictSerializerExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A strict request says so: no further fields."""

    target_class = "accounts.api.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """The usual schema, closed."""
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}
