"""The structure tree: roles, nesting, alternative texts, tables, and its links to the content of the pages."""

from collections import defaultdict
from itertools import pairwise

from pikepdf import Array, Dictionary, Name, Object

from .document import LANGUAGE
from .findings import name, place

STANDARD = set(
    "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody "
    "Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP Warichu WT WP "
    "Figure Formula Form".split())
# What may stand directly in what; None: no rule.
KIDS = {"Table": {"TR", "THead", "TBody", "TFoot", "Caption"}, "THead": {"TR"}, "TBody": {"TR"}, "TFoot": {"TR"},
        "TR": {"TH", "TD"}, "L": {"L", "LI", "Caption"}, "LI": {"Lbl", "LBody"}, "TOC": {"TOC", "TOCI", "Caption"}}
PARENTS = {"TR": {"Table", "THead", "TBody", "TFoot"}, "THead": {"Table"}, "TBody": {"Table"}, "TFoot": {"Table"},
           "TH": {"TR"}, "TD": {"TR"}, "LI": {"L"}, "LBody": {"LI"}, "TOCI": {"TOC"}}


class Element:
    """One structure element, read once."""

    def __init__(self, thing, parent, role, page):
        self.thing, self.parent, self.role, self.page = thing, parent, role, page
        self.kids = []
        self.content = []
        self.where = f"{role} ({place(thing)})"
        self.language = name(thing.get("/Lang")) or (parent.language if parent else "")
        self.alternative = name(thing.get("/Alt"))
        self.actual = "/ActualText" in thing or bool(parent and parent.actual)

    def attribute(self, owner, key, classes):
        """The value of an attribute, from A or through C and the class map."""
        sources = []
        for entry, look in (("/A", lambda item: item), ("/C", lambda item: classes.get(str(item)))):
            value = self.thing.get(entry, [])
            for item in value if isinstance(value, Array) else [value]:
                item = look(item) if not isinstance(item, int) else None
                sources += list(item) if isinstance(item, Array) else [item]
        for source in sources:
            if isinstance(source, Dictionary) and source.get("/O") == Name("/" + owner) and key in source:
                return source[key]
        return None


class Structure:
    """The tree, and for the pages: which element holds the content (owner, MCID)."""

    def __init__(self, pdf, found):
        self.pdf, self.found = pdf, found
        self.root = pdf.Root.get("/StructTreeRoot")
        self.elements, self.by_object = [], {}
        self.owned = {}
        self.objects = {}
        self.seen = defaultdict(set)
        self.catalogue_language = bool(LANGUAGE.match(name(pdf.Root.get("/Lang"))))
        if not isinstance(self.root, Dictionary):
            self.root = None
            found.fail("there is no StructTreeRoot", a="6.7.3.3", ua="7.1")
            return
        self.roles = dict(self.root.get("/RoleMap", Dictionary()).items())
        self.classes = dict(self.root.get("/ClassMap", Dictionary()).items())
        self.parents = dict(_numbers(self.root.get("/ParentTree")))
        self._check_roles()
        self._read()
        self._check_elements()

    def _standard(self, tag):
        seen = set()
        while tag not in STANDARD:
            if tag in seen or "/" + tag not in self.roles:
                return None
            seen.add(tag)
            tag = name(self.roles["/" + tag])
        return tag

    def _check_roles(self):
        for tag in self.roles:
            tag = name(tag)
            seen, at = set(), tag
            while "/" + at in self.roles and at not in seen:
                seen.add(at)
                at = name(self.roles["/" + at])
            if at in seen:
                self.found.fail(f"the role map turns {tag} in a circle", a="6.7.3.4", ua="7.1")
            elif tag in STANDARD:
                self.found.fail(f"the role map maps the standard type {tag}", a="6.7.3.4", ua="7.1")

    def _read(self):
        waiting = [(kid, None, None) for kid in reversed(_kids(self.root))]
        while waiting:
            thing, parent, page = waiting.pop()
            if isinstance(thing, int):
                self._own(parent, page, thing)
            elif not isinstance(thing, Dictionary):
                self.found.fail("K holds something that is no structure", parent.where if parent else "root", ua="7.1")
            elif name(thing.get("/Type")) == "MCR":
                holder = thing.get("/Stm", thing.get("/Pg", page))
                self._own(parent, holder, int(thing.get("/MCID", -1)))
            elif name(thing.get("/Type")) == "OBJR":
                self.objects[thing["/Obj"].objgen] = parent
                parent.content.append(thing)
            else:
                if thing.is_indirect and thing.objgen in self.by_object:
                    self.found.fail("an element has two parents", place(thing), ua="7.1")
                    continue
                tag = name(thing.get("/S"))
                role = self._standard(tag)
                if role is None:
                    self.found.fail(f"the type {tag} is not mapped to a standard type", place(thing), a="6.7.3.4", ua="7.1")
                element = Element(thing, parent, role or tag, thing.get("/Pg", page))
                self.by_object[thing.objgen] = element
                self.elements.append(element)
                if parent:
                    parent.kids.append(element)
                wanted = parent.thing if parent else self.root
                if not isinstance(thing.get("/P"), Object) or thing["/P"].objgen != wanted.objgen:
                    self.found.fail("P does not name the parent", element.where, ua="7.1")
                waiting += [(kid, element, element.page) for kid in reversed(_kids(thing))]

    def _own(self, element, holder, mcid):
        key = (getattr(holder, "objgen", (0, 0)), mcid)
        if key in self.owned:
            self.found.fail(f"MCID {mcid} belongs to two elements", element.where, ua="7.1")
        self.owned[key] = element
        element.content.append(mcid)

    def _check_elements(self):
        level, notes, kinds, strong = 0, set(), set(), set()
        for element in self.elements:
            role, thing, fail = element.role, element.thing, self.found.fail
            self._check_nesting(element)
            for key in ("/Alt", "/ActualText", "/E"):
                if key in thing and not self.catalogue_language and not element.language:
                    fail(f"{key[1:]} in no known language", element.where, ua="7.2")
            if role in ("Figure", "Formula") and not name(thing.get("/Alt")) and "/ActualText" not in thing:
                fail(f"a {role} without an alternative text", element.where, ua="7.3" if role == "Figure" else "7.7")
            if role == "Note":
                identifier = name(thing.get("/ID"))
                if not identifier or identifier in notes:
                    fail("a Note without an ID of its own", element.where, ua="7.9")
                notes.add(identifier)
            if role == "H":
                kinds.add("H")
                parent = id(element.parent)
                if parent in strong:
                    fail("two H in one element", element.where, ua="7.4.4")
                strong.add(parent)
            elif len(role) == 2 and role[0] == "H" and role[1].isdigit():
                kinds.add("Hn")
                if int(role[1]) > level + 1:
                    fail(f"{role} comes after level {level}", element.where, ua="7.4.2")
                level = int(role[1])
            elif role == "Table":
                self._check_table(element)
        if len(kinds) > 1:
            self.found.fail("H and H1 to H6 in one document", ua="7.4.4")

    def _check_nesting(self, element):
        fail, kids = self.found.fail, [kid.role for kid in element.kids]
        parent = element.parent.role if element.parent else None
        if element.role in PARENTS and parent not in PARENTS[element.role]:
            fail(f"a {element.role} in {parent}", element.where, ua="7.2")
        for kid in set(kids) - KIDS.get(element.role, set(kids)):
            fail(f"a {kid} directly in {element.role}", element.where, ua="7.2")
        if element.role in ("L", "TOC") and "Caption" in kids[1:]:
            fail(f"the Caption of {element.role} is not first", element.where, ua="7.2")
        if element.role == "Table":
            if kids.count("THead") > 1 or kids.count("TFoot") > 1 or kids.count("Caption") > 1:
                fail("more than one THead, TFoot or Caption", element.where, ua="7.2")
            if ("THead" in kids or "TFoot" in kids) and "TBody" not in kids:
                fail("THead or TFoot without TBody", element.where, ua="7.2")
            if "Caption" in kids[1:-1]:
                fail("the Caption of a Table is neither first nor last", element.where, ua="7.2")

    def _check_table(self, table):
        rows = []
        for kid in table.kids:
            rows += [kid] if kid.role == "TR" else [row for row in kid.kids if row.role == "TR"]
        grid, has_headers, every_scope = defaultdict(dict), False, True
        identifiers, linked = set(), []
        for y, row in enumerate(rows):
            x = 0
            for cell in row.kids:
                while x in grid[y]:
                    x += 1
                wide = int(cell.attribute("Table", "/ColSpan", self.classes) or 1)
                high = int(cell.attribute("Table", "/RowSpan", self.classes) or 1)
                if y + high > len(rows):
                    self.found.fail("a cell reaches below the last row", cell.where, ua="7.2")
                for down in range(min(high, len(rows) - y)):
                    for right in range(wide):
                        if x + right in grid[y + down]:
                            self.found.fail("two cells overlap", cell.where, ua="7.2")
                        grid[y + down][x + right] = cell
                if cell.role == "TH":
                    has_headers = True
                    every_scope &= name(cell.attribute("Table", "/Scope", self.classes)) in ("Row", "Column", "Both")
                    identifiers.add(name(cell.thing.get("/ID")))
                linked.append((cell, cell.attribute("Table", "/Headers", self.classes)))
                x += wide
        for (_, one), (y, two) in pairwise(sorted(grid.items())):
            if len(one) != len(two):
                self.found.fail(f"row {y + 1} has {len(two)} columns, the one above {len(one)}", table.where, ua="7.2")
        for cell, headers in linked:
            if cell.role != "TD":
                continue
            if headers is None and not (has_headers and every_scope) and len(linked) > 1:
                self.found.fail("a cell without headers: no Headers, and not every TH has a Scope", cell.where, ua="7.5")
            for header in headers if headers is not None else []:
                if name(header) not in identifiers:
                    self.found.fail(f"Headers names {name(header)!r}, which no TH has", cell.where, ua="7.5")

    def holder(self, owner, mcid, where):
        """The element that the marked content belongs to, through the parent tree; tells when the tree disagrees."""
        if self.root is None:
            return None
        self.seen[owner.objgen].add(mcid)
        entry = self.parents.get(int(owner.get("/StructParents", -1)))
        thing = entry[mcid] if isinstance(entry, Array) and 0 <= mcid < len(entry) else None
        element = self.by_object.get(thing.objgen) if isinstance(thing, Dictionary) else None
        if element is None:
            self.found.fail(f"MCID {mcid} has no element in the parent tree", where, a="6.7.3.3", ua="7.1")
        elif self.owned.get((owner.objgen, mcid)) is not element:
            self.found.fail(f"MCID {mcid}: the parent tree names an element that does not hold it", where,
                            a="6.7.3.3", ua="7.1")
        return element

    def check_links(self):
        """What needs the pages read: content that is named but missing, annotations and their elements."""
        for number, page in enumerate(self.pdf.pages, start=1):
            for annotation in page.obj.get("/Annots", []):
                self._check_annotation(page, annotation, f"page {number}, {place(annotation)}")
        if self.root is None:
            return
        for (holder, mcid), element in self.owned.items():
            if mcid not in self.seen[holder]:
                self.found.fail(f"MCID {mcid} of object {holder[0]} is not in its content", element.where, ua="7.1")
        if self.parents and int(self.root.get("/ParentTreeNextKey", max(self.parents) + 1)) <= max(self.parents):
            self.found.fail("ParentTreeNextKey is in use", ua="7.1")

    def _check_annotation(self, page, annotation, where):
        kind, fail = name(annotation.get("/Subtype")), self.found.fail
        thing = self.parents.get(int(annotation.get("/StructParent", -1))) if self.root is not None else None
        element = self.by_object.get(thing.objgen) if isinstance(thing, Dictionary) else None
        if "/Contents" in annotation and not self.catalogue_language and not (element and element.language):
            fail("Contents in no known language", where, ua="7.2")
        if int(annotation.get("/F", 0)) & 2 or _outside(annotation, page) or kind == "Popup":
            return
        if kind in ("PrinterMark", "TrapNet"):
            if kind == "TrapNet" or element is not None:
                fail(f"a {kind} annotation in the structure, or shown", where, ua="7.18.2" if kind == "TrapNet" else "7.18.8")
            return
        described = name(annotation.get("/TU" if kind == "Widget" else "/Contents"))
        if kind == "Widget" and "/Parent" in annotation:
            described = described or name(annotation["/Parent"].get("/TU"))
        if not described and not (kind != "Link" and element and element.alternative):
            fail("the annotation has neither a description nor an alternative text", where,
                 ua="7.18.5" if kind == "Link" else "7.18.1")
        wanted = {"Widget": "Form", "Link": "Link"}.get(kind, "Annot")
        clause = {"Widget": "7.18.4", "Link": "7.18.5"}.get(kind, "7.18.1")
        if element is None or element.role != wanted:
            fail(f"a {kind} annotation in no {wanted} element", where, ua=clause)
        elif self.objects.get(annotation.objgen) is not element:
            fail(f"a {kind} annotation that its element does not refer to", where, ua=clause)


def _outside(annotation, page):
    """Whether an annotation is wholly off the visible page."""
    left, bottom, right, top = (float(n) for n in annotation.get("/Rect", [0, 0, 0, 0]))
    x0, y0, x1, y1 = (float(n) for n in page.cropbox)
    return max(left, right) < x0 or min(left, right) > x1 or max(bottom, top) < y0 or min(bottom, top) > y1


def _kids(thing):
    value = thing.get("/K")
    kids = list(value) if isinstance(value, Array) else [value]
    return [kid for kid in kids if kid is not None]


def _numbers(tree, depth=0):
    """The pairs of a number tree."""
    if not isinstance(tree, Dictionary) or depth > 40:
        return
    flat = list(tree.get("/Nums", []))
    yield from zip((int(key) for key in flat[::2]), flat[1::2])
    for kid in tree.get("/Kids", []):
        yield from _numbers(kid, depth + 1)
