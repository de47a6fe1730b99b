"""Reading instruments and code lists. Published versions never change, so they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.db import connection

from audit.hashing import sm3_hex
from instruments.codelist_values import CodeListValues
from instruments.evaluation.definition import Definition
from instruments.evaluation.engine import Compiled, compile_definition
from instruments.evaluation.javascript import module_source
from instruments.exchange.ddi import ddi_document
from instruments.exchange.vtl import vtl_script
from instruments.models import CodeListVersion, Instrument, InstrumentVersion

EXERCISE = "nps2"
PROVINCE_DIGITS = 2


def form_titles(exercise_code: str = EXERCISE) -> dict[str, dict[str, str]]:
    """Code → title by language of every form, in the order of the forms. One small query."""
    forms = Instrument.objects.filter(exercise_code=exercise_code).order_by("sequence", "code")
    return {
        code: {"zh": title, "en": title_en}
        for code, title, title_en in forms.values_list("code", "title", "title_en")
    }


def versions_current(exercise_code: str = EXERCISE) -> list[InstrumentVersion]:
    """The current national version of every form, in the order of the forms. One query."""
    versions = InstrumentVersion.objects.national().current().select_related("instrument")
    return list(
        versions.filter(instrument__exercise_code=exercise_code).order_by(
            "instrument__sequence", "instrument__code"
        )
    )


def version_current(code: str, exercise_code: str = EXERCISE) -> InstrumentVersion:
    """The newest national version of one form. Raises InstrumentVersion.DoesNotExist."""
    found = (
        InstrumentVersion.objects.national()
        .select_related("instrument")
        .filter(instrument__exercise_code=exercise_code, instrument__code=code)
        .order_by("-number")
        .first()
    )
    if found is None:
        raise InstrumentVersion.DoesNotExist(f"{code} has not been published")
    return found


def version_by_hash(code: str, content_hash: str) -> InstrumentVersion:
    """The published version with this content. Raises InstrumentVersion.DoesNotExist."""
    # content that came back after a change has two versions with one hash: they are the same form
    found = (
        InstrumentVersion.objects.select_related("instrument")
        .filter(instrument__code=code, content_hash=content_hash)
        .order_by("-number")
        .first()
    )
    if found is None:
        raise InstrumentVersion.DoesNotExist(f"{code} has no such version")
    return found


@lru_cache(maxsize=256)
def codelist_version(version_id: int) -> CodeListValues:
    """One published list, read once per process."""
    version = CodeListVersion.objects.select_related("code_list").get(pk=version_id)
    return CodeListValues(
        version.code_list.name,
        version.code_list.title,
        version.content_hash,
        tuple(version.entries),
    )


def codelists_current() -> dict[str, CodeListValues]:
    """Every current list by name. One small query once the lists are in memory."""
    ids = CodeListVersion.objects.current().values_list("pk", flat=True)
    lists = [codelist_version(version_id) for version_id in ids]
    return {values.name: values for values in lists}


def codelist(name: str) -> CodeListValues:
    """The current list of this name. Raises CodeListVersion.DoesNotExist."""
    newest = (
        CodeListVersion.objects.filter(code_list__name=name)
        .order_by("-number")
        .values_list("pk", flat=True)
        .first()
    )
    if newest is None:
        raise CodeListVersion.DoesNotExist(f"code list {name} has not been published")
    return codelist_version(newest)


def codelist_versions(name: str) -> list[CodeListVersion]:
    """Every version of a list, newest first. One query."""
    versions = CodeListVersion.objects.filter(code_list__name=name).select_related("code_list")
    return list(versions.order_by("-number"))


def codelist_by_hash(name: str, content_hash: str) -> CodeListValues:
    """The published list with this content. Raises CodeListVersion.DoesNotExist."""
    found = (
        CodeListVersion.objects.filter(code_list__name=name, content_hash=content_hash)
        .order_by("-number")
        .values_list("pk", flat=True)
        .first()
    )
    if found is None:
        raise CodeListVersion.DoesNotExist(f"code list {name} has no such version")
    return codelist_version(found)


@lru_cache(maxsize=1024)
def definition_data(version_id: int) -> dict[str, Any]:
    """The plain definition of a version, read once per process; callers must not change it."""
    data: dict[str, Any] = InstrumentVersion.objects.values_list("definition", flat=True).get(
        pk=version_id
    )
    return data


def versions_of(code: str, exercise_code: str = EXERCISE) -> list[int]:
    """Numbers of the published national versions of one form, newest first."""
    versions = InstrumentVersion.objects.national().filter(
        instrument__exercise_code=exercise_code, instrument__code=code
    )
    return list(versions.order_by("-number").values_list("number", flat=True))


def version_numbered(code: str, number: str) -> InstrumentVersion:
    """One national version by its number as typed; the current one where blank.

    Raises InstrumentVersion.DoesNotExist, also for text that is no number.
    """
    if not number:
        return version_current(code)
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise InstrumentVersion.DoesNotExist(f"{number!r} is not a version number")
    versions = InstrumentVersion.objects.national().select_related("instrument")
    return versions.get(
        instrument__exercise_code=EXERCISE, instrument__code=code, number=int(number)
    )


def version_ids_current(exercise_code: str = EXERCISE) -> tuple[int, ...]:
    """Keys of the current national versions, in the order of the forms. One small query."""
    versions = InstrumentVersion.objects.national().current()
    versions = versions.filter(instrument__exercise_code=exercise_code)
    ordered = versions.order_by("instrument__sequence", "instrument__code")
    return tuple(ordered.values_list("pk", flat=True))


@lru_cache(maxsize=1024)
def definition_for(version_id: int) -> Definition:
    """The definition of a version as the engine reads it."""
    return Definition.from_dict(definition_data(version_id))


def compiled_for(version_id: int) -> Compiled:
    """The compiled rules of a version, typed against the current versions of the other forms.

    One small query; compiled once per process.
    """
    return compiled_among(version_id, version_ids_current())


@lru_cache(maxsize=512)
def compiled_among(version_id: int, current_ids: tuple[int, ...]) -> Compiled:
    """The same for a caller who has asked for the current versions already. No query."""
    own = definition_for(version_id)
    definitions = [definition_for(other_id) for other_id in current_ids]
    others = {other.form_name: other for other in definitions if other.code != own.code}
    return compile_definition(own, others, strict=False)


@dataclass(frozen=True)
class RulesModule:
    """The rules of a version as JavaScript."""

    source: str
    short_hash: str


def rules_module(version_id: int) -> RulesModule:
    """The ES module of a version's rules, generated once per process. One small query."""
    return _rules_module(version_id, version_ids_current())


@lru_cache(maxsize=64)
def _rules_module(version_id: int, current_ids: tuple[int, ...]) -> RulesModule:
    source = module_source(compiled_among(version_id, current_ids))
    return RulesModule(source, sm3_hex(source.encode())[:16])


def vtl_of(version_id: int) -> str:
    """The rules of a version as VTL 2.1, written once per process. One small query."""
    return _vtl_of(version_id, version_ids_current())


@lru_cache(maxsize=64)
def _vtl_of(version_id: int, current_ids: tuple[int, ...]) -> str:
    return vtl_script(compiled_among(version_id, current_ids)).text


def ddi_of(version: InstrumentVersion) -> bytes:
    """A version as DDI-Lifecycle 3.3, with the code lists as they are now."""
    return ddi_document(definition_for(version.pk), codelists_current(), version.number)


def codelists_for_rules() -> Mapping[str, frozenset[str]]:
    """The codes of every current list by its name, as the engine wants them. One small query."""
    return _codes_by_list(tuple(CodeListVersion.objects.current().values_list("pk", flat=True)))


@dataclass(frozen=True)
class Published:
    """What is current at one moment: for a caller that asks several questions.

    `version_ids` are the national versions; `local_ids` those of provinces that add items, by the
    code of the form and two digits of the province.
    """

    version_ids: tuple[int, ...]
    codelists: Mapping[str, frozenset[str]]
    local_ids: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def version_id(self, code: str, division_code: str) -> int:
        """Key of the version of a form that a unit of this division fills. Raises KeyError."""
        local = self.local_ids.get((code, division_code[:PROVINCE_DIGITS]))
        return local if local is not None else self._national[code]

    @cached_property
    def _national(self) -> dict[str, int]:
        return {str(definition_data(pk)["code"]): pk for pk in self.version_ids}


def published_now() -> Published:
    """The current forms and code lists. One query that costs nothing: versions are only ever
    added, so the newest key and the number of rows say whether anything is new.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        return _published(*cursor.fetchone())


_STAMP = """
    SELECT (SELECT max(id) FROM instruments_instrumentversion),
           (SELECT count(*) FROM instruments_instrumentversion),
           (SELECT max(id) FROM instruments_codelistversion),
           (SELECT count(*) FROM instruments_codelistversion)
"""


@lru_cache(maxsize=8)
def _published(*_stamp: int | None) -> Published:
    return Published(version_ids_current(), codelists_for_rules(), _local_ids())


def _local_ids() -> dict[tuple[str, str], int]:
    versions = InstrumentVersion.objects.local().current()
    rows = versions.filter(instrument__exercise_code=EXERCISE).values_list(
        "instrument__code", "division_code", "pk"
    )
    return {(code, division): pk for code, division, pk in rows}


@lru_cache(maxsize=8)
def _codes_by_list(version_ids: tuple[int, ...]) -> Mapping[str, frozenset[str]]:
    lists = [codelist_version(version_id) for version_id in version_ids]
    return {values.name: values.codes for values in lists}
