"""The running numbers behind census-issued object codes (普查对象识别码)."""

from typing import ClassVar

from django.db import models


class ObjectCodeSerial(models.Model):
    """The last number given out under one class letter and division."""

    stem = models.CharField(max_length=13, primary_key=True, db_collation="C")
    last_number = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(last_number__lte=99_999),
                name="registry_objectcodeserial_of_five_digits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stem} {self.last_number}"
