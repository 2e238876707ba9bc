"""What a preview lists is what -f removes: on a real engine, over random mixtures, commands, flags and filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import dockmagic
from dockmagic import container_prune, image_prune, network_prune, system_prune, volume_prune
from tests.commands.prunable_mixture import mixtures

if TYPE_CHECKING:
    from tests.commands.prunable_mixture import Host, Mixture

COLUMNS = ["kind", "id", "name", "created", "size"]
FLAGS = {
    container_prune: (),
    network_prune: (),
    volume_prune: ("all",),
    image_prune: ("all",),
    system_prune: ("all", "volumes"),
}


def gone(before: dict[str, Any], after: dict[str, Any]) -> set[tuple[str, str]]:
    """What a person sees that is gone; tags only of images that are still there."""
    kinds = ("container", "network", "volume")
    found = {(kind, each) for kind in kinds for each in before[kind] - after[kind]}
    found |= {("image", each) for each in before["image"] - after["any image"]}
    lost = before["tag"].keys() - after["tag"].keys()
    return found | {("tag", tag) for tag in lost if before["tag"][tag] in after["any image"]}


def listed(frame: pd.DataFrame) -> set[tuple[str, str]]:
    """The same of the rows of a frame."""
    names = {"container": "id", "image": "id"}
    return {(row["kind"], row[names.get(row["kind"], "name")]) for row in frame.to_dict("records")}


@settings(max_examples=25, deadline=None)
@given(mixture=mixtures(), prune=st.sampled_from([*FLAGS, system_prune, image_prune]), data=st.data())
def test_what_a_preview_lists_is_what_is_removed(
    prune_host: Host, mixture: Mixture, prune: Any, data: st.DataObject
) -> None:
    """The same rows in the same order; the engine's own lists before and after are the judge. Not one thing more."""
    prune_host.empty()
    prune_host.fill(mixture)
    options: dict[str, Any] = {flag: data.draw(st.booleans(), label=flag) for flag in FLAGS[prune]}
    keys = st.sampled_from(["label=keep", "label=team=a", "label!=keep", "label!=team=b"])
    options["filter"] = data.draw(st.lists(keys, max_size=2), label="filter")
    if prune is not volume_prune and not options.get("volumes") and data.draw(st.booleans(), label="until"):
        options["filter"] += [f"until={data.draw(st.sampled_from(prune_host.seconds()))}"]

    before = prune_host.inventory()
    sentences: list[str] = []
    with dockmagic.connect(prune_host.host) as engine:
        preview = prune(engine, tell=sentences.append, **options)
        assert prune_host.inventory() == before
        removed = prune(engine, force=True, tell=sentences.append, **options)

    assert gone(before, prune_host.inventory()) == listed(preview)
    pd.testing.assert_frame_equal(preview[COLUMNS], removed[COLUMNS])
    assert not preview["removed"].any()
    assert removed["removed"].all()
    assert sentences[0].startswith("Would remove " if len(preview) else "There is nothing to remove.")
    assert sentences[1].startswith("Removed " if len(preview) else "Nothing was removed.")
