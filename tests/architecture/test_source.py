"""Rules about the source that find violations by themselves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = [
    "census_portal",
    "summaries",
    "review",
    "submissions",
    "instruments",
    "registry",
    "accounts",
    "audit",
]
SOURCES = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_TEST = 600


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_module_says_what_it_is_for_and_is_not_too_long(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "a module docstring is required"


@pytest.mark.parametrize("path", TESTS, ids=relative)
def test_a_test_file_is_not_too_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_TEST


def test_nothing_is_named_for_nothing():
    banned = {"utils", "util", "helpers", "common", "core", "misc", "tools", "lib"}
    assert not [relative(p) for p in SOURCES if p.stem in banned or p.parent.name in banned]


def doors() -> list[Path]:
    """Modules that receive requests."""
    return [p for p in SOURCES if p.stem in {"views", "api"} or p.parent.name in {"views", "api"}]


# What may follow `Model.objects` in a door: the scope itself, or a call that hands the rows on to
# what applies it, or a narrowing to a thing that was loaded through the scope before.
HANDED_TO = {"load", "visible", "visible_to"}
LOADED_BEFORE = {"case", "case_id", "response", "unit", "unit_id", "job", "submission", "run"}


def outermost_chain(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> list[ast.AST]:
    """The calls and attributes that `Model.objects` begins, innermost first."""
    chain = [node]
    while (parent := parents.get(chain[-1])) is not None:
        is_next = (isinstance(parent, ast.Attribute) and parent.value is chain[-1]) or (
            isinstance(parent, ast.Call) and parent.func is chain[-1]
        )
        if not is_next:
            break
        chain.append(parent)
    return chain


def is_scoped(node: ast.Attribute, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether the rows that `Model.objects` begins pass the scope, or a loaded thing narrows them."""
    chain = outermost_chain(node, parents)
    if any(isinstance(link, ast.Attribute) and link.attr in HANDED_TO for link in chain):
        return True
    keywords = {k.arg for link in chain if isinstance(link, ast.Call) for k in link.keywords}
    if keywords & LOADED_BEFORE:
        return True
    outer = parents.get(chain[-1])
    called = outer.func if isinstance(outer, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in HANDED_TO


@pytest.mark.parametrize("path", doors(), ids=relative)
def test_a_door_never_queries_unscoped(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = [
        f"line {node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "objects"
        and not is_scoped(node, parents)
    ]
    assert not found, f"{relative(path)}: {found}"


def test_a_signal_is_never_connected():
    banned = ("django.db.models.signals", "@receiver(")
    assert not [relative(p) for p in SOURCES if any(b in p.read_text("utf-8") for b in banned)]


def test_every_template_is_free_of_inline_script_and_style():
    found = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        inline = (
            "<style" in text or " style=" in text or " onclick=" in text or " onchange=" in text
        )
        if inline or ("<script" in text and "<script>" in text):
            found.append(relative(path))
    assert not found


def test_no_address_of_another_host_is_loaded():
    """The network is private: every script, style and picture is served from here."""
    found = []
    for folder in ("templates", "static"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".html", ".css", ".js"}:
                text = path.read_text(encoding="utf-8")
                for mark in ('src="http', "src='http", "url(http", '@import "http', 'from "http'):
                    if mark in text:
                        found.append(relative(path))
    assert not found
