"""The printed pages are current."""

import pytest
from django.core.management import CommandError, call_command

from census_portal import reference_pages


def test_the_printed_pages_are_current(capsys):
    call_command("docs_generate", check=True)
    assert "3 pages current" in capsys.readouterr().out


def test_a_stale_page_is_found(settings, tmp_path, capsys):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs" / "reference").mkdir(parents=True)
    with pytest.raises(CommandError, match=r"permissions\.md, case-states\.md, data-model\.md"):
        call_command("docs_generate", check=True)
    call_command("docs_generate")
    call_command("docs_generate", check=True)
    assert "3 pages written" in capsys.readouterr().out


def test_every_role_and_model_is_named():
    assert "普查指导员" in reference_pages.permissions()
    assert "ReviewDecision" in reference_pages.data_model()
