"""What pages and files read of a publication: its marks, table by table."""

from django.db.models import QuerySet

from summaries.models import PublicationTable, ReleasePublication, ReleaseTable, SummaryRelease
from summaries.models.release import ReleaseTableQuerySet
from summaries.sdmx import Hidden


def publication_newest(release: SummaryRelease) -> ReleasePublication | None:
    """The publication in force: a later one replaces an earlier."""
    return release.publications.select_related("published_by").order_by("-pk").first()


def marks_of(
    publication: ReleasePublication, tables: ReleaseTableQuerySet | QuerySet[ReleaseTable]
) -> list[tuple[ReleaseTable, Hidden]]:
    """These tables with what is hidden in each. One query."""
    rows = PublicationTable.objects.filter(publication=publication, table__in=tables)
    rows = rows.select_related("table").order_by("table__division_code", "table__table_code")
    return [(one.table, one.marks) for one in rows]
