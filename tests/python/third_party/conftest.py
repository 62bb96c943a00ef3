"""The third-party data sets, each landed and built once."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from third_party.data_set import DataSet, Project, Tables, copy_project

# Every event of the shop is a feature; the messages' only event is left to be found unlisted.
SHOP_EVENTS = (
    "account_page", "add_to_cart", "cart", "catalog", "checkout_bug", "compare", "error_page",
    "filter_results", "home", "payment_details", "payment_error", "product_view", "promo_page",
    "purchase", "review_page", "search", "shipping_details", "support_chat", "wishlist_add",
)  # fmt: skip
FEATURES = "feature_key,feature_name,is_core,plans,launched_on,min_uses\n" + "".join(
    f"{event},{event},false,,,1\n" for event in SHOP_EVENTS
)
EVENT_CATALOGUE = "event_name,feature_key,is_qualifying\n" + "".join(
    f"{event},{event},true\n" for event in SHOP_EVENTS
)

# Every row counts, repeats too (@row_number), as the reference counts them. It also counts the
# last, partial day, so that the source is said to be whole until that day's end.
LAND_MESSAGES = """
    product-health land usage_events --from {raw}/CollegeMsg.txt.gz
        --delimiter space --columns src,dst,unixts
        --map actor_id=src --map occurred_at=unixts:epoch --map event_id=@row_number
        --set event_name=message_sent --complete-until 2004-10-27
"""
LAND_SHOP = """
    product-health land usage_events --from {raw}/ecom.csv.gz --rest-to properties
        --map actor_id=user_id --map event_name=event --map occurred_at=timestamp
        --map event_id=@row_number --complete-until 2024-06-30
"""
USAGE = ("usage_daily", "usage_monthly", "usage_lifecycle", "usage_retention", "usage_l28")
MESSAGES = (*USAGE, "int_unlisted_event_names", "int_usage_event_days")
SHOP = (
    *USAGE,
    "usage_daily_by_segment",
    "usage_sessions_daily",
    "adoption_feature_daily",
    "dim_people",
)
# What is built again where only the last complete date is another.
RETENTION = (
    "int_as_of_dates int_usage_dates int_usage_periods int_cohort_last_periods int_retention_cells "
    "usage_retention"
)


def upstream(models: tuple[str, ...]) -> str:
    """Select models and all that they are made of."""
    return " ".join(f"+{name}" for name in models)


@dataclass(frozen=True)
class Usage:
    """A data set, the tables that it gave, and the reference's answers.

    whole is retention as if the data were whole until the end of the last week and month.
    """

    data_set: DataSet
    tables: Tables
    whole: Tables
    reference: dict[str, Any]


@pytest.fixture(scope="session")
def project(root: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with the shop's catalogue; skips where there is no data."""
    assert shared_data.is_dir()
    seeds = {"features": FEATURES, "event_catalogue": EVENT_CATALOGUE}
    return copy_project(root, tmp_path_factory.mktemp("third_party") / "project", seeds)


def reference(data_set: DataSet) -> Any:
    """Read the reference's answers."""
    return json.loads((data_set.source / "reference.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def messages(project: Project, shared_data: Path) -> Usage:
    """Private messages among students: who sends one is active."""
    data_set = DataSet(project, "messages", shared_data / "collegemsg")
    data_set.land(LAND_MESSAGES)
    tables = data_set.build(upstream(MESSAGES), MESSAGES)
    whole = data_set.build(RETENTION, ("usage_retention",), as_of_date="2004-10-31")
    return Usage(data_set, tables, whole, reference(data_set)["usage_sending"])


@pytest.fixture(scope="session")
def shop(project: Project, shared_data: Path) -> Usage:
    """A made-up shop's clicks."""
    data_set = DataSet(project, "shop", shared_data / "retentioneering_ecom")
    data_set.land(LAND_SHOP)
    tables = data_set.build(upstream(SHOP), SHOP)
    whole = data_set.build(RETENTION, ("usage_retention",), as_of_date="2024-06-30")
    return Usage(data_set, tables, whole, reference(data_set)["usage"])
