from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dockmagic.engine.container_spec.health import health
from dockmagic.engine.container_spec.values import Here
from dockmagic.errors import UsageError

HERE = Here({}, lambda: "1.45")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {}),
        ({"health_cmd": "true || false"}, {"Test": ["CMD-SHELL", "true || false"]}),
        ({"health_cmd": ["curl", "-f", "x"]}, {"Test": ["CMD", "curl", "-f", "x"]}),
        ({"health_interval": "1m30s"}, {"Interval": 90 * 10**9}),
        ({"health_timeout": timedelta(seconds=5)}, {"Timeout": 5 * 10**9}),
        ({"health_retries": "3", "health_start_period": "1s"}, {"Retries": 3, "StartPeriod": 10**9}),
        ({"health_start_interval": "1s"}, {"StartInterval": 10**9}),
        ({"health_cmd": "", "health_interval": "0", "health_retries": 0}, {}),
        ({"no_healthcheck": True}, {"Test": ["NONE"]}),
        ({"no_healthcheck": True, "health_interval": "0s"}, {"Test": ["NONE"]}),
        ({"no_healthcheck": False, "health_retries": 1}, {"Retries": 1}),
    ],
)
def test_the_settings_that_are_not_0_are_said(options: dict[str, Any], expected: dict[str, Any]) -> None:
    """The image's own are kept for the others."""
    assert health(options, HERE) == ({"Healthcheck": expected} if expected else {})


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"no_healthcheck": True, "health_cmd": "true"}, "--no-healthcheck does not go with --health-"),
        ({"health_interval": "-1s"}, "--health-interval is not negative"),
        ({"health_retries": -1}, "--health-retries is not negative"),
        ({"health_timeout": 5}, "--health-timeout wants a duration such as 30s"),
        ({"no_healthcheck": "yes"}, "--no-healthcheck is either True or False"),
    ],
)
def test_settings_that_docker_would_refuse_are_refused(options: dict[str, Any], complaint: str) -> None:
    """In the same sense."""
    with pytest.raises(UsageError, match=complaint):
        health(options, HERE)


def test_an_old_engine_knows_no_start_interval() -> None:
    """It would take no notice of it."""
    with pytest.raises(UsageError, match=r"--health-start-interval wants an engine of API 1.44"):
        health({"health_start_interval": "1s"}, Here({}, lambda: "1.43"))
