"""Which coefficient belongs to a process: the one official row, or a sentence why there is none."""

from dataclasses import dataclass

from instruments.accounting.refusals import NotComputable
from instruments.models import Coefficient, CoefficientVersion, Confidence

ALL_SCALES = "所有规模"


@dataclass(frozen=True)
class Process:
    """The 四同组合 with the pollutant and treatment: what a row of G106-1 says."""

    industries: tuple[str, ...]
    pollutant: str
    product: str
    raw_material: str
    process: str
    scale: str
    section: str = ""
    condition: str = ""
    treatment: str = ""


def coefficient_for(
    process: Process, candidates: list[Coefficient], *, medium: str = ""
) -> Coefficient:
    """The one official row for the process among `candidates` (see `coefficients_near`).

    Raises NotComputable: there is none, only doubtful ones, or several that differ.
    """
    same = [row for row in candidates if _fits(row, process) and medium in {"", row.medium}]
    usable = [row for row in same if row.confidence != Confidence.LOW]
    if not same:
        raise _no_row(process, candidates)
    if not usable:
        raise NotComputable("coefficient_doubtful", page=same[0].handbook_page)
    exact = [row for row in usable if row.condition == process.condition]
    usable = exact if process.condition and exact else usable
    usable = _nearest_industry(usable)
    if len({_figures(row) for row in usable}) > 1:
        raise NotComputable(
            "coefficient_several", count=len(usable), which="；".join(_differences(usable))
        )
    return usable[0]


def coefficients_near(version: CoefficientVersion, processes: list[Process]) -> list[Coefficient]:
    """Rows that may serve the processes, for all of them together. One query."""
    pollutants = {process.pollutant for process in processes}
    products = {process.product for process in processes}
    return list(
        Coefficient.objects.filter(
            version=version, pollutant__in=pollutants, product__in=products
        ).order_by("pk")
    )


def _fits(row: Coefficient, process: Process) -> bool:
    industries = {code[:n] for code in process.industries for n in (2, 3, 4)}
    return (
        row.pollutant == process.pollutant
        and row.product == process.product
        and row.raw_material == process.raw_material
        and row.process == process.process
        and row.scale in {process.scale, ALL_SCALES}
        and row.treatment == process.treatment
        and (
            not process.section or process.section in {row.section, row.process} or not row.section
        )
        and bool(industries.intersection(row.industries))
    )


def _nearest_industry(rows: list[Coefficient]) -> list[Coefficient]:
    """A row for the class goes before one for its group or division."""
    order = {"小类": 0, "中类": 1, "大类": 2}
    best = min(order.get(row.industry_level, 3) for row in rows)
    return [row for row in rows if order.get(row.industry_level, 3) == best]


def _figures(row: Coefficient) -> tuple[str, ...]:
    return (row.unit, row.generation, row.efficiency, row.k_formula, row.medium)


def _differences(rows: list[Coefficient]) -> list[str]:
    named = [
        " ".join(filter(None, (row.section, row.region, row.condition, row.generation)))
        for row in rows
    ]
    return list(dict.fromkeys(named))[:4]


PARTS = (
    ("pollutant", "污染物", "pollutant"),
    ("product", "产品", "product"),
    ("raw_material", "原料", "raw material"),
    ("process", "工艺", "process"),
    ("scale", "规模", "scale"),
    ("treatment", "治理工艺", "treatment"),
)


def _no_row(process: Process, candidates: list[Coefficient]) -> NotComputable:
    """Says which of the parts is not in the library, so that it can be corrected."""
    left = candidates
    for name, part, part_en in PARTS:
        wanted = getattr(process, name)
        fitting = {wanted, ALL_SCALES} if name == "scale" else {wanted}
        narrowed = [row for row in left if getattr(row, name) in fitting]
        if not narrowed:
            known = list(dict.fromkeys(getattr(row, name) or "—" for row in left))
            return NotComputable(
                "coefficient_part_unknown",
                part=part,
                part_en=part_en,
                value=wanted or "—",
                known="、".join(known[:5]) or "—",
            )
        left = narrowed
    return NotComputable("coefficient_industry", codes="、".join(process.industries) or "—")
