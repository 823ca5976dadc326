"""The file and its catalogue: bytes, objects, attachments, annotations, actions, output intent."""

import io
import re

import pikepdf
from PIL import ImageCms
from pikepdf import Array, Dictionary, Name, Stream

from .findings import name, place

FILTERS = {"ASCIIHexDecode", "ASCII85Decode", "FlateDecode", "RunLengthDecode", "CCITTFaxDecode", "JBIG2Decode",
           "DCTDecode", "JPXDecode", "Crypt"}
INTENTS = {"RelativeColorimetric", "AbsoluteColorimetric", "Perceptual", "Saturation"}
ANNOTATIONS = {"Text", "Link", "FreeText", "Line", "Square", "Circle", "Polygon", "PolyLine", "Highlight", "Underline",
               "Squiggly", "StrikeOut", "Stamp", "Caret", "Ink", "Popup", "FileAttachment", "Widget", "PrinterMark",
               "TrapNet", "Watermark", "Redact"}
ACTIONS = {"GoTo", "GoToR", "GoToE", "Thread", "URI", "Named", "SubmitForm"}
NAMED = {"NextPage", "PrevPage", "FirstPage", "LastPage"}
LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*\Z")
EOL = b"\r\n"
# What qpdf says of a cross-reference stream that does not list itself, which nothing forbids.
HARMLESS = "a common error handled correctly by qpdf and most other applications"


def check_bytes(data, pdf, found):
    """Header, end of file, and the white space that PDF/A asks for around objects and streams."""
    header = re.match(rb"%PDF-1\.[0-7](\r\n|\r|\n)", data)
    if not header:
        found.fail(f"the file does not start with %PDF-1.n: {data[:9]!r}", a="6.1.2", ua="6.1")
    comment = data[header.end() if header else 9:][:5]
    if not (len(comment) == 5 and comment[:1] == b"%" and all(byte > 127 for byte in comment[1:])):
        found.fail("the header is not followed by a comment of four bytes above 127", a="6.1.2")
    if not re.search(rb"%%EOF(\r\n|\r|\n)?\Z", data):
        found.fail("there are bytes after the last %%EOF", a="6.1.3")
    for table in re.finditer(rb"(?:\A|[\r\n])xref([^0-9]*)(\d+)(.)(\d+)", data):
        if table[1] not in (b"\n", b"\r", b"\r\n") or table[3] != b" ":
            found.fail("the keyword xref is not followed by one end of line and the subsection", a="6.1.4")
    _check_spacing(data, pdf, found)
    for problem in map(str, pdf.check_pdf_syntax() if hasattr(pdf, "check_pdf_syntax") else pdf.check()):
        if not problem.endswith(HARMLESS):
            found.fail(f"syntax: {problem}", a="6.1.4", ua="7.1")


def _check_spacing(data, pdf, found):
    objects = re.compile(rb"(?<!\d)(\d+)(\s+)(\d+)(\s+)obj(?![a-z])")
    stop = re.compile(rb"endobj|>>\s*stream(?=[\r\n ])")
    updated = data.count(b"startxref") > 1
    at = 0
    while found_object := objects.search(data, at):
        start, end = found_object.span()
        where = f"object {int(found_object[1])}"
        if len(found_object[2]) != 1 or len(found_object[4]) != 1 or (start and data[start - 1] not in EOL):
            found.fail("`N G obj` is not on a line of its own with single spaces", where, a="6.1.9")
        if data[end:end + 1] not in (b"\r", b"\n"):
            found.fail("the keyword obj is not followed by an end of line", where, a="6.1.9")
        halt = stop.search(data, end)
        if not halt:
            return
        at = halt.end()
        if halt[0] != b"endobj":
            at = _check_stream_keywords(data, pdf, found_object, halt.end(), updated, found)
            close = data.find(b"endobj", at)
            at = close + 6 if close >= 0 else at
        if at >= 7 and (data[at - 7] not in EOL or data[at:at + 1] not in (b"\r", b"\n")):
            found.fail("the keyword endobj does not stand on a line of its own", where, a="6.1.9")


def _check_stream_keywords(data, pdf, numbers, at, updated, found):
    where = f"object {int(numbers[1])}"
    line = re.match(rb"\r\n|\n", data[at:at + 2])
    if not line:
        found.fail("the keyword stream is not followed by CR LF or LF", where, a="6.1.7.1")
    start = at + (len(line[0]) if line else 1)
    stated = pdf.get_object(int(numbers[1]), int(numbers[3])).get("/Length", -1)
    if updated or not isinstance(stated, int) or stated < 0:
        return data.find(b"endstream", start)
    close = re.match(rb"(\r\n|\r|\n)endstream", data[start + stated:start + stated + 11])
    if not close:
        found.fail("Length is not the length of the stream up to the end of line before endstream", where, a="6.1.7.1")
        return max(data.find(b"endstream", start), start)
    return start + stated + close.end()


def check_objects(pdf, found):
    """Limits and forbidden entries that hold for every object wherever it is used."""
    if len(pdf.objects) > 8_388_607:
        found.fail("more than 8,388,607 objects", a="6.1.13")
    for thing in pdf.objects:
        try:
            _check_value(thing, place(thing), found)
        except UnicodeDecodeError:
            found.fail("a name that is not UTF-8", place(thing), a="6.1.8")


def _check_value(thing, where, found, depth=0):
    if depth > 60:
        return
    if isinstance(thing, Stream):
        _check_stream(thing, where, found)
    if isinstance(thing, (Dictionary, Stream)):
        for key, value in thing.items():
            _check_name(key, where, found)
            if not getattr(value, "is_indirect", False):
                if key == "/Lang" and isinstance(value, pikepdf.String) and not LANGUAGE.match(str(value)):
                    # PDF/A takes an empty tag for a language that is not known; PDF/UA does not.
                    found.fail(f"Lang {str(value)!r} is no language tag", where, a="6.7.4" if str(value) else None, ua="7.2")
                _check_value(value, where, found, depth + 1)
        if name(thing.get("/Type")) == "Filespec" or "/EF" in thing:
            _check_file_specification(thing, where, found)
    elif isinstance(thing, Array):
        for value in thing:
            if not getattr(value, "is_indirect", False):
                _check_value(value, where, found, depth + 1)
    elif isinstance(thing, Name):
        _check_name(str(thing), where, found)
    elif isinstance(thing, pikepdf.String):
        if len(bytes(thing)) > 32_767:
            found.fail("a string of more than 32,767 bytes", where, a="6.1.13")
    elif isinstance(thing, int) and not isinstance(thing, bool) and not -2**31 <= thing < 2**31:
        found.fail("an integer outside 32 bits", where, a="6.1.13")


def _check_name(text, where, found):
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError:
        raw = b""
        found.fail("a name that is not UTF-8", where, a="6.1.8")
    if len(raw) > 128:
        found.fail("a name of more than 127 bytes", where, a="6.1.13")


def _check_stream(stream, where, found):
    filters = stream.get("/Filter", [])
    for item in filters if isinstance(filters, Array) else [filters] if filters else []:
        if name(item) not in FILTERS:
            found.fail(f"the filter {name(item)} is not allowed", where, a="6.1.7.2")
    if any(key in stream for key in ("/F", "/FFilter", "/FDecodeParms")):
        found.fail("a stream with F, FFilter or FDecodeParms", where, a="6.1.7.1")
    if "/Type" in stream and stream["/Type"] == Name.EmbeddedFile:
        kind = name(stream.get("/Subtype"))
        if not re.fullmatch(r"[-\w+.]+/[-\w+.]+", kind):
            found.fail(f"the embedded file has no MIME type as Subtype ({kind!r})", where, a="6.8")
    if stream.get("/Subtype") == Name.PS or stream.get("/Subtype2") == Name.PS or "/PS" in stream:
        found.fail("a PostScript XObject", where, a="6.2.9")


def _check_file_specification(thing, where, found):
    if "/EF" not in thing:
        return
    if not name(thing.get("/F")) or not name(thing.get("/UF")):
        found.fail("a file specification with EF wants F and UF", where, a="6.8", ua="7.11")
    if found.archive and found.archive[0] == "3" and "/AFRelationship" not in thing:
        found.fail("a file specification without AFRelationship", where, a="6.8")
    for key in ("/F", "/UF"):
        if key in thing["/EF"] and thing["/EF"][key].get("/Type", Name.EmbeddedFile) != Name.EmbeddedFile:
            found.fail("EF does not lead to an embedded file", where, a="6.8")
        if key in thing["/EF"] and "/Type" not in thing["/EF"][key] and "/Subtype" not in thing["/EF"][key]:
            found.fail("the embedded file has no MIME type as Subtype", where, a="6.8")


def check_document(pdf, found):
    """The trailer and the catalogue, then every page's annotations and actions."""
    root = pdf.Root
    identifier = pdf.trailer.get("/ID", [])
    if len(identifier) < 2 or not all(bytes(part) for part in identifier):
        found.fail("the trailer has no ID", a="6.1.3")
    if "/Encrypt" in pdf.trailer:
        found.fail("the file is encrypted", a="6.1.3")
        if not int(pdf.trailer["/Encrypt"].get("/P", 0)) & 512:
            found.fail("the permissions keep assistive technology out", ua="7.16")
    marks = root.get("/MarkInfo", Dictionary())
    if marks.get("/Marked", False) is not True:
        found.fail("MarkInfo does not say Marked true", a="6.7.2.2", ua="6.2")
    if marks.get("/Suspects", False) is True:
        found.fail("MarkInfo says Suspects true", ua="7.1")
    if root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle", False) is not True:
        found.fail("ViewerPreferences does not say DisplayDocTitle true", ua="7.1")
    if "/First" in root.get("/Outlines", Dictionary()) and "/Lang" not in root:
        found.fail("outlines in no known language", ua="7.2")
    if "/AA" in root:
        found.fail("the catalogue has additional actions", a="6.5.2")
    if "/Requirements" in root:
        found.fail("the catalogue has Requirements", a="6.11")
    names = root.get("/Names", Dictionary())
    if "/AlternatePresentations" in names:
        found.fail("alternate presentations", a="6.10")
    if "/JavaScript" in names:
        found.fail("document-level JavaScript", a="6.5.1")
    if set(root.get("/Perms", Dictionary()).keys()) - {"/UR3", "/DocMDP"}:
        found.fail("Perms has entries besides UR3 and DocMDP", a="6.1.12")
    _check_action(root.get("/OpenAction"), "OpenAction", found)
    _check_outlines(root.get("/Outlines"), found)
    _check_form(root, found)
    _check_layers(root, found)
    _check_attachments(pdf, found)
    for number, page in enumerate(pdf.pages, start=1):
        _check_page(page.obj, f"page {number}", found)


def _check_page(page, where, found):
    if "/AA" in page:
        found.fail("the page has additional actions", where, a="6.5.2")
    if "/PresSteps" in page:
        found.fail("the page has presentation steps", where, a="6.10")
    for box in ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox"):
        if box in page:
            left, bottom, right, top = (float(n) for n in page[box])
            if not all(3 <= abs(side) <= 14_400 for side in (right - left, top - bottom)):
                found.fail(f"{box[1:]} is not between 3 and 14,400 units", where, a="6.1.13")
    annotations = page.get("/Annots", [])
    if len(annotations) and page.get("/Tabs") != Name.S:
        found.fail("a page with annotations does not say Tabs S", where, ua="7.18.3")
    for annotation in annotations:
        _check_annotation(annotation, f"{where}, {place(annotation)}", found)


def _check_annotation(thing, where, found):
    kind, flags = name(thing.get("/Subtype")), thing.get("/F")
    if kind not in ANNOTATIONS:
        found.fail(f"annotations of type {kind} are not allowed", where, a="6.3.1")
    if kind != "Popup" and flags is None:
        found.fail("the annotation has no F", where, a="6.3.2")
    elif flags is not None and (int(flags) & 0b1_0010_0011 or not int(flags) & 4):
        found.fail("the annotation's flags must say Print and neither Hidden, Invisible, NoView nor ToggleNoView",
                   where, a="6.3.2")
    left, bottom, right, top = (float(n) for n in thing.get("/Rect", [0, 0, 0, 0]))
    appearance = thing.get("/AP")
    if appearance is None:
        if kind not in ("Popup", "Link") and (right != left or top != bottom):
            found.fail("the annotation has no appearance", where, a="6.3.3")
    elif list(appearance.keys()) != ["/N"]:
        found.fail("the appearance has other entries than N", where, a="6.3.3")
    elif not isinstance(appearance["/N"], Stream) and not (kind == "Widget" and name(thing.get("/FT")) == "Btn"):
        found.fail("the appearance N is not a stream", where, a="6.3.3")
    if kind == "Widget" and ("/A" in thing or "/AA" in thing):
        found.fail("a form field with an action", where, a="6.4.1")
    _check_action(thing.get("/A"), where, found)


def _check_action(action, where, found, depth=0):
    if not isinstance(action, Dictionary) or "/S" not in action or depth > 20:
        return
    kind = name(action["/S"])
    if kind not in ACTIONS:
        found.fail(f"actions of type {kind} are not allowed", where, a="6.5.1")
    if kind == "Named" and name(action.get("/N")) not in NAMED:
        found.fail(f"the named action {name(action.get('/N'))} is not allowed", where, a="6.5.1")
    following = action.get("/Next", [])
    for item in following if isinstance(following, Array) else [following]:
        _check_action(item, where, found, depth + 1)


def _check_outlines(outlines, found):
    item, seen = outlines, set()
    waiting = [item] if item is not None else []
    while waiting:
        item = waiting.pop()
        if item.objgen in seen:
            continue
        seen.add(item.objgen)
        _check_action(item.get("/A"), place(item), found)
        waiting += [item[key] for key in ("/First", "/Next") if key in item]


def _check_form(root, found):
    form = root.get("/AcroForm")
    if root.get("/NeedsRendering", False) is True:
        found.fail("NeedsRendering is true", a="6.4.2")
    if form is None:
        return
    if "/XFA" in form:
        found.fail("the form is XFA", a="6.4.2", ua="7.15")
    if form.get("/NeedAppearances", False) is True:
        found.fail("NeedAppearances is true", a="6.4.1")
    waiting = list(form.get("/Fields", []))
    while waiting:
        field = waiting.pop()
        if "/AA" in field:
            found.fail("a form field with additional actions", place(field), a="6.4.1")
        waiting += list(field.get("/Kids", []))


def _check_layers(root, found):
    layers = root.get("/OCProperties")
    if layers is None:
        return
    configurations = [layers.get("/D", Dictionary()), *layers.get("/Configs", [])]
    names = [name(one.get("/Name")) for one in configurations]
    if "" in names:
        found.fail("an optional content configuration without a name", a="6.9", ua="7.10")
    if len(set(names)) < len(names):
        found.fail("two optional content configurations of one name", a="6.9")
    if any("/AS" in one for one in configurations):
        found.fail("an optional content configuration with AS", a="6.9", ua="7.10")


def _check_attachments(pdf, found):
    if not found.archive or found.archive[0] != "3":
        return
    associated = set()
    for thing in [pdf.Root, *(page.obj for page in pdf.pages), *pdf.objects]:
        if isinstance(thing, (Dictionary, Stream)) and "/AF" in thing:
            value = thing["/AF"]
            associated |= {item.objgen for item in (value if isinstance(value, Array) else [value])}
    associated.discard((0, 0))
    specifications = [thing for thing in pdf.objects if isinstance(thing, Dictionary) and "/EF" in thing]
    tree = pdf.Root.get("/Names", Dictionary()).get("/EmbeddedFiles")
    specifications += pikepdf.NameTree(tree).values() if tree is not None else []
    for number in {thing.objgen for thing in specifications} - associated:
        found.fail("an embedded file that no AF entry names", f"object {number[0]}", a="6.8")


def output_profile(pdf, found):
    """The colour space of the PDF/A output intent ("RGB ", "CMYK", "GRAY"), or None; checks its profile on the way."""
    profiles, space = [], None
    for intent in pdf.Root.get("/OutputIntents", []):
        profile = intent.get("/DestOutputProfile")
        if profile is not None:
            profiles.append(profile.objgen)
            got = icc_space(profile, place(profile), found, "6.2.3", (b"prtr", b"mntr"))
            if name(intent.get("/S")) == "GTS_PDFA1":
                space = got
        elif name(intent.get("/S")) == "GTS_PDFA1" and "/OutputConditionIdentifier" not in intent:
            found.fail("the output intent names neither a profile nor a condition", place(intent), a="6.2.3")
        if name(intent.get("/S")) == "GTS_PDFX" and "/DestOutputProfileRef" in intent:
            found.fail("the output intent refers to a profile outside", place(intent), a="6.2.3")
    if len(set(profiles)) > 1:
        found.fail("the output intents have different profiles", a="6.2.3")
    return space


def icc_space(stream, where, found, clause, classes):
    """The colour space of an ICC profile after checking its header, its components and that lcms opens it."""
    data = stream.read_bytes()
    if len(data) < 128 or data[36:40] != b"acsp" or int.from_bytes(data[:4], "big") != len(data):
        found.fail("the ICC profile is damaged", where, a=clause)
        return None
    space = data[16:20].decode("latin-1")
    if data[8] >= 5 or data[12:16] not in classes:
        found.fail(f"ICC profile of version {data[8]} and class {data[12:16]!r}", where, a=clause)
    wanted = {"RGB ": 3, "CMYK": 4, "GRAY": 1, "Lab ": 3}.get(space)
    if wanted is None or stream.get("/N") != wanted:
        found.fail(f"N is {stream.get('/N')} but the ICC profile is {space}", where, a=clause)
    try:
        ImageCms.getOpenProfile(io.BytesIO(data))
    except (ImageCms.PyCMSError, OSError) as error:
        found.fail(f"lcms does not open the ICC profile: {error}", where, a=clause)
    return space
