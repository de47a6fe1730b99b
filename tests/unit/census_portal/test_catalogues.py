"""Message catalogues are compiled without the gettext programs."""

from __future__ import annotations

import gettext
import os

from census_portal.launcher.catalogues import compile_catalogues

SOURCE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "普查表"\nmsgstr "census form"\n'


def test_catalogue_is_compiled_once_and_again_when_it_changes(tmp_path):
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, target = folder / "django.po", folder / "django.mo"
    source.write_text(SOURCE)
    assert compile_catalogues(tmp_path) == [target]
    assert compile_catalogues(tmp_path) == []
    with target.open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("普查表") == "census form"
    os.utime(target, (1, 1))
    assert compile_catalogues(tmp_path) == [target]


def test_no_folder_is_no_fault(tmp_path):
    assert compile_catalogues(tmp_path / "absent") == []
