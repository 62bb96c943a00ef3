"""What the project says of its metrics, and that nothing less is accepted."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from harness.project import variant
from product_health.compiled.project import CompiledProject
from product_health.errors import UserError
from product_health.semantics.catalogue import MADE, UNITS, Catalogue
from structure import fails

NODE = "metric.product_health.nps"
DEPRECATED = {"since": "2026-01-01", "until": "2026-06-30", "use": "mau"}
Change = Callable[[dict[str, Any]], None]


def doctored(change: Change) -> CompiledProject:
    """The project with something else said of nps."""
    manifest = copy.deepcopy(dict(variant().manifest))
    change(manifest["metrics"][NODE])
    return replace(variant(), manifest=manifest)


def said(**meta: Any) -> Change:
    """Say something else under config.meta."""
    return lambda node: node["config"]["meta"].update(meta)


def unsaid(key: str) -> Change:
    """Leave something out of config.meta."""
    return lambda node: node["config"]["meta"].pop(key)


def described(key: str, text: str) -> Change:
    """Say something else beside config.meta."""
    return lambda node: node.update({key: text})


def test_what_a_metric_says_is_read() -> None:
    nps = Catalogue(variant()).metrics["nps"]
    assert (nps.label, nps.unit, nps.direction) == ("Net Promoter Score", "points", "up")
    assert (nps.owner, nps.tier, nps.version) == ("Customer success operations", "certified", 1)
    assert nps.grains == ("day", "week", "month", "quarter", "year")
    assert nps.margin == "nps_margin_of_error"
    assert nps.dimensions["survey"] == "nps__survey"
    assert nps.file == "metrics/voice.yml"
    assert nps.since <= date(2026, 12, 31)
    assert nps.deprecated is None
    assert nps.marts == ("nps_readings_v1",)
    assert Catalogue(variant()).owner(nps) == (
        "Customer success operations <csops@ourcompany.example>"
    )


def test_every_metric_of_the_folder_is_in_the_catalogue() -> None:
    """What dbt makes of measures is an input, and everything else a metric."""
    nodes = variant().manifest["metrics"].values()
    made = {node["name"] for node in nodes if node["description"] == MADE + node["name"]}
    assert set(Catalogue(variant()).metrics) == {node["name"] for node in nodes} - made
    assert not [node["name"] for node in nodes if node["name"] in made and node["config"]["meta"]]
    inputs = {name for one in Catalogue(variant()).metrics.values() for name in one.inputs}
    unread = made - inputs
    assert not unread, fails(unread, "no metric reads it: take create_metric from its measure")


def test_units_are_all_in_use() -> None:
    used = {metric.unit for metric in Catalogue(variant()).metrics.values()}
    assert used == set(UNITS)


def test_a_margin_has_the_unit_and_the_dimensions_of_its_metric() -> None:
    metrics = Catalogue(variant()).metrics
    wrong = [
        f"{one.file}: {one.name}"
        for one in metrics.values()
        if one.margin
        and (one.unit, one.dimensions, one.grains)
        != (
            metrics[one.margin].unit,
            metrics[one.margin].dimensions,
            metrics[one.margin].grains,
        )
    ]
    assert not wrong, fails(wrong, "a margin is read beside its metric: same unit, split and grain")
    assert sum(bool(one.margin) for one in metrics.values()) >= 4


@pytest.mark.parametrize(
    ("change", "told"),
    [
        *(
            (unsaid(key), f"add {key} under config.meta")
            for key in ("owner", "version", "since", "tier", "unit", "direction", "grains")
        ),
        (said(colour="red"), "unknown in config.meta: colour; known are owner, version"),
        (said(owner="Nobody"), "owner is 'Nobody', not one of Customer success operations, "),
        (said(unit="bananas"), "unit is 'bananas', not one of people, accounts"),
        (said(tier="gold"), "tier is 'gold', not one of certified, draft"),
        (said(direction="sideways"), "direction is 'sideways', not one of up, down, none"),
        (said(since="last year"), "since is 'last year', not a date like 2026-01-31"),
        (said(since="2026-02-30"), "since is '2026-02-30', not a date"),
        (said(version=0), "version is 0, not a whole number from 1"),
        (said(version="1.1"), "version is '1.1', not a whole number from 1"),
        (said(grains=[]), "grains are [], not some of day, week"),
        (said(grains=["day", "decade"]), "grains are ['day', 'decade'], not some of day, week"),
        (said(margin="nps_margin"), "margin is 'nps_margin', which is no metric"),
        (said(deprecated={"since": "2026-01-01"}), "deprecated needs exactly since, until, use"),
        (
            said(deprecated={"since": "2026-01-01", "until": "2026-06-30"}),
            "deprecated needs exactly since, until, use",
        ),
        (said(deprecated="yes"), "deprecated needs exactly since, until, use"),
        (
            said(deprecated=DEPRECATED | {"until": "soon"}),
            "deprecated: since and until are dates like 2026-01-31",
        ),
        (
            said(deprecated=DEPRECATED | {"use": "happiness"}),
            "deprecated: use is 'happiness', which is no metric",
        ),
        (described("label", ""), "needs a label and a description"),
        (described("description", " \n"), "needs a label and a description"),
    ],
)
def test_less_is_refused(change: Change, told: str) -> None:
    with pytest.raises(UserError) as raised:
        Catalogue(doctored(change))
    assert f"metrics/voice.yml: metric nps: {told}" in str(raised.value)


def test_all_that_is_wrong_is_told_at_once() -> None:
    def change(node: dict[str, Any]) -> None:
        said(unit="bananas", tier="gold", version=0)(node)
        described("label", "")(node)

    with pytest.raises(UserError) as raised:
        Catalogue(doctored(change))
    assert len(str(raised.value).splitlines()) == 4


def test_a_deprecation_says_since_until_and_use() -> None:
    found = Catalogue(doctored(said(deprecated=DEPRECATED))).metrics["nps"].deprecated
    assert found is not None
    assert (found.since, found.until) == (date(2026, 1, 1), date(2026, 6, 30))
    assert found.use == "mau"


def test_an_unknown_metric_is_told_with_those_near_it() -> None:
    with pytest.raises(UserError, match="no metric is called 'stickines': did you mean stickin"):
        Catalogue(variant()).find("stickines")


def nodes(part: str) -> list[Mapping[str, Any]]:
    """The nodes of a part of the manifest, which must have some."""
    found = list(variant().manifest[part].values())
    assert found
    return found


def test_saved_queries_and_exposures_are_described() -> None:
    wrong = [
        f"{node['original_file_path']}: {node['name']}"
        for node in (*nodes("saved_queries"), *nodes("exposures"), *nodes("semantic_models"))
        if not (node["description"] or "").strip()
    ]
    assert not wrong, fails(wrong, "give it a description")


def test_exposures_have_an_owner_of_a_group() -> None:
    owners = [group["owner"] for group in nodes("groups")]
    known = {(owner["name"], owner["email"]) for owner in owners}
    wrong = [
        f"{node['original_file_path']}: {node['name']} of {node['owner']['name']}"
        for node in nodes("exposures")
        if (node["owner"]["name"], node["owner"]["email"]) not in known
    ]
    assert not wrong, fails(wrong, "name an owner of models/marts/_groups.yml, with that address")


def test_exposures_read_metrics_or_marts() -> None:
    marts = {model.unique_id for model in variant().models if model.layer == "marts"}
    public = marts | set(variant().manifest["metrics"])
    wrong = [
        f"{node['original_file_path']}: {node['name']} reads {parent}"
        for node in nodes("exposures")
        for parent in node["depends_on"]["nodes"] or ["nothing"]
        if parent not in public
    ]
    assert not wrong, fails(wrong, "an exposure depends on metrics and marts")


def test_semantic_models_read_one_mart_each() -> None:
    marts = {model.unique_id for model in variant().models if model.layer == "marts"}
    wrong = [
        f"{node['original_file_path']}: {node['name']} reads {node['depends_on']['nodes']}"
        for node in nodes("semantic_models")
        if len(node["depends_on"]["nodes"]) != 1
        or not marts.issuperset(node["depends_on"]["nodes"])
    ]
    assert not wrong, fails(wrong, "model: ref(...) of a model of models/marts")
