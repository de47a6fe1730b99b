"""Definition and code-list files: found, read and turned into plain data."""

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

APP_DIR = Path(__file__).resolve().parent
DEFINITIONS_DIR = APP_DIR / "definitions"
CODELISTS_DIR = APP_DIR / "codelists"
SERIES = (
    "QC",
    "G",
    "N",
    "S",
    "J",
    "Y",
)  # listing, industry, agriculture, domestic, central, mobile
INDUSTRY_TITLE = "国民经济行业分类（GB/T 4754-2017）"


class DuplicateKey(yaml.YAMLError):
    """A mapping says the same key twice; YAML would silently keep the last one."""


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # five times faster, if built in


class PlainLoader(_SafeLoader):  # type: ignore[misc]  # the base is chosen when the module runs
    """Keeps dates and decimals as written: an example `1500.50` is text, not a binary float."""


PlainLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.rsplit(":", 1)[-1] not in {"timestamp", "float"}
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: PlainLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in result:
            line = key_node.start_mark.line + 1
            raise DuplicateKey(f"line {line}: the key {key!r} is written twice")
        result[key] = loader.construct_object(value_node, deep=True)
    return result


PlainLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def yaml_read(path: Path) -> Any:
    """The content of one YAML file. Raises yaml.YAMLError, DuplicateKey among them."""
    return yaml_text_read(path.read_text(encoding="utf-8"))


def yaml_text_read(text: str) -> Any:
    """The content of YAML text. Raises yaml.YAMLError, DuplicateKey among them."""
    return yaml.load(text, Loader=PlainLoader)  # noqa: S506  PlainLoader is a SafeLoader


def definition_paths() -> list[Path]:
    """Every definition of the repository, in the order of the census's own list of forms."""
    return sorted(DEFINITIONS_DIR.glob("*/*.yaml"), key=_place)


def _place(path: Path) -> tuple[str, int, str]:
    letters = path.stem.rstrip("0123456789-")
    return path.parent.name, SERIES.index(letters), path.stem


@dataclass(frozen=True)
class CodeListFile:
    """One code list as read from its file; every entry carries its confidence."""

    name: str
    title: str
    entries: tuple[dict[str, str], ...]

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of the list."""
        return frozenset(entry["code"] for entry in self.entries)


def _codelist_from(data: dict[str, Any]) -> CodeListFile:
    confidence = data.get("confidence", "known-medium")
    entries = tuple({"confidence": confidence, **entry} for entry in data["entries"])
    return CodeListFile(data["name"], data["title"], entries)


def industry_lists(path: Path) -> list[CodeListFile]:
    """The 4-digit classes (小类) of GB/T 4754-2017: those of the industrial scope, and all."""
    with path.open(encoding="utf-8", newline="") as source:
        rows = [row for row in csv.DictReader(source) if row["level"] == "小类"]
    scope = [row for row in rows if row["in_census_industrial_scope"] == "1"]
    return [
        CodeListFile(name, title, tuple(_industry_entry(row) for row in chosen))
        for name, title, chosen in (
            ("GB4754", f"{INDUSTRY_TITLE}工业小类", scope),
            ("GB4754_ALL", f"{INDUSTRY_TITLE}全部小类", rows),
        )
    ]


def _industry_entry(row: dict[str, str]) -> dict[str, str]:
    return {"code": row["code"], "label": row["name"], "confidence": "found"}


def codelist_files() -> list[CodeListFile]:
    """Every code list of the repository, the industries of the register's file included."""
    lists = [_codelist_from(yaml_read(path)) for path in sorted(CODELISTS_DIR.glob("*.yaml"))]
    lists.extend(industry_lists(Path(settings.INDUSTRIES_FILE)))
    return sorted(lists, key=lambda codelist: codelist.name)
