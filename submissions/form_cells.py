"""The cells that a form has, with the rows it has now."""

from collections.abc import Mapping, Sequence

from instruments.selectors import definition_data


def cells_of_form(version_id: int, rows: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Every cell of a form, blank ones too, in all its rows."""
    cells: list[str] = []
    for section in definition_data(version_id)["sections"]:
        slugs = [item["slug"] for item in section["items"]]
        group = section.get("group")
        if group:
            cells += [f"{group}/{row}/{slug}" for row in rows.get(group, []) for slug in slugs]
        else:
            cells += slugs
    return frozenset(cells)
