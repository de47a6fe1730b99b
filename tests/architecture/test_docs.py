"""Documents: every link leads somewhere, no machine's own path is written down."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


def test_the_readme_has_exactly_two_commands_for_a_newcomer():
    first = (ROOT / "README.md").read_text("utf-8").split("```")[1]
    commands = [line.split("#")[0].split() for line in first.splitlines()[1:] if line.strip()]
    assert commands == [["./portal", "up"], ["./portal", "test"]]


def test_every_decision_record_has_its_parts():
    for page in sorted((ROOT / "docs" / "adr").glob("*.md")):
        text = page.read_text("utf-8")
        assert re.match(r"\d{4}-[a-z0-9-]+\.md", page.name)
        assert text.startswith("# ")
