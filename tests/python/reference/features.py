"""Features as the seed has them."""

from datetime import date
from typing import NamedTuple

from .company import Company, Row, seed_date, seed_flag, seed_list


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


def features(company: Company) -> list[Feature]:
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
        for row in company.seed("features")
    ]
    return sorted(found, key=lambda feature: feature.key)


def dim_features(company: Company) -> list[Row]:
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
        for feature in features(company)
    ]
