"""What PostgreSQL itself writes into a row that will be sealed."""

from typing import ClassVar

from django.db import models


class TransactionNumber(models.Func):
    """The number of the running transaction, as PostgreSQL counts them."""

    template = "(pg_current_xact_id()::text::bigint)"
    # Field is not generic when the module runs
    output_field: ClassVar[models.Field] = models.BigIntegerField()  # type: ignore[type-arg]


class ClusterIdentity(models.Func):
    """Which database cluster this is: a dump restored into another one counts transactions anew."""

    template = "((pg_control_system()).system_identifier)"
    # Field is not generic when the module runs
    output_field: ClassVar[models.Field] = models.BigIntegerField()  # type: ignore[type-arg]
