"""The printed pages are current."""

import pytest
from django.core.management import CommandError, call_command

from census_portal import reference_pages
from instruments.definition_files import DEFINITIONS_DIR, definition_paths, yaml_read


def test_the_printed_pages_are_current(capsys):
    call_command("docs_generate", check=True)
    assert "5 pages current" in capsys.readouterr().out


def test_a_stale_page_is_found(settings, tmp_path, capsys):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs" / "reference").mkdir(parents=True)
    with pytest.raises(
        CommandError, match=r"permissions\.md, case-states\.md, data-model\.md, forms\.md"
    ):
        call_command("docs_generate", check=True)
    call_command("docs_generate")
    call_command("docs_generate", check=True)
    assert "5 pages written" in capsys.readouterr().out


def test_every_role_and_model_is_named():
    assert "普查指导员" in reference_pages.permissions()
    assert "ReviewDecision" in reference_pages.data_model()


def test_the_table_of_forms_counts_what_the_files_say():
    lines = reference_pages.forms().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    forms, totals = rows[2:-1], rows[-1]
    assert [row[0] for row in forms] == [path.stem for path in definition_paths()]
    for column in range(4, len(totals)):
        assert int(totals[column].strip("*")) == sum(int(row[column]) for row in forms)
    one = next(row for row in forms if row[0] == "G102")
    data = yaml_read(DEFINITIONS_DIR / "nps2/G102.yaml")
    assert one[1:3] == [data["title"]["zh"], data["title"]["en"]]
    assert int(one[4]) == sum(len(section["items"]) for section in data["sections"])
    severities = [rule["severity"] for rule in data["rules"]]
    assert [int(one[6]), int(one[7])] == [severities.count("hard"), severities.count("soft")]
    assert sum(map(int, one[8:])) == int(one[4]), "every item carries a mark"
