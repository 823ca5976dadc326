"""The XMP packet: identification, predefined and declared properties, and what the Info dictionary says."""

import re
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timezone

from pikepdf import Stream

from .findings import name

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
DC = "http://purl.org/dc/elements/1.1/"
XMP = "http://ns.adobe.com/xap/1.0/"
PDF = "http://ns.adobe.com/pdf/1.3/"
PDFAID = "http://www.aiim.org/pdfa/ns/id/"
PDFUAID = "http://www.aiim.org/pdfua/ns/id/"
EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
# The namespaces of XMP 2005 of which we write properties, with the kind of value each property has.
PREDEFINED = {
    DC: {"contributor": "Bag", "coverage": "", "creator": "Seq", "date": "Seq", "description": "Alt", "format": "",
         "identifier": "", "language": "Bag", "publisher": "Bag", "relation": "Bag", "rights": "Alt", "source": "",
         "subject": "Bag", "title": "Alt", "type": "Bag"},
    XMP: {"Advisory": "Bag", "BaseURL": "", "CreateDate": "date", "CreatorTool": "", "Identifier": "Bag", "Label": "",
          "MetadataDate": "date", "ModifyDate": "date", "Nickname": "", "Rating": "", "Thumbnails": "Alt"},
    PDF: {"Keywords": "", "PDFVersion": "", "Producer": "", "Trapped": ""},
    PDFAID: {"part": "", "amd": "", "corr": "", "conformance": ""},
    "http://ns.adobe.com/xap/1.0/mm/": {
        "DerivedFrom": None, "DocumentID": "", "History": "Seq", "Ingredients": "Bag", "InstanceID": "",
        "ManagedFrom": None, "Manager": "", "ManageTo": "", "ManageUI": "", "ManagerVariant": "", "OriginalDocumentID": "",
        "RenditionClass": "", "RenditionParams": "", "VersionID": "", "Versions": "Seq"},
    "http://ns.adobe.com/xap/1.0/rights/": {
        "Certificate": "", "Marked": "", "Owner": "Bag", "UsageTerms": "Alt", "WebStatement": ""},
}
# Predefined too, but never written by us: their properties are taken as they come.
UNJUDGED = ("http://ns.adobe.com/photoshop/1.0/", "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/",
            "http://ns.adobe.com/xap/1.0/bj/", "http://ns.adobe.com/xap/1.0/t/pg/", "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
            "http://ns.adobe.com/camera-raw-settings/1.0/", EXTENSION)
DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?\Z")


def check_metadata(pdf, found):
    stream = pdf.Root.get("/Metadata")
    if not isinstance(stream, Stream):
        found.fail("the catalogue has no Metadata", a="6.6.2.1", ua="7.1")
        return
    raw = stream.read_bytes()
    if "/Filter" in stream and found.archive and found.archive[0] == "1":
        found.fail("the Metadata stream is filtered", a="6.6.2.1")
    head = re.search(rb"<\?xpacket\s+begin=[^?]*\?>", raw)
    if head and re.search(rb"\s(bytes|encoding)\s*=", head[0]):
        found.fail("the XMP header has bytes or encoding", a="6.6.2.1")
    try:
        tree = ElementTree.fromstring(raw.decode("utf-8"))
    except (UnicodeDecodeError, ElementTree.ParseError) as error:
        found.fail(f"the XMP is not well-formed XML in UTF-8: {error}", a="6.6.2.1", ua="7.1")
        return
    properties = _properties(tree)
    _check_identification(raw, properties, found)
    declared = _declared(properties.get((EXTENSION, "schemas")), found)
    for (space, key), value in properties.items():
        _check_property(space, key, value, declared, found)
    title = _text(properties.get((DC, "title")))
    if not title:
        found.fail("the XMP has no dc:title", ua="7.1")
    alternatives = [value for value in properties.values() if not isinstance(value, str)]
    languages = [item.get(f"{{{XML}}}lang") for value in alternatives for item in value.iterfind(f"{{{RDF}}}Alt/{{{RDF}}}li")]
    if languages and set(languages) <= {"x-default"} and "/Lang" not in pdf.Root:
        found.fail("texts of the XMP in no known language", ua="7.2")
    _check_info(pdf, properties, found)


def _properties(tree):
    """(namespace, name) → an element, or the text of an attribute."""
    got = {}
    for description in tree.iter(f"{{{RDF}}}Description"):
        for key, value in description.attrib.items():
            space, _, local = key[1:].rpartition("}")
            if space not in (RDF, XML):
                got[space, local] = value
        for element in description:
            if description in tree.findall(f".//{{{RDF}}}RDF/{{{RDF}}}Description"):
                space, _, local = element.tag[1:].rpartition("}")
                got[space, local] = element
    return got


def _text(value):
    if value is None or isinstance(value, str):
        return value or ""
    items = [item.text or "" for item in value.iter(f"{{{RDF}}}li")]
    return ", ".join(items) if items else (value.text or "").strip()


def _check_identification(raw, properties, found):
    if found.archive:
        part, level = _text(properties.get((PDFAID, "part"))), _text(properties.get((PDFAID, "conformance")))
        if part != found.archive[0]:
            found.fail(f"pdfaid:part is {part!r}", a="6.6.4")
        allowed = {"a": "A", "u": "AU", "b": "ABU"}[found.archive[1]]
        if not level or level not in allowed:
            found.fail(f"pdfaid:conformance is {level!r}", a="6.6.4")
    if found.access and _text(properties.get((PDFUAID, "part"))) != "1":
        found.fail("pdfuaid:part is not 1", ua="5")
    for space, prefix, clause in ((PDFAID, b"pdfaid", {"a": "6.6.4"}), (PDFUAID, b"pdfuaid", {"ua": "5"})):
        for bound in re.findall(rb"xmlns:([\w.-]+)\s*=\s*['\"]" + re.escape(space.encode()) + rb"['\"]", raw):
            if bound != prefix and re.search(rb"[<\s]" + bound + rb":", raw):
                found.fail(f"{space} is bound to the prefix {bound.decode()}", **clause)


def _declared(container, found):
    """The properties that the extension schemas of the packet declare."""
    declared = set()
    if container is None or isinstance(container, str):
        return declared
    if container.find(f"{{{RDF}}}Bag") is None:
        found.fail("pdfaExtension:schemas is no Bag", a="6.6.2.3.3")
    for schema in container.findall(f"{{{RDF}}}Bag/{{{RDF}}}li"):
        schema = schema.find(f"{{{RDF}}}Description") if schema.find(f"{{{RDF}}}Description") is not None else schema
        field = lambda owner, space, key: _text(owner.find(f"{{{space}}}{key}")) or owner.get(f"{{{space}}}{key}", "")
        space = field(schema, SCHEMA, "namespaceURI")
        for key in ("schema", "namespaceURI", "prefix"):
            if not field(schema, SCHEMA, key):
                found.fail(f"an extension schema without pdfaSchema:{key}", a="6.6.2.3.3")
        for one in schema.findall(f"{{{SCHEMA}}}property/{{{RDF}}}Seq/{{{RDF}}}li"):
            one = one.find(f"{{{RDF}}}Description") if one.find(f"{{{RDF}}}Description") is not None else one
            for key in ("name", "valueType", "category", "description"):
                if not field(one, PROPERTY, key):
                    found.fail(f"an extension property of {space} without pdfaProperty:{key}", a="6.6.2.3.3")
            if field(one, PROPERTY, "category") not in ("internal", "external"):
                found.fail(f"the category of an extension property of {space} is neither internal nor external",
                           a="6.6.2.3.3")
            declared.add((space, field(one, PROPERTY, "name")))
    return declared


def _check_property(space, key, value, declared, found):
    if (space, key) in declared or space in UNJUDGED or space in (SCHEMA, PROPERTY) or "pdfa/ns/" in space and space != PDFAID:
        return
    if key not in PREDEFINED.get(space, {}):
        if not space.startswith(("http://ns.adobe.com/xap/1.0/sType", "http://ns.adobe.com/xap/1.0/g/")):
            found.fail(f"the property {key} of {space} is neither predefined nor declared", a="6.6.2.3.1")
        return
    kind = PREDEFINED[space][key]
    if kind in ("Bag", "Seq", "Alt") and (isinstance(value, str) or value.find(f"{{{RDF}}}{kind}") is None):
        found.fail(f"the property {key} of {space} is no {kind}", a="6.6.2.3.1")
    elif kind == "" and not isinstance(value, str) and len(value):
        found.fail(f"the property {key} of {space} is no plain text", a="6.6.2.3.1")
    elif kind == "date" and not DATE.match(_text(value)):
        found.fail(f"the property {key} of {space} is no date: {_text(value)!r}", a="6.6.2.3.1")


def _check_info(pdf, properties, found):
    """Beyond the standard: both places must tell the same where both speak, since a reader may show either."""
    info = pdf.trailer.get("/Info", {})
    pairs = {"/Title": (DC, "title"), "/Author": (DC, "creator"), "/Subject": (DC, "description"),
             "/Keywords": (PDF, "Keywords"), "/Creator": (XMP, "CreatorTool"), "/Producer": (PDF, "Producer")}
    for key, where in pairs.items():
        if key in info and where in properties and name(info[key]).strip() != _text(properties[where]).strip():
            found.fail(f"Info says {key[1:]} {name(info[key])!r}, the XMP {_text(properties[where])!r}", beyond="Info")
    for key, where in {"/CreationDate": (XMP, "CreateDate"), "/ModDate": (XMP, "ModifyDate")}.items():
        if key in info and where in properties:
            ours, theirs = _info_date(str(info[key])), _xmp_date(_text(properties[where]))
            if ours and theirs and abs((ours - theirs).total_seconds()) >= 60:
                found.fail(f"Info says {key[1:]} {info[key]}, the XMP {_text(properties[where])}", beyond="Info")


def _info_date(text):
    parts = re.match(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:Z|([+-]\d\d)'?(\d\d)?)?", text)
    if not parts:
        return None
    year, month, day, hour, minute, second, zone, rest = parts.groups()
    stamp = f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}"
    return _xmp_date(stamp + (f"{zone}:{rest or '00'}" if zone else "Z"))


def _xmp_date(text):
    try:
        got = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return got if got.tzinfo else got.replace(tzinfo=timezone.utc)
