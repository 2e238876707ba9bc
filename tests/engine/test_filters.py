from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.engine.filters import encode_filters
from dockmagic.errors import UsageError


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), None),
        ([], None),
        ({}, None),
        ([""], None),
        ("status=exited", {"status": {"exited": True}}),
        (["status=exited", "status=dead"], {"status": {"exited": True, "dead": True}}),
        (["label=a=b"], {"label": {"a=b": True}}),
        (["label!=a"], {"label!": {"a": True}}),
        ([" LABEL = x "], {"label": {"x": True}}),
        (["name="], {"name": {"": True}}),
        ({"status": "exited"}, {"status": {"exited": True}}),
        ({"status": ["exited", "dead"]}, {"status": {"exited": True, "dead": True}}),
        ({"dangling": True, "exited": 137}, {"dangling": {"true": True}, "exited": {"137": True}}),
        (
            {"exited": {0: 1, 1: 1}.keys(), "dangling": [False]},
            {"exited": {"0": True, "1": True}, "dangling": {"false": True}},
        ),
        ({"status": []}, None),
    ],
)
def test_filters_are_encoded_as_docker_does(filters: Any, expected: dict[str, dict[str, bool]] | None) -> None:
    """The key ends at the first "=" and is in lower case, blanks around both are taken off, an empty one is none."""
    assert encode_filters(filters) == expected


@pytest.mark.parametrize("text", ["exited", "=exited", " = "])
def test_a_filter_without_key_or_value_is_refused(text: str) -> None:
    """Which keys there are, the engine says."""
    with pytest.raises(UsageError) as caught:
        encode_filters([text])
    assert str(caught.value).startswith("a filter is written key=value, not ")


@pytest.mark.parametrize(
    "filters",
    [5, None, True, [None], [5], [b"a=b"], {"label": None}, {"label": [None]}, {"label": b"a"},
     {"label": [["a"]]}, {5: "a"}, {"label": object()}, {"label": [[]]}],
)  # fmt: skip
def test_what_is_no_filter_is_refused(filters: Any) -> None:
    """And is no TypeError from within."""
    with pytest.raises(UsageError, match="filter"):
        encode_filters(filters)


@given(st.dictionaries(st.from_regex(r"\A[a-z]+!?\Z"), st.lists(st.text().map(str.strip), min_size=1)))
def test_text_and_mapping_mean_the_same(filters: dict[str, list[str]]) -> None:
    """And what was encoded once is the same when it is encoded again."""
    texts = [f"{key}={value}" for key, values in filters.items() for value in values]
    encoded = encode_filters(filters)
    assert encode_filters(texts) == encoded
    assert encode_filters({key: list(values) for key, values in (encoded or {}).items()}) == encoded
