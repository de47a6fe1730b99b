"""Registering or amending a unit opens the forms it owes, in the same transaction."""

from registry.models import Unit
from registry.views.units import UnitAmend, UnitRegister
from registry.views.verifications import UnitVerify
from submissions.services import cases_derive


class UnitRegisterAndDerive(UnitRegister):
    """A new unit has its forms when its page is first shown."""

    def saved(self, unit: Unit) -> None:
        """Open what is owed."""
        cases_derive(unit_id=unit.pk, actor=self.request.user)


class UnitAmendAndDerive(UnitAmend):
    """A unit that changes kind, status or place may owe other forms."""

    def saved(self, unit: Unit) -> None:
        """Open what is owed, mark what no longer is."""
        cases_derive(unit_id=unit.pk, actor=self.request.user)


class UnitVerifyAndDerive(UnitVerify):
    """A visit that changes the status changes what is owed."""

    def saved(self, unit: Unit) -> None:
        """Open what is owed, mark what no longer is."""
        cases_derive(unit_id=unit.pk, actor=self.request.user)
