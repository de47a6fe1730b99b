"""The interface is written in Chinese and translated into English: nothing may bypass that."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
import yaml
from django.conf import settings
from django.urls import reverse

from tests.architecture.test_source import APPS, ROOT, SOURCES, relative

CATALOGUE = ROOT / "locale/en/LC_MESSAGES/django.po"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[ds%]|\{\w*\}|&[PN]\b|</?\w+>")
TRANSLATES = {
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}

# Chinese outside a translation call, and why. A folder ends with a slash.
UNTRANSLATED = {
    "accounts/models/user.py": "joins a name, which is Chinese, to its code",
    "census_portal/chunked_bodies.py": "answers before the reader's language is known",
    "census_portal/demo/": "invented data",
    "census_portal/synthesis/": "invented data",
    "census_portal/reference_pages.py": "writes the reference pages of the documents",
    "census_portal/settings.py": "the title of the API, before languages are set up",
    "registry/screening/columns.py": "headers of authorities' files",
    "registry/screening/comparable.py": "words of names and addresses",
    "registry/screening/places.py": "what towns are called",
    "instruments/accounting/": "sentences in both languages, and what the handbook writes",
    "instruments/coefficient_files.py": "values of a source file",
    "instruments/coefficient_lookup.py": "values of a source file, and how they are listed",
    "instruments/models/coefficient.py": "values of a source file",
    "instruments/services/coefficients.py": "the title of the library, which is data",
    "instruments/definition_files.py": "titles of code lists and values of a source file",
    "instruments/evaluation/": "sentences in both languages, and what people type",
    "instruments/exchange/ddi.py": "the two answers of a yes-no item, in both languages",
    "instruments/blank_forms.py": "the official form is written in Chinese",
    "instruments/printing/": "the official form is written in Chinese",
    "instruments/measures.py": "units of measure as the definitions write them",
    "instruments/scoping.py": "reasons in both languages, stored with the case",
    "registry/frame/columns.py": "column names of the frame's workbook, which are matched on loading",
    "registry/frame/rows.py": "patterns of what people type",
    "registry/management/": "commands of operators",
    "registry/models/unit.py": "joins a name, which is Chinese, to its code",
    "registry/services/reference.py": "values of a source file",
    "submissions/management/": "the name of the census, which is data",
    "submissions/printing.py": "the official form is written in Chinese",
    "submissions/workbooks/writing.py": "the official form is written in Chinese",
    "submissions/explanation_texts.py": "phrases of an explanation that says nothing",
}
# A language is named in itself.
UNTRANSLATED_IN_TEMPLATES = {"templates/base.html": "中文"}
UNTRANSLATED_IN_SCRIPTS = {
    "static/js/evaluation/values.js": "patterns of what people type",
    "static/js/grid/combobox.js": "separators that people type",
}


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def key(entry: polib.POEntry) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid


def sources_of(entry: polib.POEntry) -> list[str]:
    return [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_message_is_translated(catalogue):
    assert catalogue.metadata["Content-Type"] == "text/plain; charset=UTF-8"
    assert catalogue.metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"
    assert not [e.msgid for e in catalogue if not e.translated() or e.fuzzy or e.obsolete]
    assert not [e.msgid for e in catalogue if e.msgid_plural and set(e.msgstr_plural) != {0, 1}]


def test_no_chinese_is_left_in_the_translations(catalogue):
    assert not [text for e in catalogue for text in translations(e) if CHINESE.search(text)]


def test_placeholders_agree(catalogue):
    differing = []
    for entry in catalogue:
        expected = Counter(PLACEHOLDER.findall(entry.msgid))
        for text in [*sources_of(entry), *translations(entry)]:
            if Counter(PLACEHOLDER.findall(text)) != expected:
                differing.append((entry.msgid, text))
    assert not differing


def test_every_unit_of_measure_has_a_name(catalogue):
    files = [
        *(ROOT / "instruments/definitions").rglob("*.yaml"),
        *(ROOT / "summaries/tables").glob("*.yaml"),
    ]
    assert files
    used = {unit for path in files for unit in units_in(yaml.safe_load(path.read_text("utf-8")))}
    named = {e.msgid for e in catalogue if e.msgctxt == "measure"}
    assert {unit for unit in used if CHINESE.search(unit)} <= named


def units_in(data) -> Iterator[str]:
    if isinstance(data, dict):
        if isinstance(data.get("unit"), str) and "label" in data:
            yield data["unit"]
        data = list(data.values())
    if isinstance(data, list):
        for part in data:
            yield from units_in(part)


@pytest.mark.skipif(
    not (shutil.which("xgettext") and shutil.which("msgmerge")),
    reason="no gettext programs: apt-get install gettext",
)
def test_the_catalogue_has_every_message_of_the_source_and_no_other(catalogue, tmp_path):
    extracted = extract(tmp_path)
    written = {key(e) for e in catalogue}
    again = "run ./portal manage makemessages -l en --no-location --no-wrap --no-obsolete"
    assert extracted - written == set(), again
    assert written - extracted == set(), again


def extract(folder: Path) -> set[tuple[str, str]]:
    """The messages of a copy of the source, so that the catalogue itself is not touched."""
    for name in [*APPS, "templates"]:
        shutil.copytree(
            ROOT / name,
            folder / name,
            ignore=lambda path, names: [
                n
                for n in names
                if n == "__pycache__"
                or ((Path(path) / n).is_file() and Path(n).suffix not in {".py", ".html"})
            ],
        )
    shutil.copy(ROOT / "manage.py", folder)
    (folder / "locale").mkdir()
    command = [sys.executable, "manage.py", "makemessages", "-l", "en", "--no-location"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return {key(e) for e in polib.pofile(str(folder / "locale/en/LC_MESSAGES/django.po"))}


def is_allowed(path: Path) -> bool:
    name = relative(path)
    return any(name == a or (a.endswith("/") and name.startswith(a)) for a in UNTRANSLATED)


def loose_chinese(path: Path) -> list[str]:
    """Chinese literals that are neither documentation nor arguments of a translation call."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    accounted: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            accounted.add(id(node.value))  # a docstring
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in TRANSLATES:
                accounted |= {id(part) for arg in node.args for part in ast.walk(arg)}
    return [
        f"line {node.lineno}: {node.value[:40]}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CHINESE.search(node.value)
        and id(node) not in accounted
    ]


@pytest.mark.parametrize("path", [p for p in SOURCES if not is_allowed(p)], ids=relative)
def test_chinese_in_a_module_is_translated(path):
    assert not loose_chinese(path)


def test_every_exception_is_needed():
    needed = {relative(p) for p in SOURCES if is_allowed(p) and loose_chinese(p)}
    for allowed in UNTRANSLATED:
        assert any(name.startswith(allowed) for name in needed), allowed


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_chinese_in_a_template_is_translated(path):
    text = path.read_text(encoding="utf-8")
    for hidden in (
        r"{%\s*comment\b.*?{%\s*endcomment\s*%}",
        r"{#.*?#}",
        r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}",
        r"{%\s*trans(?:late)?\b.*?%}",
        r"_\((?:\"[^\"]*\"|'[^']*')\)",
    ):
        text = re.sub(hidden, "", text, flags=re.DOTALL)
    text = text.replace(UNTRANSLATED_IN_TEMPLATES.get(relative(path), "\0"), "")
    assert not [line.strip() for line in text.splitlines() if CHINESE.search(line)]


@pytest.mark.parametrize("path", SCRIPTS, ids=relative)
def test_a_script_says_nothing_of_its_own(path):
    if relative(path) in UNTRANSLATED_IN_SCRIPTS:
        return
    text = re.sub(r"/\*.*?\*/|(?m:(?:^|\s)//\s.*$)", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert not [line.strip() for line in text.splitlines() if CHINESE.search(line)]


@pytest.fixture
def english(settings, tmp_path, catalogue):
    """The catalogue compiled apart, whether or not the checkout has its compiled form."""
    folder = tmp_path / "en/LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue.save_as_mofile(str(folder / "django.mo"))
    settings.LOCALE_PATHS = [tmp_path]


@pytest.mark.django_db
def test_a_page_is_english_for_an_english_reader(client, english):
    page = client.get(reverse("sign_in"), headers={"accept-language": "en"})
    text = page.content.decode()
    assert '<html lang="en">' in text
    assert "Sign in" in text
    assert not CHINESE.search(text.replace("中文", ""))


@pytest.mark.django_db
def test_the_language_is_kept(client, english):
    client.post(reverse("set_language"), {"language": "en", "next": "/sign-in/"})
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert "Sign in" in client.get(reverse("sign_in")).content.decode()
