"""Finds migrations that would break a running portal. Run by `./portal manage shell -c`."""

# ruff: noqa: INP001  read by path

import sys

from django_migration_linter import MigrationLinter

APPS = ["accounts", "audit", "registry", "instruments", "submissions", "review", "summaries"]

linter = MigrationLinter(include_apps=APPS, no_cache=True)
linter.lint_all_migrations()
linter.print_summary()
sys.exit(int(linter.has_errors))
