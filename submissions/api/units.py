"""Units over the API: registering or amending one opens the forms it owes."""

from registry.api import UnitCollection, UnitMember
from registry.models import Unit
from submissions.services import cases_derive


class UnitCollectionAndForms(UnitCollection):
    """The visible units."""

    def saved(self, unit: Unit) -> None:
        """Open what is owed."""
        cases_derive(unit_id=unit.pk, actor=self.actor)


class UnitMemberAndForms(UnitMember):
    """One visible unit."""

    def saved(self, unit: Unit) -> None:
        """Open what is owed, mark what no longer is."""
        cases_derive(unit_id=unit.pk, actor=self.actor)
