"""A released table in SDMX-CSV 2.0, its structure in SDMX-ML 3.0, and a dictionary in plain CSV.

One row for each figure: area, breakdown, row, indicator, period. A hidden figure has no value and
says so in CONF_STATUS: C where it is confidential itself, D where it protects another (the code
list of the SDMX cross-domain concepts); F is free. Figures are exact decimals.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from summaries.arithmetic import Line
from summaries.definitions import SummaryTable
from summaries.figures import figures_of
from summaries.models import ReleaseTable, SummaryRelease

AGENCY, VERSION = "CENSUS", "1.0.0"
WHOLE = "total"
CONFIDENTIAL = {"P": "C", "S": "D"}
HEAD = (
    *("STRUCTURE", "STRUCTURE_ID", "ACTION", "REF_AREA", "BREAKDOWN", "CATEGORY", "INDICATOR"),
    *("TIME_PERIOD", "OBS_VALUE", "UNIT_MEASURE", "DECIMALS", "REPORTING_UNITS", "CONF_STATUS"),
)
DIMENSIONS = ("REF_AREA", "BREAKDOWN", "CATEGORY", "INDICATOR", "TIME_PERIOD")
ATTRIBUTES = ("UNIT_MEASURE", "DECIMALS", "REPORTING_UNITS", "CONF_STATUS")

Hidden = Mapping[str, Mapping[str, Mapping[str, str]]]  # axis → row → column → mark


def flow_id(release: SummaryRelease, table: SummaryTable) -> str:
    """The identifier of a table's dataflow."""
    return f"{release.exercise.code.upper()}_{table.code}"


def rows_of(
    release: SummaryRelease, table: SummaryTable, stored: ReleaseTable, hidden: Hidden | None
) -> Iterator[list[str]]:
    """The observations of one area. With `hidden`, only what is published."""
    structure = f"{AGENCY}:{flow_id(release, table)}({VERSION})"
    period = str(release.exercise.standard_time.astimezone().year)
    for axis, key, data in _lines(stored, hidden):
        marks = (hidden or {}).get(axis, {}).get(key, {})
        for figure in figures_of(table, Line.from_dict(data)):
            column = figure.column
            mark = marks.get(column.slug, "")
            value = "" if mark or figure.value is None else f"{figure.value:f}"
            reporting = "" if mark or figure.reporting is None else str(figure.reporting)
            yield [
                *("dataflow", structure, "I"),
                *(stored.division_code, axis, key or "_T", column.slug, period, value),
                *(column.unit, str(column.scale), reporting, CONFIDENTIAL.get(mark, "F")),
            ]


def _lines(stored: ReleaseTable, hidden: Hidden | None) -> Iterator[tuple[str, str, Any]]:
    yield WHOLE, "", stored.content["total"]
    for axis, rows in sorted(stored.content["axes"].items()):
        if hidden is None or axis in PUBLISHED:
            for key in sorted(rows):
                yield axis, key or "_Z", rows[key]


PUBLISHED = frozenset({"division", "city", "industry_division", "size"})


def structure_xml(release: SummaryRelease, table: SummaryTable) -> bytes:
    """Concepts, code lists, data structure and dataflow of a table."""
    message = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message"
    structure = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/structure"
    names = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common"
    for prefix, space in (("mes", message), ("str", structure), ("com", names)):
        ET.register_namespace(prefix, space)
    writer = _Writer(structure, names)
    root = ET.Element(f"{{{message}}}Structure")
    header = ET.SubElement(root, f"{{{message}}}Header")
    for tag, text in (
        ("ID", flow_id(release, table)),
        ("Test", "false"),
        ("Prepared", release.created_at.isoformat()),
    ):
        ET.SubElement(header, f"{{{message}}}{tag}").text = text
    ET.SubElement(header, f"{{{message}}}Sender", id=AGENCY)
    parts = ET.SubElement(root, f"{{{message}}}Structures")
    writer.codelists(parts, table)
    writer.concepts(parts)
    writer.data_structure(parts, flow_id(release, table), table)
    writer.dataflow(parts, flow_id(release, table), table)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


class _Writer:
    """The structural artefacts, one method each."""

    def __init__(self, structure: str, names: str) -> None:
        self._structure, self._names = structure, names

    def _add(self, parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
        return ET.SubElement(parent, f"{{{self._structure}}}{tag}", attributes)

    def _named(
        self, parent: ET.Element, tag: str, label: Mapping[str, str], **attributes: str
    ) -> ET.Element:
        made = self._add(parent, tag, **attributes)
        for language in ("zh", "en"):
            if label.get(language):
                name = ET.SubElement(made, f"{{{self._names}}}Name")
                name.set("{http://www.w3.org/XML/1998/namespace}lang", language)
                name.text = label[language]
        return made

    def codelists(self, parts: ET.Element, table: SummaryTable) -> None:
        """The indicators of the table, and the marks of confidentiality."""
        lists = self._add(parts, "Codelists")
        own = self._named(
            lists,
            "Codelist",
            table.title,
            id=f"CL_{table.code}",
            agencyID=AGENCY,
            version=VERSION,
        )
        for column in table.columns:
            self._named(own, "Code", column.label, id=column.slug)
        marks = self._named(
            lists,
            "Codelist",
            {"en": "Confidentiality status"},
            id="CL_CONF_STATUS",
            agencyID=AGENCY,
            version=VERSION,
        )
        for code, name in (
            ("F", "Free"),
            ("C", "Confidential"),
            ("D", "Secondary confidentiality"),
        ):
            self._named(marks, "Code", {"en": name}, id=code)

    def concepts(self, parts: ET.Element) -> None:
        """One concept for each component."""
        schemes = self._add(parts, "ConceptSchemes")
        scheme = self._named(
            schemes,
            "ConceptScheme",
            {"en": "Concepts of the census"},
            id="CS_CENSUS",
            agencyID=AGENCY,
            version=VERSION,
        )
        for name in (*DIMENSIONS, "OBS_VALUE", *ATTRIBUTES):
            self._named(scheme, "Concept", {"en": name.replace("_", " ").capitalize()}, id=name)

    def _component(self, parent: ET.Element, tag: str, name: str, **more: str) -> ET.Element:
        made = self._add(parent, tag, id=name, **more)
        identity = self._add(made, "ConceptIdentity")
        identity.text = (
            "urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept="
            f"{AGENCY}:CS_CENSUS({VERSION}).{name}"
        )
        return made

    def _coded(self, component: ET.Element, codelist: str) -> None:
        representation = self._add(component, "LocalRepresentation")
        self._add(
            representation, "Enumeration"
        ).text = f"urn:sdmx:org.sdmx.infomodel.codelist.Codelist={AGENCY}:{codelist}({VERSION})"

    def data_structure(self, parts: ET.Element, flow: str, table: SummaryTable) -> None:
        """Dimensions, the measure and its attributes."""
        structures = self._add(parts, "DataStructures")
        made = self._named(
            structures,
            "DataStructure",
            table.title,
            id=f"DSD_{flow}",
            agencyID=AGENCY,
            version=VERSION,
        )
        components = self._add(made, "DataStructureComponents")
        dimensions = self._add(components, "DimensionList", id="DimensionDescriptor")
        for position, name in enumerate(DIMENSIONS[:-1], start=1):
            one = self._component(dimensions, "Dimension", name, position=str(position))
            if name == "INDICATOR":
                self._coded(one, f"CL_{table.code}")
        self._component(dimensions, "TimeDimension", DIMENSIONS[-1])
        attributes = self._add(components, "AttributeList", id="AttributeDescriptor")
        for name in ATTRIBUTES:
            one = self._component(attributes, "Attribute", name, usage="optional")
            if name == "CONF_STATUS":
                self._coded(one, "CL_CONF_STATUS")
            relation = self._add(one, "AttributeRelationship")
            self._add(relation, "Observation")
        measures = self._add(components, "MeasureList", id="MeasureDescriptor")
        self._component(measures, "Measure", "OBS_VALUE")

    def dataflow(self, parts: ET.Element, flow: str, table: SummaryTable) -> None:
        """The flow that the data name."""
        flows = self._add(parts, "Dataflows")
        made = self._named(
            flows, "Dataflow", table.title, id=flow, agencyID=AGENCY, version=VERSION
        )
        self._add(made, "Structure").text = (
            "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure="
            f"{AGENCY}:DSD_{flow}({VERSION})"
        )


def dictionary_rows(table: SummaryTable) -> Iterator[list[str]]:
    """What each indicator is, and what it is made of."""
    yield ["indicator", "name_zh", "name_en", "source", "unit", "decimals"]
    for column in table.columns:
        label = column.label
        yield [
            *(column.slug, label["zh"], label["en"], column.origin),
            *(column.unit, str(column.scale)),
        ]


def package(
    release: SummaryRelease,
    table: SummaryTable,
    tables: Iterable[tuple[ReleaseTable, Hidden | None]],
) -> bytes:
    """A zip of data.csv, structure.xml, dictionary.csv and release.csv."""
    rows = (row for stored, hidden in tables for row in rows_of(release, table, stored, hidden))
    facts = [
        ["release", release.name],
        ["as_of", release.as_of.isoformat()],
        ["content_sm3", release.content_hash],
        ["definition_sm3", table.content_hash],
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.csv", _csv([list(HEAD), *rows], bom=False))
        archive.writestr("structure.xml", structure_xml(release, table))
        archive.writestr("dictionary.csv", _csv(dictionary_rows(table), bom=True))
        archive.writestr("release.csv", _csv(facts, bom=True))
    return out.getvalue()


def _csv(rows: Iterable[list[str]], *, bom: bool) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")
