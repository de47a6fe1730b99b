"""Closing units to a person who checks them blind, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from accounts.exceptions import NotAllowed

if TYPE_CHECKING:
    from accounts.models import User


def units_bar(*, actor: User, unit_ids: Iterable[int]) -> None:
    """These units, and no others, are closed to the person from now on.

    Whoever bars them records the act; the person's open checks say which they are.
    """
    actor.barred_units = sorted(set(unit_ids))
    actor.save(update_fields=["barred_units"])


def refuse_barred(user: User, rows: models.QuerySet[Any]) -> None:
    """Raise `NotAllowed` where what was not found is only closed to the person for now."""
    unit_field = getattr(rows.model, "scope_unit_field", None)
    if not user.barred_units or not unit_field:
        return
    if rows.filter(**{f"{unit_field}__in": user.barred_units}).exists():
        raise NotAllowed(
            _("您正在独立核查这个普查对象：完成自己的填报以前，不能查看它的原填报。"),
            code="blind_check",
        )


def refuse_while_checking(user: User) -> None:
    """Raise `NotAllowed` for data of many units at once: the barred ones would be among them."""
    if user.barred_units:
        raise NotAllowed(
            _("您有正在独立核查的普查对象：完成自己的填报以前，不能导出数据。"),
            code="blind_check",
        )
