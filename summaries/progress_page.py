"""The progress table as the page shows it: cells with links, and a bar for each row."""

from collections.abc import Iterator
from dataclasses import dataclass

from summaries.enums import ProgressState
from summaries.progress import Progress, ProgressRow, State, list_query, state_label

BAR_WIDTH = 1000  # the bar's own units; the page scales it


@dataclass(frozen=True)
class CountView:
    """One number, and the list behind it."""

    number: int
    query: str
    css: str


@dataclass(frozen=True)
class Segment:
    """A piece of a bar."""

    x: int
    width: int
    css: str
    title: str


@dataclass(frozen=True)
class RowView:
    """One row of the page."""

    name: str
    code: str
    total: int
    counts: list[CountView]
    segments: list[Segment]
    percent: int
    can_drill: bool

    @property
    def is_empty(self) -> bool:
        """Whether no case has been opened here."""
        return not any(count.number for count in self.counts)


def css_of(state: State) -> str:
    """The colour of a state; levels of review share one, getting darker as they climb."""
    name, level = state
    return f"state-{level or name}"


@dataclass(frozen=True)
class ProgressPage:
    """The table of one division, of all forms or one."""

    progress: Progress
    form_code: str

    @property
    def heads(self) -> list[tuple[str, str]]:
        """Heading and colour of each column."""
        return [(state_label(state), css_of(state)) for state in self.progress.states]

    @property
    def rows(self) -> list[RowView]:
        """A row for each child division."""
        return [self._row(row) for row in self.progress.rows]

    @property
    def total(self) -> RowView:
        """The division itself."""
        return self._row(self.progress.total)

    def _row(self, row: ProgressRow) -> RowView:
        counts = [
            CountView(
                row.counts.get(state, 0),
                # what lies in no child has no list of its own
                list_query(state, row.prefix, self.form_code) if row.division else "",
                css_of(state),
            )
            for state in self.progress.states
        ]
        final = row.counts.get((ProgressState.FINAL, ""), 0)
        return RowView(
            name=row.name,
            code=row.division.code if row.division else "",
            total=row.total,
            counts=counts,
            segments=list(self._segments(row)),
            percent=final * 100 // row.total if row.total else 0,
            can_drill=row.division is not None and row.division != self.progress.division,
        )

    def _segments(self, row: ProgressRow) -> Iterator[Segment]:
        """From the most advanced to the least, so that what is done stands at the left."""
        done = 0
        left_out = {ProgressState.VOID, ProgressState.NOT_OWED}
        states = [state for state in self.progress.states if state[0] not in left_out]
        for state in reversed(states):
            number = row.counts.get(state, 0)
            if number:
                start = done * BAR_WIDTH // row.total
                done += number
                width = done * BAR_WIDTH // row.total - start
                yield Segment(start, width, css_of(state), f"{state_label(state)} {number}")
