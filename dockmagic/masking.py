"""Secrets in what an engine tells, made unreadable: notebooks keep their outputs and are committed."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["MASK", "masked"]

MASK = "********"

_ASSIGNMENT = re.compile(r"([A-Za-z_][\w.-]*)=(.+)", re.DOTALL)
# TOKEN, API_KEY, APIKEY, DB_PASS, PGPASSWORD, AWS_SECRET_ACCESS_KEY, GOOGLE_CREDENTIALS, AUTH_HEADER; not PWD, AUTHOR
_SECRET_NAME = re.compile(
    r"passw|passphrase|secret|token|credential|private|(?:^|_)pass(?:$|_)|(?<=.)pwd$|key(?:$|_|s$)|(?:^|_)auth(?:$|_)",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"(?<=://)([^\s/@:?#]*):[^\s/@?#]+(?=@)")


def masked(value: Any) -> Any:
    """A copy of JSON data in which secrets read ********.

    These are the values of texts in lists that look like an environment (NAME=value) and whose name looks like a
    secret's (PASSWORD, SECRET, TOKEN, KEY, CREDENTIAL, ...), and passwords within URLs in any text.
    """
    if isinstance(value, dict):
        return {name: masked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_element(each) for each in value]
    return _URL_PASSWORD.sub(rf"\1:{MASK}", value) if isinstance(value, str) else value


def _element(value: Any) -> Any:
    assignment = _ASSIGNMENT.fullmatch(value) if isinstance(value, str) else None
    if assignment and _SECRET_NAME.search(assignment[1]):
        return f"{assignment[1]}={MASK}"
    return masked(value)
