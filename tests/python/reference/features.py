"""Features as the seed has them, and which activity is eligible for one or counts as use."""

from datetime import date
from typing import NamedTuple

from .activity import Activity, World
from .company import Row, seed_date, seed_flag, seed_list


class Feature(NamedTuple):
    """A feature of the product; no plans means every plan, no launch means always there."""

    key: str
    name: str
    is_core: bool
    plans: list[str]
    launched_on: date | None
    min_uses: int

    def is_launched(self, day: date) -> bool:
        """Tell whether the feature was there on a date."""
        return self.launched_on is None or self.launched_on <= day


def features(world: World) -> list[Feature]:
    """Give the features of the seed by key."""
    found = [
        Feature(
            key=row["feature_key"],
            name=row["feature_name"],
            is_core=seed_flag(row["is_core"]),
            plans=seed_list(row["plans"]),
            launched_on=seed_date(row["launched_on"]),
            min_uses=int(row["min_uses"] or 1),
        )
        for row in world.company.seed("features")
    ]
    return sorted(found, key=lambda feature: feature.key)


def is_entitled(world: World, one: Activity, feature: Feature) -> bool:
    """Tell whether the account of an activity was entitled to a feature on its date."""
    return world.accounts.is_entitled(one.account, feature.plans, one.day)


def is_eligible(world: World, one: Activity, feature: Feature) -> bool:
    """Tell whether an activity makes its person and account eligible for a feature."""
    return feature.is_launched(one.day) and is_entitled(world, one, feature)


def counted_uses(world: World, feature: Feature) -> list[Activity]:
    """Give the uses of a feature that count: after its launch, by an account entitled to it."""
    return [
        one
        for one in world.activity
        if one.feature == feature.key and is_eligible(world, one, feature)
    ]


def dim_features(world: World) -> list[Row]:
    """Give the features of the seed."""
    return [
        {
            "feature_key": feature.key,
            "feature_name": feature.name,
            "is_core": feature.is_core,
            "plans": "|".join(feature.plans) or None,
            "launched_on": feature.launched_on,
            "min_uses": feature.min_uses,
        }
        for feature in features(world)
    ]
