"""`manage.py release_verify [NAME]`: does a frozen release still hold, bit for bit?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from summaries.enums import ReleaseOrigin
from summaries.models import SummaryRelease
from summaries.verifying import release_drift, release_faults


class Command(BaseCommand):
    """Checks hashes and signatures, adds every figure up again, and tells what was voided since."""

    help = "Verify frozen releases: hashes, signatures, and every figure recomputed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Names of releases; all of them without any."""
        parser.add_argument("names", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each release and each fault; fail where there is one."""
        releases = SummaryRelease.objects.select_related("exercise").order_by("pk")
        if options["names"]:
            releases = releases.filter(name__in=options["names"])
            known = set(releases.values_list("name", flat=True))
            if unknown := set(options["names"]) - known:
                raise CommandError(f"no such release: {', '.join(sorted(unknown))}")
        broken = sum(self._verify(release) for release in releases)
        if broken:
            raise CommandError(f"{broken} releases do not hold")

    def _verify(self, release: SummaryRelease) -> bool:
        faults = list(release_faults(release))
        for fault in faults:
            self.stdout.write(f"{release.name}: {fault}")
        if release.origin == ReleaseOrigin.COMPUTED:
            for drift in release_drift(release):
                self.stdout.write(
                    f"{release.name} {drift.prefix}: read today, {drift.gone} submissions are "
                    f"gone and {drift.new} are new; the frozen figures stand"
                )
        if not faults:
            self.stdout.write(f"{release.name} {release.content_hash}: holds")
        return bool(faults)
