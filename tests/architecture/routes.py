"""Every route of the portal, for the tests that walk them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """One URL pattern."""

    path: str
    name: str
    callback: Any
    arguments: tuple[str, ...]

    @property
    def view(self) -> Any:
        """The view's class, or the function itself."""
        return getattr(self.callback, "view_class", None) or getattr(
            self.callback, "cls", self.callback
        )

    @property
    def is_public(self) -> bool:
        """Whether no account is needed."""
        return bool(getattr(self.view, "public", False) or self.name in PUBLIC_BY_NATURE)

    def __str__(self) -> str:
        return self.name or self.path


# Views of libraries: the language switch, the OpenAPI document and its page hold no data.
PUBLIC_BY_NATURE = {"set_language", "api_schema", "api_docs"}


def every_route(patterns: Any = None, prefix: str = "") -> Iterator[Route]:
    """Walk the resolver."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from every_route(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield Route(path, entry.name or "", entry.callback, tuple(entry.pattern.converters))


ROUTES = list(every_route())
