"""`Backoff`: how long a feed waits before it connects again."""

from __future__ import annotations

from dockmagic.feeds.backoff import Backoff


def test_waits_double_from_a_tenth_of_a_second_to_half_a_minute() -> None:
    """And stay there."""
    backoff = Backoff()
    waits = [backoff.wait() for _ in range(11)]
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]


def test_after_a_success_the_waits_are_short_again() -> None:
    """As at the beginning."""
    backoff = Backoff()
    backoff.wait()
    backoff.wait()
    backoff.reset()
    assert [backoff.wait(), backoff.wait()] == [0.1, 0.2]
