"""Signs schemathesis in, and says what a random body should look like where the description cannot."""

import json
import os
import urllib.request

import schemathesis

BASE = os.environ["NANSEN_API"]


@schemathesis.auth()
class Session:
    """One session for the whole run: signing in is fuzzed by its own, and wrong passphrases cost waiting."""

    def get(self, case, context):
        body = json.dumps({"passphrase": os.environ["NANSEN_DESK_PASSPHRASE"]}).encode()
        request = urllib.request.Request(
            BASE + "/api/v1/session", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            cookie = answer.headers["Set-Cookie"].split(";")[0]
            return cookie, json.load(answer)["csrf"]

    def set(self, case, data, context):
        cookie, csrf = data
        case.headers = case.headers or {}
        case.headers["Cookie"] = cookie
        case.headers["X-CSRF-Token"] = csrf


def refuse(context, body):
    """Anything may be sent to be checked."""
    return body


for kind in ["image/png", "image/jpeg", "application/pdf", "application/cwt", "text/csv"]:
    from hypothesis import strategies

    schemathesis.openapi.media_type(kind, strategies.binary(max_size=2000))
