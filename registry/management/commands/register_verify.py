"""`register_verify`: whether the frozen register is still what was sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from registry.models import RegisterFreeze
from registry.services.freezing import freeze_faults


class Command(BaseCommand):
    """Recomputes every digest; names the counties that differ."""

    help = "Recompute the digests of every frozen register."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a freeze; exit code 1 where one differs."""
        broken = 0
        for freeze in RegisterFreeze.objects.order_by("pk"):
            faults = freeze_faults(freeze)
            broken += bool(faults)
            state = _("不一致：%s") % _("、").join(faults) if faults else _("一致")
            self.stdout.write(f"{freeze} {freeze.unit_count} {freeze.digest[:16]} {state}")
        if broken:
            raise CommandError(_("有 %d 份冻结名录与封存时不一致。") % broken)
