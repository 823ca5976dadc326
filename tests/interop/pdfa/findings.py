"""What a check found: clause by clause, for the flavours that were asked for."""

from collections import defaultdict

FLAVOURS = ("2a", "2b", "2u", "3a", "3b", "3u", "ua1")
# Clauses of ISO 19005 that bind only the levels named.
ONLY_LEVELS = {
    "6.2.11.7.2": "au",
    "6.2.11.7.3": "a",
    "6.7.2.2": "a",
    "6.7.3.3": "a",
    "6.7.3.4": "a",
    "6.7.4": "a",
}


class Findings:
    """Failures by (standard, clause, message), each with its places; empty means that the file passed."""

    def __init__(self, flavours):
        self.flavours = flavours
        self.archive = next((f for f in flavours if f != "ua1"), None)
        self.access = "ua1" in flavours
        self.places = defaultdict(list)

    def __bool__(self):
        return bool(self.places)

    def clauses(self):
        return {(standard, clause) for standard, clause, _ in self.places}

    def fail(self, message, where="document", a=None, ua=None, beyond=None):
        """`a` is the clause of ISO 19005-3 that is broken, `ua` that of ISO 14289-1; `beyond` names a wish of our own."""
        if a and self.archive and self.archive[1] in ONLY_LEVELS.get(a, "abu"):
            self.places["PDF/A", a, message].append(where)
        if ua and self.access:
            self.places["PDF/UA", ua, message].append(where)
        if beyond and self.archive:
            self.places["beyond", beyond, message].append(where)

    def show(self, places):
        order = lambda item: (item[0][0], [int(n) for n in item[0][1].split(".") if n.isdigit()], item[0][2])
        for (standard, clause, message), where in sorted(self.places.items(), key=order):
            print(f"  {standard} {clause}: {message} ({len(where)} x)")
            for place in where[:places]:
                print(f"      {place}")


def name(thing):
    """A name or text as plain text without the solidus; an empty text for nothing."""
    return "" if thing is None else str(thing).lstrip("/")


def place(thing, fallback="direct object"):
    """Where an object stands in the file."""
    number = getattr(thing, "objgen", (0, 0))[0]
    return f"object {number}" if number else fallback
