"""Reference pages printed from the code, so that they cannot lie."""

from __future__ import annotations

from django.apps import apps
from django.db import models
from django.utils import translation

from accounts.enums import (
    NATIONAL_ROLE_PERMISSIONS,
    PROVINCIAL_ROLE_PERMISSIONS,
    ROLE_PERMISSIONS,
    Permission,
    Role,
)
from census_portal.census_columns import census_columns
from census_portal.form_table import definitions_on_file, form_table
from submissions.transitions import as_markdown

APPS = ("audit", "accounts", "registry", "instruments", "submissions", "review", "summaries")
HEADER = "<!-- Printed by `./portal manage docs_generate`; do not edit. -->\n"


def permissions() -> str:
    """The table of roles and permissions."""
    lines = [HEADER, "# Roles and permissions", ""]
    with translation.override("zh-hans"):
        lines.append("| permission | | " + " | ".join(str(r.label) for r in Role) + " |")
        lines.append("|---|---|" + "---|" * len(Role))
        for permission in Permission:
            marks = []
            for role in Role:
                held = permission in ROLE_PERMISSIONS[role]
                national = permission in NATIONAL_ROLE_PERMISSIONS.get(role, frozenset())
                provincial = permission in PROVINCIAL_ROLE_PERMISSIONS.get(role, frozenset())
                level = "国家级" if national else "国家级、省级" if provincial else ""
                marks.append("●" if held else level)
            lines.append(f"| `{permission}` | {permission.label} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def case_states() -> str:
    """The workflow table and its diagram."""
    with translation.override("zh-hans"):
        return f"{HEADER}\n{as_markdown().strip()}\n"


def forms() -> str:
    """Every form with its items, rules and how sure its wording is."""
    lines = [
        HEADER,
        "# Forms",
        "",
        "Counted from the definition files. The last four columns count the items by how sure their",
        "wording and number are: see [instruments](../explanation/instruments.md#confidence).",
        "",
        *form_table(definitions_on_file()),
    ]
    return "\n".join(lines) + "\n"


def census_tables() -> str:
    """Every table and column of the census's own workbook of a unit."""
    return "\n".join([HEADER, *census_columns(definitions_on_file())]) + "\n"


def data_model() -> str:
    """One entity-relationship diagram for each app."""
    lines = [HEADER, "# Data model", ""]
    with translation.override("zh-hans"):
        for label in APPS:
            lines += [f"## {label}", "", "```mermaid", "erDiagram"]
            for model in sorted(apps.get_app_config(label).get_models(), key=lambda m: m.__name__):
                lines += _entity(model)
            lines += ["```", ""]
    return "\n".join(lines)


def _entity(model: type[models.Model]) -> list[str]:
    lines = [f"  {model.__name__} {{"]
    relations = []
    for field in model._meta.concrete_fields:
        kind = field.get_internal_type().removesuffix("Field")
        mark = " PK" if field.primary_key else " UK" if field.unique else ""
        lines.append(f"    {kind} {field.column}{mark}")
        if isinstance(field, models.ForeignKey):
            target = field.related_model
            name = target if isinstance(target, str) else target.__name__
            arrow = "||--o|" if field.unique else "||--o{"
            relations.append(f"  {name} {arrow} {model.__name__} : {field.name}")
    return [*lines, "  }", *relations]
