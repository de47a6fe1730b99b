"""What a load did: every row accounted for."""

from dataclasses import dataclass, field

from registry.frame.columns import LABELS
from registry.policies import FieldProblem


@dataclass(frozen=True)
class RowError:
    """One fault of one row, for a list and for the workbook."""

    row: int
    column: str
    code: str
    message: str
    hint: str
    value: str = ""

    @classmethod
    def of(cls, row: int, found: FieldProblem, cells: dict[str, str]) -> "RowError":
        """From a problem at a field."""
        return cls(
            row=row,
            column=LABELS[found.field],
            code=found.problem.code,
            message=found.problem.message,
            hint=found.problem.hint,
            value=cells.get(found.field, ""),
        )


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not taken: as it stood in the file, and why."""

    row: int
    cells: list[str]
    errors: list[RowError]


@dataclass
class LoadReport:
    """Counts and refusals of one load. total = created + unchanged + refused."""

    is_dry_run: bool
    header: list[str] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()
    total: int = 0
    created: int = 0
    unchanged: int = 0
    refused_rows: list[RefusedRow] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many rows were not taken."""
        return len(self.refused_rows)

    @property
    def errors(self) -> list[RowError]:
        """Every fault of every refused row, in the order of the file."""
        return [error for row in self.refused_rows for error in row.errors]

    def refuse(self, row: int, cells: list[str], errors: list[RowError]) -> None:
        """Account for a row that was not taken."""
        self.refused_rows.append(RefusedRow(row=row, cells=cells, errors=errors))
