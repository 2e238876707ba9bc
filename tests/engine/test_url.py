from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dockmagic.engine.endpoint import Endpoint
from dockmagic.engine.url import authority, is_plain, segment, with_query
from dockmagic.errors import UsageError


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("web", "web"),
        ("lab:5000/shop/web:2.1", "lab%3A5000%2Fshop%2Fweb%3A2.1"),
        ("a?force=1#x", "a%3Fforce%3D1%23x"),
        ("a%2Fb", "a%252Fb"),
        ("a b\n\0", "a%20b%0A%00"),
        ("größe", "gr%C3%B6%C3%9Fe"),
        ("...", "..."),
    ],
)
def test_a_name_is_quoted_into_one_segment(name: str, expected: str) -> None:
    """Whatever it is, it stays a name."""
    assert segment(name, "an image") == expected


@given(st.text(min_size=1))
def test_a_name_reaches_the_engine_as_it_is(name: str) -> None:
    """And no more than one segment."""
    assume({"", ".", ".."}.isdisjoint(name.split("/")))
    quoted = segment(name, "an image")
    assert unquote(quoted) == name
    assert not set("/?#") & set(quoted)


@pytest.mark.parametrize("name", ["", ".", "..", "a//b", "/web", "a/", "a/../../info", "../info", "\ud800"])
def test_a_name_that_would_be_another_path_is_refused(name: str) -> None:
    """An engine undoes the quoting and then cleans the path: a%2F..%2F..%2Finfo is /info, seen with docker 28."""
    with pytest.raises(UsageError, match="is no name of an image"):
        segment(name, "an image")


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (Endpoint(host="unix:///run/x.sock", scheme="unix", path="/run/x.sock", source=""), "docker"),
        (Endpoint(host="ssh://lab", scheme="ssh", hostname="lab", source=""), "docker"),
        (Endpoint(host="tcp://lab:2376", scheme="tcp", hostname="lab", port=2376, source=""), "lab:2376"),
        (Endpoint(host="tcp://[::1]:1", scheme="tcp", hostname="::1", port=1, source=""), "[::1]:1"),
    ],
)
def test_the_host_of_a_url_is_one_that_go_accepts(endpoint: Endpoint, expected: str) -> None:
    """A socket's path is none."""
    assert authority(endpoint) == expected


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (None, "/x"),
        ({}, "/x"),
        ({"all": None}, "/x"),
        ({"all": True, "size": False, "limit": 5}, "/x?all=true&size=false&limit=5"),
        ({"name": ""}, "/x?name="),
        ({"filters": {"label": {"a=b&c": True}}}, "/x?filters=%7B%22label%22%3A%7B%22a%3Db%26c%22%3Atrue%7D%7D"),
        ({"names": ["a", "b"]}, "/x?names=%5B%22a%22%2C%22b%22%5D"),
        ({"t": ("a", "b"), "u": ()}, "/x?t=a&t=b"),
    ],
)
def test_parameters_are_written_as_docker_reads_them(params: dict[str, object] | None, expected: str) -> None:
    """None is left out, True is true, dicts and lists are JSON."""
    assert with_query("/x", params) == expected


def test_parameters_are_added_to_those_that_are_there() -> None:
    """An endpoint's path may have a query."""
    assert with_query("/x?a=1", {"b": 2}) == "/x?a=1&b=2"


@given(st.dictionaries(st.from_regex(r"\A[a-z]+\Z"), st.text(min_size=1)))
def test_every_value_comes_back(params: dict[str, str]) -> None:
    """Blanks, plus signs and all alphabets."""
    query = urlsplit(with_query("/x", params)).query
    assert parse_qs(query, keep_blank_values=True) == {name: [value] for name, value in params.items()}


@given(st.lists(st.sampled_from([*"/?.%#&=+:@{}[]~ aF0é", "..", "%2F"])).map(lambda parts: "/" + "".join(parts)))
def test_what_is_plain_is_as_httpx_would_write_it(target: str) -> None:
    """Steps up, quotes that are half, fragments and other alphabets are for httpx."""
    if is_plain(target):
        assert httpx.URL(f"http://docker{target}").raw_path == target.encode()


@pytest.mark.parametrize(
    "target", ["/_ping", "/v1.41/containers/json?all=true&filters=%7B%22id%22%3A%5B%5D%7D", "/images/a%2Fb:1.0/json"]
)
def test_what_requests_mostly_are_is_plain(target: str) -> None:
    """Or nothing would be gained."""
    assert is_plain(target)


@pytest.mark.parametrize("params", [5, "a=b", ["a"], {"a": "\ud800"}])
def test_what_is_no_query_is_refused(params: Any) -> None:
    """And is no AttributeError from within."""
    with pytest.raises(UsageError):
        with_query("/info", params)
