"""The pieces of a DDI-Lifecycle 3.3 document: namespaces, identification, texts in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, register_namespace

AGENCY = "cn.mee"  # 生态环境部, which keeps the forms
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SPACES = {
    "": "ddi:instance:3_3",
    "d": "ddi:datacollection:3_3",
    "l": "ddi:logicalproduct:3_3",
    "r": "ddi:reusable:3_3",
    "s": "ddi:studyunit:3_3",
}
for _prefix, _space in SPACES.items():
    register_namespace(_prefix, _space)
Texts = Mapping[str, str]


def tag(name: str) -> str:
    """`r:Label` as ElementTree writes it."""
    prefix, _colon, local = name.rpartition(":")
    return f"{{{SPACES[prefix]}}}{local}"


def add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """A child element."""
    child = SubElement(parent, tag(name), attributes)
    child.text = text
    return child


@dataclass(frozen=True)
class Document:
    """What all identifiers of one document share."""

    version: str

    def identify(self, element: Element, identifier: str) -> Element:
        """Agency, ID and version, which stand first in every element."""
        add(element, "r:Agency", AGENCY)
        add(element, "r:ID", identifier)
        add(element, "r:Version", self.version)
        return element

    def refer(self, parent: Element, name: str, identifier: str, kind: str) -> None:
        """A reference to something identified elsewhere in the document."""
        reference = add(parent, name)
        add(reference, "r:URN", f"urn:ddi:{AGENCY}:{identifier}:{self.version}")
        self.identify(reference, identifier)
        add(reference, "r:TypeOfObject", kind)


def add_texts(parent: Element, name: str, texts: Texts, *, inner: str = "r:Content") -> None:
    """One element holding the text in every language there is; none where there is no text."""
    if not any(texts.values()):
        return
    element = add(parent, name)
    for language, text in texts.items():
        if text:
            add(element, inner, text).set(XML_LANG, language)
