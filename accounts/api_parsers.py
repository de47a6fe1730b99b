"""JSON as the API takes it: bounded, no name twice, and no input that breaks the parser."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import UnreadablePostError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class BoundedJSONParser(BaseParser):
    """Raises `ParseError` for whatever is not JSON, `RequestDataTooBig` beyond the limit."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The parsed body. JSON is UTF-8 (RFC 8259), whatever the header claims."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        assert limit is not None  # noqa: S101  the settings name a limit
        try:
            body = stream.read(limit + 1)
        except (UnreadablePostError, OSError) as error:
            raise ParseError from error
        if len(body) > limit:
            raise RequestDataTooBig
        try:
            return json.loads(
                body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant
            )
        except (ValueError, RecursionError) as error:
            raise ParseError from error
