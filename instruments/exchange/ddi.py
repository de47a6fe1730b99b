"""A form as DDI-Lifecycle 3.3 metadata: questions, variables and code lists, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, indent, tostring

from instruments.codelist_values import CodeListValues
from instruments.evaluation.definition import Definition, Item, ItemType
from instruments.exchange.ddi_elements import XML_LANG, Document, add, add_texts, tag

_NUMBERS = frozenset({ItemType.DECIMAL, ItemType.INTEGER})
_DATES = {ItemType.DATE: "Date", ItemType.YEAR_MONTH: "YearMonth", ItemType.YEAR: "Year"}
_YES_NO = CodeListValues(
    "YES_NO",
    "是否",
    "",
    (
        {"code": "1", "label": "是", "label_en": "yes"},
        {"code": "2", "label": "否", "label_en": "no"},
    ),
)


def ddi_document(
    definition: Definition, codelists: Mapping[str, CodeListValues], version: int
) -> bytes:
    """The document as UTF-8 XML. A list that is not among `codelists` is left a text."""
    writer = _Writer(definition, codelists, Document(str(version)))
    root = writer.instance()
    indent(root)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


class _Writer:
    def __init__(
        self, definition: Definition, codelists: Mapping[str, CodeListValues], document: Document
    ) -> None:
        self.definition = definition
        self.document = document
        named = dict.fromkeys(self._list_name(item) for item in definition.items)
        known = {**codelists, _YES_NO.name: _YES_NO}
        self.lists = {name: known[name] for name in named if name in known}

    def instance(self) -> Element:
        """The whole document."""
        code = self.definition.code
        root = self.document.identify(Element(tag("DDIInstance")), code)
        add_texts(add(root, "r:Citation"), "r:Title", self.definition.title, inner="r:String")
        study = self.document.identify(add(root, "s:StudyUnit"), f"{code}-study")
        collection = self._begin(study, "d:DataCollection", f"{code}-collection")
        for section in self.definition.sections:
            scheme = self._begin(collection, "d:QuestionScheme", f"{code}-questions-{section.id}")
            add_texts(scheme, "r:Label", section.title)
            for item in section.items:
                self._question(scheme, item)
        product = self._begin(study, "l:LogicalProduct", f"{code}-product")
        self._code_lists(product)
        self._variables(product)
        return root

    def _begin(self, parent: Element, name: str, identifier: str) -> Element:
        return self.document.identify(add(parent, name), identifier)

    def _question(self, scheme: Element, item: Item) -> None:
        question = self._begin(scheme, "d:QuestionItem", self._id(item, "question"))
        add_texts(question, "d:QuestionItemName", {"en": item.slug}, inner="r:String")
        add_texts(question, "r:Label", _coded(item))
        for language, text in item.label.items():
            literal = add(add(question, "d:QuestionText"), "d:LiteralText")
            add(literal, "d:Text", text).set(XML_LANG, language)
        add_texts(question, "d:QuestionIntent", item.help)
        self._domain(question, item, "d:{}Domain")

    def _variables(self, product: Element) -> None:
        """One scheme for the form itself, one for each repeat group: its records are of their own."""
        code = self.definition.code
        labels = {"": self.definition.title} | {
            group.slug: group.label for group in self.definition.groups
        }
        for group, label in labels.items():
            items = self.definition.group_items(group)
            if not items:
                continue
            name = f"{code}-variables-{group}" if group else f"{code}-variables"
            scheme = self._begin(product, "l:VariableScheme", name)
            add_texts(scheme, "r:Label", label)
            for item in items:
                self._variable(scheme, item)

    def _variable(self, scheme: Element, item: Item) -> None:
        variable = self._begin(scheme, "l:Variable", self._id(item, "variable"))
        add_texts(variable, "l:VariableName", {"en": item.slug}, inner="r:String")
        add_texts(variable, "r:Label", _coded(item))
        add_texts(variable, "r:Description", item.help)
        question = self._id(item, "question")
        self.document.refer(variable, "r:QuestionReference", question, "QuestionItem")
        self._domain(add(variable, "l:VariableRepresentation"), item, "r:{}Representation")

    def _domain(self, parent: Element, item: Item, pattern: str) -> None:
        """What the item may hold: of a question its domain, of a variable its representation."""
        name = self._list_name(item)
        if item.type in _NUMBERS:
            _numeric(add(parent, pattern.format("Numeric")), item)
        elif name in self.lists:
            domain = add(parent, pattern.format("Code"))
            self.document.refer(domain, "r:CodeListReference", _list_id(name), "CodeList")
        elif item.type in _DATES:
            domain = add(parent, pattern.format("DateTime"))
            add(domain, "r:DateTypeCode", _DATES[item.type])
        else:
            domain = add(parent, pattern.format("Text"))
            if item.max_length:
                domain.set("maxLength", str(item.max_length))
            if item.pattern:
                domain.set("regExp", item.pattern)

    def _list_name(self, item: Item) -> str:
        return _YES_NO.name if item.type is ItemType.YES_NO else item.codelist or ""

    def _code_lists(self, product: Element) -> None:
        if not self.lists:
            return
        code = self.definition.code
        for name, values in self.lists.items():
            scheme = self._begin(product, "l:CategoryScheme", f"{code}-categories-{name}")
            add_texts(scheme, "r:Label", {"zh": values.title})
            for number, entry in enumerate(values):
                category = self._begin(scheme, "l:Category", f"{_list_id(name)}-category-{number}")
                label = {"zh": values.label(entry), "en": values.label(entry, "en")}
                add_texts(category, "r:Label", label)
        lists = self._begin(product, "l:CodeListScheme", f"{code}-code-lists")
        for name, values in self.lists.items():
            self._code_list(lists, name, values)

    def _code_list(self, lists: Element, name: str, values: CodeListValues) -> None:
        code_list = self._begin(lists, "l:CodeList", _list_id(name))
        add_texts(code_list, "l:CodeListName", {"en": name}, inner="r:String")
        add_texts(code_list, "r:Label", {"zh": values.title})
        for number, entry in enumerate(values):
            code = self._begin(code_list, "l:Code", f"{_list_id(name)}-code-{number}")
            category = f"{_list_id(name)}-category-{number}"
            self.document.refer(code, "r:CategoryReference", category, "Category")
            add(code, "r:Value", entry)

    def _id(self, item: Item, kind: str) -> str:
        return f"{self.definition.code}-{kind}-{item.slug}"


def _list_id(name: str) -> str:
    return f"list-{name}"


def _coded(item: Item) -> dict[str, str]:
    return {language: f"{item.code} {text}".strip() for language, text in item.label.items()}


def _numeric(domain: Element, item: Item) -> None:
    domain.set("decimalPositions", str(item.scale))
    if item.unit:
        add(domain, "r:MeasurementUnit", item.unit)
    if item.minimum is None and item.maximum is None:
        return
    span = add(domain, "r:NumberRange")
    for name, bound in (("r:Low", item.minimum), ("r:High", item.maximum)):
        if bound is not None:
            add(span, name, bound)
