"""The pages' content: operators, colours, transparency, fonts in use, and marked content for every mark on the page."""

from collections import Counter

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from .document import FILTERS, INTENTS, icc_space, output_profile
from .findings import name, place
from .fonts import Font

OPERATORS = set(
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q re RG "
    "rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"".split()) | {"INLINE IMAGE"}
FILLS = {"f", "F", "f*"}
STROKES = {"s", "S"}
BOTH = {"b", "B", "b*", "B*"}
SHOWS = {"Tj", "TJ", "'", '"'}
DEVICE = {"DeviceGray": "GRAY", "DeviceRGB": "RGB ", "DeviceCMYK": "CMYK"}
SHORT = {"G": "DeviceGray", "RGB": "DeviceRGB", "CMYK": "DeviceCMYK"}
BLENDS = {"Normal", "Compatible", "Multiply", "Screen", "Overlay", "Darken", "Lighten", "ColorDodge", "ColorBurn",
          "HardLight", "SoftLight", "Difference", "Exclusion", "Hue", "Saturation", "Color", "Luminosity"}
CATEGORIES = {"Do": "/XObject", "gs": "/ExtGState", "Tf": "/Font", "sh": "/Shading"}


class Mark:
    """One level of marked content."""

    def __init__(self, tag, properties, tagged, element):
        self.artifact = tag == "Artifact"
        self.tagged = tagged
        self.element = element
        self.actual = "/ActualText" in properties
        self.language = name(properties.get("/Lang"))


class State:
    """The part of the graphics state that the rules ask for."""

    def __init__(self):
        self.fill = self.stroke = Name.DeviceGray
        self.font, self.mode = None, 0

    def copy(self):
        other = State()
        other.__dict__.update(self.__dict__)
        return other


class Pages:
    """Walks every page once, with the forms that it draws."""

    def __init__(self, pdf, structure, found):
        self.pdf, self.structure, self.found = pdf, structure, found
        self.output = output_profile(pdf, found)
        self.fonts, self.profiles, self.done, self.forms = {}, {}, set(), Counter()
        self.transparent = False

    def check(self):
        for number, page in enumerate(self.pdf.pages, start=1):
            self.transparent = False
            where = f"page {number}"
            resources = page.obj.get("/Resources")
            if resources is None:
                inherited = page.resources if "/Contents" in page.obj else Dictionary()
                if any(len(value) for value in inherited.values() if isinstance(value, Dictionary)):
                    self.found.fail("the page takes its resources from its parent", where, a="6.2.2")
                resources = inherited
            self._walk(page, page.obj, resources, where, [], State(), [])
            for annotation in page.obj.get("/Annots", []):
                shown = annotation.get("/AP", Dictionary()).get("/N")
                if isinstance(shown, Stream):
                    self._walk(shown, shown, shown.get("/Resources", Dictionary()), f"{where}, {place(annotation)}",
                               [Mark("Artifact", {}, False, None)], State(), [shown.objgen])
            group = page.obj.get("/Group")
            if group is not None and "/CS" in group:
                self._space(group["/CS"], resources, f"{where}, blending")
            if self.transparent and not self.output and not (group is not None and "/CS" in group):
                self.found.fail("transparency without output intent or page group colour space", where, a="6.2.10")
        for form, count in self.forms.items():
            if count > 1:
                self.found.fail(f"a form with tagged content is drawn {count} times", f"object {form[0]}", ua="7.20")
        for font in self.fonts.values():
            font.close()

    def _walk(self, stream, owner, resources, where, marks, state, path):
        """One content stream: `owner` is what the structure knows it by, `marks` what surrounds it."""
        outer, saved, undefined = len(marks), [], set()
        marks = list(marks)
        try:
            operations = pikepdf.parse_content_stream(stream)
        except pikepdf.PdfError as error:
            self.found.fail(f"the content does not parse: {error}", where, a="6.2.2")
            return
        for operation in operations:
            operator, operands = str(operation.operator), operation.operands
            if operator in CATEGORIES:
                self._resource(operator, operands, resources, owner, where, marks, state, path)
            if operator in SHOWS:
                self._show(operands, operator, where, marks, state)
                self._painted(resources, where, marks, state.fill if state.mode in (0, 4, 2, 6) else None,
                              state.stroke if state.mode in (1, 5, 2, 6) else None)
            elif operator in FILLS or operator in STROKES or operator in BOTH:
                self._painted(resources, where, marks, None if operator in STROKES else state.fill,
                              None if operator in FILLS else state.stroke)
            elif operator in ("BDC", "BMC"):
                marks.append(self._mark(operator, operands, resources, owner, where, marks))
            elif operator == "EMC":
                if len(marks) > outer:
                    marks.pop()
                else:
                    self.found.fail("EMC without a beginning", where, a="6.2.2", ua="7.1")
            elif operator == "q":
                saved.append(state.copy())
                if len(saved) > 28:
                    self.found.fail("q is nested more than 28 deep", where, a="6.1.13")
            elif operator == "Q" and saved:
                state.__dict__.update(saved.pop().__dict__)
            elif operator in ("g", "rg", "k", "cs", "sc", "scn"):
                state.fill = self._colour(operator, operands, resources, where, state.fill)
            elif operator in ("G", "RG", "K", "CS", "SC", "SCN"):
                state.stroke = self._colour(operator.lower(), operands, resources, where, state.stroke)
            elif operator == "Tr":
                state.mode = int(operands[0])
            elif operator == "ri" and name(operands[0]) not in INTENTS:
                self.found.fail(f"the rendering intent {name(operands[0])}", where, a="6.2.6")
            elif operator == "INLINE IMAGE":
                self._inline(operands[0], resources, where, marks, state)
            elif operator not in OPERATORS:
                undefined.add(operator)
        for operator in sorted(undefined):
            self.found.fail(f"the operator {operator!r} is not defined", where, a="6.2.2")
        if len(marks) != outer:
            self.found.fail("marked content is not closed", where, ua="7.1")

    def _mark(self, operator, operands, resources, owner, where, marks):
        tag, properties = name(operands[0]), {}
        if operator == "BDC":
            properties = operands[1]
            if isinstance(properties, Name):
                properties = resources.get("/Properties", Dictionary()).get(properties, Dictionary())
        element, tagged = None, False
        if "/MCID" in properties:
            element = self.structure.holder(owner, int(properties["/MCID"]), where)
            tagged = element is not None
        if tag == "Artifact" and any(mark.tagged for mark in marks):
            self.found.fail("an artifact inside tagged content", where, ua="7.1")
        if tagged and any(mark.artifact for mark in marks):
            self.found.fail("tagged content inside an artifact", where, ua="7.1")
        if tag == "Span" and {"/ActualText", "/Alt", "/E"} & set(properties.keys()) and "/Lang" not in properties:
            if not self._language(marks, element):
                self.found.fail("a Span with a replacement text in no known language", where, ua="7.2")
        return Mark(tag, properties, tagged, element)

    def _language(self, marks, element=None):
        elements = [mark.element for mark in marks if mark.element] + ([element] if element else [])
        return self.structure.catalogue_language or any(mark.language for mark in marks) or any(
            one.language for one in elements)

    def _painted(self, resources, where, marks, *spaces):
        if not any(mark.artifact or mark.tagged for mark in marks):
            self.found.fail("content that is neither tagged nor an artifact", where, ua="7.1")
        for space in spaces:
            if space is not None:
                self._space(space, resources, where)

    def _show(self, operands, operator, where, marks, state):
        font = state.font
        if font is None:
            self.found.fail("text is shown without a font", where, a="6.2.2")
            return
        shown = operands[-1]
        for piece in shown if operator == "TJ" else [shown]:
            if not isinstance(piece, pikepdf.String):
                continue
            for code, length in font.codes(bytes(piece)):
                text = font.use(code, length, state.mode != 3)
                if text and any(_private(letter) for letter in text) and not any(
                        mark.actual or mark.element and mark.element.actual for mark in marks):
                    self.found.fail("a private use character without ActualText", f"{where}, {font.where}", a="6.2.11.7.3")
        if not all(mark.artifact is False for mark in marks) or self._language(marks):
            return
        self.found.fail("text in no known language", where, ua="7.2")

    def _resource(self, operator, operands, resources, owner, where, marks, state, path):
        key, category = operands[0], CATEGORIES[operator]
        thing = resources.get(category, Dictionary()).get(key)
        if thing is None:
            self.found.fail(f"the resource {category}{key} is not in the stream's own resources", where, a="6.2.2")
        elif operator == "Tf":
            identity = thing.objgen if thing.is_indirect else (str(owner.objgen), str(key))
            if identity not in self.fonts:
                self.fonts[identity] = Font(thing, self.found)
            state.font = self.fonts[identity]
        elif operator == "gs":
            self._graphics_state(thing, f"{where}, {category}{key}")
        elif operator == "sh":
            self._painted(resources, where, marks, thing.get("/ColorSpace"))
        elif thing.get("/Subtype") == Name.Form:
            self._form(thing, resources, where, marks, state, path)
        elif thing.get("/Subtype") == Name.Image:
            self._painted(resources, where, marks, state.fill if thing.get("/ImageMask", False) is True else None)
            self._image(thing, resources, f"{where}, {place(thing)}")

    def _form(self, form, resources, where, marks, state, path):
        if form.objgen in path or len(path) > 30:
            self.found.fail("a form that draws itself", where, a="6.2.2")
            return
        place_of_form = f"{where}, {place(form)}"
        if "/OPI" in form:
            self.found.fail("a form with OPI", place_of_form, a="6.2.9")
        if "/Ref" in form:
            self.found.fail("a reference XObject", place_of_form, a="6.2.9", ua="7.20")
        group = form.get("/Group")
        if group is not None and group.get("/S") == Name.Transparency:
            self.transparent = True
            if "/CS" in group:
                self._space(group["/CS"], form.get("/Resources", Dictionary()), place_of_form)
        if "/StructParents" in form:
            self.forms[form.objgen] += 1
        # A form drawn a second time under the same kind of mark cannot find anything new.
        covered = any(mark.artifact for mark in marks), any(mark.tagged for mark in marks)
        key = form.objgen, covered, self._language(marks)
        if key in self.done and "/StructParents" not in form and not self.transparent:
            return
        self.done.add(key)
        own = form.get("/Resources")
        self._walk(form, form, own if own is not None else Dictionary(), place_of_form, marks, state.copy(),
                   [*path, form.objgen])

    def _graphics_state(self, state, where):
        fail = self.found.fail
        if "/TR" in state or ("/TR2" in state and name(state["/TR2"]) != "Default") or "/HTP" in state:
            fail("a transfer function or halftone phase", where, a="6.2.5")
        if "/RI" in state and name(state["/RI"]) not in INTENTS:
            fail(f"the rendering intent {name(state['/RI'])}", where, a="6.2.6")
        blends = state.get("/BM", Name.Normal)
        for blend in blends if isinstance(blends, Array) else [blends]:
            if name(blend) not in BLENDS:
                fail(f"the blend mode {name(blend)}", where, a="6.2.10")
            self.transparent |= name(blend) not in ("Normal", "Compatible")
        self.transparent |= isinstance(state.get("/SMask"), Dictionary)
        self.transparent |= any(float(state.get(key, 1)) < 1 for key in ("/ca", "/CA"))

    def _image(self, image, resources, where, soft=False):
        fail = self.found.fail
        if "/Alternates" in image or "/OPI" in image:
            fail("an image with Alternates or OPI", where, a="6.2.8")
        if image.get("/Interpolate", False) is True:
            fail("an interpolated image", where, a="6.2.8")
        if "/Intent" in image and name(image["/Intent"]) not in INTENTS:
            fail(f"the rendering intent {name(image['/Intent'])}", where, a="6.2.6")
        bits, mask = image.get("/BitsPerComponent"), image.get("/ImageMask", False) is True
        if bits is not None and int(bits) not in ((1,) if mask else (1, 2, 4, 8, 16)):
            fail(f"an image of {bits} bits", where, a="6.2.8")
        if "/ColorSpace" in image and not mask and not soft:
            self._space(image["/ColorSpace"], resources, where)
        if isinstance(image.get("/SMask"), Stream):
            self.transparent = True
            self._image(image["/SMask"], resources, f"{where}, SMask", soft=True)

    def _inline(self, image, resources, where, marks, state):
        settings = image.obj
        mask = bool(settings.get("/IM", settings.get("/ImageMask", False)))
        self._painted(resources, where, marks, state.fill if mask else None)
        if settings.get("/I", settings.get("/Interpolate", False)) is True:
            self.found.fail("an interpolated image", where, a="6.2.8")
        used = settings.get("/F", settings.get("/Filter", []))
        for item in used if isinstance(used, Array) else [used] if used else []:
            if name(item) in ("LZW", "LZWDecode", "Crypt") or len(name(item)) > 4 and name(item) not in FILTERS:
                self.found.fail(f"an inline image with the filter {name(item)}", where, a="6.1.10")
        space = settings.get("/CS", settings.get("/ColorSpace"))
        if space is not None and not mask:
            full = SHORT.get(name(space)) if isinstance(space, Name) else None
            self._space(Name("/" + full) if full else space, resources, where)

    def _colour(self, operator, operands, resources, where, before):
        fixed = {"g": Name.DeviceGray, "rg": Name.DeviceRGB, "k": Name.DeviceCMYK}.get(operator)
        if fixed is not None:
            return fixed
        if operator == "cs":
            space = operands[0]
            named = resources.get("/ColorSpace", Dictionary()).get(space)
            if named is None and name(space) not in DEVICE and name(space) != "Pattern":
                self.found.fail(f"the colour space {space} is not in the stream's own resources", where, a="6.2.2")
            return space if named is None else named
        if operator == "scn" and operands and isinstance(operands[-1], Name):
            self._pattern(operands[-1], resources, where)
        return before

    def _pattern(self, key, resources, where):
        pattern = resources.get("/Pattern", Dictionary()).get(key)
        if pattern is None:
            self.found.fail(f"the pattern {key} is not in the stream's own resources", where, a="6.2.2")
        elif "/Shading" in pattern and "/ColorSpace" in pattern["/Shading"]:
            self._space(pattern["/Shading"]["/ColorSpace"], resources, where)
        elif isinstance(pattern, Stream) and ("pattern", pattern.objgen) not in self.done:
            self.done.add(("pattern", pattern.objgen))
            self._walk(pattern, pattern, pattern.get("/Resources", Dictionary()), f"{where}, {place(pattern)}",
                       [Mark("Artifact", {}, False, None)], State(), [pattern.objgen])

    def _space(self, space, resources, where):
        """A colour space in use: device spaces must be covered by the output intent or by a default space."""
        if isinstance(space, Name):
            kind = name(space)
            if kind in DEVICE:
                default = kind.replace("Device", "Default")
                covered = self.output == DEVICE[kind] or (kind == "DeviceGray" and self.output)
                if not covered and default not in map(name, resources.get("/ColorSpace", Dictionary()).keys()):
                    self.found.fail(f"{kind} without an output intent or default that covers it", where, a="6.2.4.3")
            elif kind != "Pattern" and space in resources.get("/ColorSpace", Dictionary()):
                self._space(resources["/ColorSpace"][space], resources, where)
            return
        kind = name(space[0]) if isinstance(space, Array) and len(space) else ""
        if kind == "ICCBased":
            if space[1].objgen not in self.profiles:
                self.profiles[space[1].objgen] = icc_space(
                    space[1], place(space[1]), self.found, "6.2.4.2", (b"prtr", b"mntr", b"scnr", b"spac"))
        elif kind in ("Indexed", "I", "Pattern") and len(space) > 1:
            self._space(space[1], resources, where)
        elif kind in ("Separation", "DeviceN"):
            self._space(space[2], resources, where)
            if kind == "DeviceN" and len(space[1]) > 32:
                self.found.fail("DeviceN of more than 32 colorants", where, a="6.1.13")
        elif kind in DEVICE:
            self._space(space[0], resources, where)


def _private(letter):
    code = ord(letter)
    return 0xE000 <= code <= 0xF8FF or 0xF0000 <= code <= 0xFFFFD or 0x100000 <= code <= 0x10FFFD
