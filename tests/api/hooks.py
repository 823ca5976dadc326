"""Signs schemathesis in, and sends random bytes where the API takes files."""

import json
import os
import urllib.request

import schemathesis
from hypothesis import strategies

BASE = os.environ["NANSEN_API"]

for kind in [
    "image/png", "image/jpeg", "application/pdf", "application/cwt", "application/octet-stream", "text/csv", "text/plain",
]:
    schemathesis.openapi.media_type(kind, strategies.binary(max_size=2000))


@schemathesis.auth(refresh_interval=None)
class Session:
    """One session for the whole run: wrong passphrases, which the run tries too, cost waiting."""

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
        case.headers["Cookie"] = cookie
        case.headers["X-CSRF-Token"] = csrf
