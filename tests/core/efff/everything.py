"""A document with every element and attribute of UBL 2.1, made from the official schema, each with a value of its own.

`everything` adds to a small real document whatever children the schema allows, as deep as asked, so that a test can
follow each single value into what a conversion gives. The document is valid UBL 2.1.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from lxml import etree

from tests.conftest import CORPUS

XS = "{http://www.w3.org/2001/XMLSchema}"
SPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
COMMON = CORPUS / "xsd" / "ubl-2.1" / "common"
FIXED = {"currencyID": "EUR", "mimeCode": "text/csv", "unitCode": "HUR"}
"""Attributes whose values a document cannot choose freely, or by which it would be another one."""
Child = tuple[str, str, bool]
LANGUAGES = ("languageID", "languageLocaleID")


@cache
def _types(name: str) -> dict[str, etree._Element]:
    root = etree.parse(str(next(COMMON.glob(f"*{name}-2.1.xsd")))).getroot()
    return {kind.get("name"): kind for kind in root.iter(f"{XS}complexType")}


@cache
def children(kind: str) -> tuple[Child, ...]:
    """The children of an aggregate type: prefix, name, whether it must be there; in their order."""
    return tuple(map(_child, _types("CommonAggregateComponents")[kind].findall(f"{XS}sequence/{XS}element")))


def _child(element: etree._Element) -> Child:
    prefix, _, name = element.get("ref").partition(":")
    return prefix, name, element.get("minOccurs") != "0"


@cache
def kind_of(prefix: str, name: str) -> str:
    """The type of an element."""
    if prefix == "cac":
        root = etree.parse(str(next(COMMON.glob("*CommonAggregateComponents-2.1.xsd")))).getroot()
        return next(one.get("type") for one in root.findall(f"{XS}element") if one.get("name") == name)
    base = _types("CommonBasicComponents")[f"{name}Type"].find(f"{XS}simpleContent/{XS}extension").get("base")
    return base.partition(":")[2]


@cache
def attributes_of(kind: str) -> tuple[str, ...]:
    """The attributes of a kind of value (an unqualified or core data type)."""
    found: list[str] = []
    for schema in ("UnqualifiedDataTypes", "CCTS_CCT_SchemaModule"):
        known = _types(schema).get(kind)
        if known is None:
            continue
        body = known.find(f"{XS}simpleContent")[0]
        found += [one.get("name") for one in body.findall(f"{XS}attribute") if one.get("name") not in found]
        base = body.get("base", "").partition(":")[2]
        if body.tag == f"{XS}extension" and schema == "UnqualifiedDataTypes" and base != kind:
            found += [name for name in attributes_of(base) if name not in found]
        if body.tag == f"{XS}restriction":
            break
        kind = base or kind
    return tuple(found)


class Filler:
    """Makes values, each different from all before it."""

    def __init__(self) -> None:
        self.count = 0

    def value(self, kind: str) -> str:
        self.count += 1
        match kind:
            case "DateType":
                return (date(2001, 1, 1) + timedelta(self.count)).isoformat()
            case "TimeType":
                return f"{self.count // 3600 % 24:02}:{self.count // 60 % 60:02}:{self.count % 60:02}"
            case "IndicatorType":
                return "true"
            case "AmountType" | "NumericType" | "PercentType" | "QuantityType" | "MeasureType" | "RateType":
                return f"{self.count + 1000}.5"
            case "BinaryObjectType":
                return f"AAAA{self.count:08}"
        return f"value{self.count:06}"

    def leaf(self, prefix: str, name: str) -> etree._Element:
        kind = kind_of(prefix, name)
        made = etree.Element(f"{{{SPACES[prefix]}}}{name}", nsmap=SPACES)
        made.text = self.value(kind)
        for attribute in attributes_of(kind):
            made.set(attribute, self.mark(attribute))
        return made

    def mark(self, attribute: str) -> str:
        """The value of an attribute."""
        self.count += 1
        return f"x-{self.count}" if attribute in LANGUAGES else FIXED.get(attribute) or f"mark{self.count:06}"

    def aggregate(self, name: str, depth: int, above: tuple[str, ...]) -> etree._Element:
        """An aggregate with all its children; one inside itself, or too deep, holds its plain values only."""
        kind = kind_of("cac", name)
        made = etree.Element(f"{{{SPACES['cac']}}}{name}", nsmap=SPACES)
        for prefix, child, required in children(kind):
            if prefix == "cbc":
                made.append(self.leaf(prefix, child))
            elif prefix == "cac" and (required or (depth > 0 and kind_of("cac", child) not in above)):
                made.append(self.aggregate(child, depth - 1, (*above, kind)))
        return made


def everything(source: bytes, depth: int) -> etree._Element:
    """`source` with every child that UBL 2.1 has and it has not, those of its aggregates too, `depth` levels of new
    ones deep."""
    root = etree.fromstring(source)
    _complete(root, _root_children(etree.QName(root).localname), depth, Filler())
    return root


@cache
def _root_children(name: str) -> tuple[Child, ...]:
    path = CORPUS / "xsd" / "ubl-2.1" / "maindoc" / f"UBL-{name}-2.1.xsd"
    return tuple(map(_child, etree.parse(str(path)).findall(f".//{XS}complexType/{XS}sequence/{XS}element")))


def _complete(parent: etree._Element, allowed: tuple[Child, ...], depth: int, filler: Filler) -> None:
    there = {etree.QName(one).localname for one in parent.iterchildren(etree.Element)}
    for one in parent.iterchildren(etree.Element):
        name = etree.QName(one)
        if name.namespace == SPACES["cac"]:
            _complete(one, children(kind_of("cac", name.localname)), depth, filler)
        elif name.namespace == SPACES["cbc"]:
            for attribute in attributes_of(kind_of("cbc", name.localname)):
                if attribute not in one.attrib:
                    one.set(attribute, filler.mark(attribute))
    order = {name: place for place, (_, name, _) in enumerate(allowed)}
    for prefix, name, _ in allowed:
        if prefix not in SPACES or name in there:
            continue
        new = filler.leaf(prefix, name) if prefix == "cbc" else filler.aggregate(name, depth, ())
        later = (i for i, one in enumerate(parent) if _order(one, order) > order[name])
        parent.insert(next(later, len(parent)), new)


def _order(element: etree._Element, order: dict[str, int]) -> int:
    return order[etree.QName(element).localname] if isinstance(element.tag, str) else -1
