"""Secrets in what an engine tells, made unreadable: notebooks keep their outputs and are committed."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["MASK", "is_secret_name", "masked", "masked_pair", "url_passwords"]

MASK = "********"

_ASSIGNMENT = re.compile(r"([A-Za-z_][\w.-]*|--[\w-]+)=(.+)", re.DOTALL)
# TOKEN, API_KEY, APIKEY, DB_PASS, DBPASS, PGPASSWORD, AWS_SECRET_ACCESS_KEY, GOOGLE_CREDENTIALS, JWT, SESSION_COOKIE,
# CREDS, GITHUB_PAT, DB_PWD; not PWD and OLDPWD, AUTHOR, MONKEY, PATH, PATTERN
_SECRET_NAME = re.compile(
    r"passw|passphrase|pass\d*$|(?:^|[_-])pass[_-]|secret|token|credential|private|jwt|cookie|bearer|authorization"
    r"|(?:^|[_-]|o)auth(?:$|[_-])|(?<=.)(?<!old)pwd$|[_-]pwd[_-]|creds$|(?:^|[_-])(?:creds?|pat)(?:$|[_-])|(?:^|[_-]|api|access|ssh|master|account|unlock)keys?\d*(?:$|[_-])",
    re.IGNORECASE,
)
_NO_SECRET = frozenset({"SandboxKey", "SecretName", "SecretID"})  # fields of the Engine API
_URL_PASSWORD = re.compile(r"(?<=://)([^\s/@:?#]*):([^\s/?#]+)(?=@)")
# Server=db;Uid=me;Pwd=x and host=db password=x; not pwd=$(pwd) of a script
_DSN_PASSWORD = re.compile(
    r"""((?<![^\W_])passw(?:or)?d=|(?<=;)\s*(?:password|pwd)\s*=\s*|(?<!\w)pwd=(?=[^;\s]*;))"""
    r"""(?![$`/])("[^"]*"|'[^']*'|[^;&\s"']+)""",
    re.IGNORECASE,
)


def masked(value: Any) -> Any:
    """A copy of JSON data in which secrets read ********.

    These are the values of texts in lists that look like an environment (NAME=value) and of members of objects, whose
    name looks like a secret's (PASSWORD, SECRET, TOKEN, KEY, CREDENTIAL, ...), and passwords within URLs and within
    strings that say how to connect ("Server=db;Password=x") in any text.
    """
    if isinstance(value, dict):
        return {name: _member(name, each) for name, each in value.items()}
    if isinstance(value, list):
        return [_element(each) for each in value]
    return _text(value) if isinstance(value, str) else value


def masked_pair(name: str, value: str) -> tuple[str, str]:
    """A parameter of a query, its value masked if its name or what is in it looks like a secret."""
    secret = is_secret_name(name) or name == "buildargs" or name.lower() == "x-registry-auth"
    return name, MASK if secret and value else _text(value)


def is_secret_name(name: str) -> bool:
    """Whether the value of a variable of that name is most likely a secret."""
    return _SECRET_NAME.search(name) is not None


def url_passwords(text: str) -> list[str]:
    """The passwords within the URLs in a text."""
    return [found[2] for found in _URL_PASSWORD.finditer(text)]


def _text(value: str) -> str:
    """A text without the passwords in it, of URLs and of strings that say how to connect."""
    return _DSN_PASSWORD.sub(rf"\1{MASK}", _URL_PASSWORD.sub(rf"\1:{MASK}", value))


def _member(name: str, value: Any) -> Any:
    if name not in _NO_SECRET and value and _SECRET_NAME.search(name):
        if isinstance(value, str):
            return MASK
        if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
            return dict.fromkeys(value, MASK)  # JoinTokens
    return masked(value)


def _element(value: Any) -> Any:
    assignment = _ASSIGNMENT.fullmatch(value) if isinstance(value, str) else None
    if assignment and _SECRET_NAME.search(assignment[1]):
        return f"{assignment[1]}={MASK}"
    return masked(value)
