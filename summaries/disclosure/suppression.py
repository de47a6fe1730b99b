"""Cell suppression by linear programming, and the attack on it.

The cells of linked tables and the equations between them are a network: a hidden cell is safe when
the hidden cells can move together, every equation kept, so far that a reader cannot tell. For each
sensitive cell two linear programmes look for the cheapest such movement, up and down, over cells
that may be hidden; the cells that move are hidden with it (the heuristic of Kelly, Golden and Assad,
Networks 22, 1992, in the form of Fischetti and Salazar, Management Science 47, 2001). Solver: HiGHS
in scipy. The attack reads nothing but what a reader has: which cells are hidden, and the equations.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack

PRIMARY, SECONDARY = "P", "S"
_MOVES = 1e-6  # a flow below this, in units of the protection, is the solver's dust
_FARTHEST = 1e6  # nothing moves further than so many times the protection
_TOLERANCE = 1e-5

Equation = Sequence[tuple[int, int]]


class CannotProtect(Exception):
    """No set of cells makes this one safe: every equation of it has nothing else that can move."""


@dataclass(frozen=True)
class Cell:
    """One figure of the linked tables.

    `needs` is its protection, 0 where it is not sensitive; `weight` how much a reader loses with
    it; `area` the part of the network it belongs to. A `fixed` cell is known to be nothing.
    """

    value: Decimal
    needs: Decimal
    weight: float = 1.0
    area: str = ""
    fixed: bool = False


@dataclass
class Network:
    """Cells and the equations between them: in each, coefficient · value adds up to nothing."""

    cells: Sequence[Cell]
    equations: Sequence[Equation]
    hidden: dict[int, str] = field(default_factory=dict)
    _parts: dict[str, "_Part"] = field(default_factory=dict)

    def suppress(self) -> dict[int, str]:
        """Hide the sensitive cells and what must be hidden beside them. Raises `CannotProtect`."""
        sensitive = [number for number, cell in enumerate(self.cells) if cell.needs > 0]
        for number in sensitive:
            self.hidden[number] = PRIMARY
        # the largest protection first: what it hides protects many smaller ones
        for number in sorted(sensitive, key=lambda n: (-self.cells[n].needs, n)):
            self._protect(number)
        return self.hidden

    def _protect(self, number: int) -> None:
        area = self.cells[number].area
        for way in (1, -1):
            moved = self._movement(number, self._part(area), way) if area else None
            if moved is None:
                moved = self._movement(number, self._whole, way)
            if moved is None:
                raise CannotProtect(number)
            for other in moved:
                self.hidden.setdefault(other, SECONDARY)

    @cached_property
    def _whole(self) -> "_Part":
        return _Part.of(range(len(self.cells)), self.cells, self.equations)

    def _part(self, area: str) -> "_Part":
        """The cells of one area with the equations that they are in; the others stand still."""
        if area not in self._parts:
            own = {n for n, cell in enumerate(self.cells) if cell.area == area}
            equations = [e for e in self.equations if any(n in own for n, _sign in e)]
            self._parts[area] = _Part.of(sorted(own), self.cells, equations)
        return self._parts[area]

    def _movement(self, number: int, part: "_Part", way: int) -> list[int] | None:
        """The cells that move with this one, or None where they cannot."""
        if number not in part.place:
            return None
        unit = float(self.cells[number].needs)
        numbers = list(part.place)
        count, own = len(numbers), part.place[number]
        cost = np.array([0.0 if n in self.hidden else self.cells[n].weight for n in numbers])
        down = np.array([min(float(self.cells[n].value) / unit, _FARTHEST) for n in numbers])
        up = np.full(count, _FARTHEST)
        low_up, low_down = np.zeros(count), np.zeros(count)
        # the cell itself moves by exactly its protection; every other up or down as it needs
        low_up[own], up[own] = (1.0, 1.0) if way > 0 else (0.0, 0.0)
        low_down[own], down[own] = (0.0, 0.0) if way > 0 else (1.0, 1.0)
        found = linprog(
            np.concatenate([cost, cost]),
            A_eq=hstack([part.matrix, -part.matrix], format="csr"),
            b_eq=np.zeros(part.matrix.shape[0]),
            bounds=np.column_stack(
                [np.concatenate([low_up, low_down]), np.concatenate([up, down])]
            ),
            method="highs",
        )
        if found.status != 0:
            return None
        flow = found.x[:count] - found.x[count:]
        return [n for n, index in part.place.items() if abs(flow[index]) > _MOVES]


@dataclass(frozen=True)
class _Part:
    """Cells that may move, by their column, and the equations as a matrix over these columns."""

    place: Mapping[int, int]
    matrix: csr_matrix

    @classmethod
    def of(
        cls, numbers: Iterable[int], cells: Sequence[Cell], equations: Sequence[Equation]
    ) -> "_Part":
        """A cell that is known to be nothing does not move."""
        movable = [n for n in numbers if not cells[n].fixed]
        place = {n: index for index, n in enumerate(movable)}
        return cls(place, matrix_of(equations, place))


def matrix_of(equations: Sequence[Equation], place: Mapping[int, int]) -> csr_matrix:
    """The equations over these cells; cells that are not among them stand still."""
    rows = [[(place[n], sign) for n, sign in equation if n in place] for equation in equations]
    rows = [row for row in rows if row]
    entries = [(number, column, sign) for number, row in enumerate(rows) for column, sign in row]
    return csr_matrix(
        (
            [float(sign) for _row, _column, sign in entries],
            ([row for row, _column, _sign in entries], [column for _row, column, _sign in entries]),
        ),
        shape=(len(rows), len(place)),
    )


@dataclass(frozen=True)
class Exposure:
    """What the attack learned of one sensitive cell: how far the truth may lie off, each way."""

    cell: int
    needs: Decimal
    up: float
    down: float

    @property
    def is_safe(self) -> bool:
        """Whether both are at least the protection."""
        needed = float(self.needs) * (1 - _TOLERANCE)
        return self.up >= needed and self.down >= needed


def attacked(network: Network, hidden: Iterable[int]) -> list[Exposure]:
    """Bounds that a reader can compute for every sensitive cell, by two linear programmes each.

    The reader knows every figure that is not hidden, every equation, and that nothing is below
    zero.
    """
    hiding = set(hidden)
    known = sorted(hiding)
    touched = [e for e in network.equations if any(n in hiding for n, _sign in e)]
    found = []
    for group in _connected(known, touched):
        place = {n: index for index, n in enumerate(group)}
        own = [e for e in touched if any(n in place for n, _sign in e)]
        found += _exposures(network, group, matrix_of(own, place))
    return found


def _connected(numbers: Sequence[int], equations: Sequence[Equation]) -> list[list[int]]:
    """The hidden cells by groups that share no equation."""
    leader = {n: n for n in numbers}

    def root(n: int) -> int:
        while leader[n] != n:
            leader[n] = leader[leader[n]]
            n = leader[n]
        return n

    for equation in equations:
        own = [n for n, _sign in equation if n in leader]
        for one, other in pairwise(own):
            leader[root(one)] = root(other)
    groups: dict[int, list[int]] = {}
    for n in numbers:
        groups.setdefault(root(n), []).append(n)
    return list(groups.values())


def _exposures(network: Network, numbers: Sequence[int], matrix: csr_matrix) -> list[Exposure]:
    cells = [network.cells[n] for n in numbers]
    found = []
    for index, cell in enumerate(cells):
        if cell.needs <= 0:
            continue
        unit = float(cell.needs)
        bounds = [(-min(float(c.value) / unit, _FARTHEST), _FARTHEST) for c in cells]
        reach = []
        for way in (-1.0, 1.0):
            goal = np.zeros(len(cells))
            goal[index] = way
            solved = linprog(
                goal,
                A_eq=matrix,
                b_eq=np.zeros(matrix.shape[0]),
                bounds=bounds,
                method="highs",
            )
            reach.append(abs(solved.x[index]) * unit if solved.status == 0 else 0.0)
        found.append(Exposure(numbers[index], cell.needs, reach[0], reach[1]))
    return found
