"""Holds a mart against the reference, row by row, and says where they part."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from reference import Row

RELATIVE = 1e-9
MOST_TOLD = 3
MOST_LETTERS = 600

# The grain of each mart: the columns by which its rows are matched.
KEYS: Mapping[str, tuple[str, ...]] = {
    "adoption_daily": ("date_day",),
    "adoption_feature_daily": ("date_day", "feature_key"),
    "adoption_feature_daily_by_plan": ("date_day", "plan", "feature_key"),
    "adoption_feature_retention": ("period_type", "period_start", "feature_key"),
    "adoption_first_features": ("cohort_date", "feature_key"),
    "adoption_time_to_adopt": ("feature_key",),
    "adoption_time_to_adopt_curve": ("feature_key", "days"),
    "ces_daily": ("date_day",),
    "ces_daily_by_segment": ("date_day", "segment_type", "segment_value"),
    "csat_daily": ("date_day",),
    "csat_daily_by_segment": ("date_day", "segment_type", "segment_value"),
    "dim_accounts": ("account_id",),
    "dim_accounts_history": ("account_id", "valid_from_date"),
    "dim_dates": ("date_day",),
    "dim_features": ("feature_key",),
    "dim_people": ("person_id",),
    "nps_daily": ("date_day",),
    "nps_daily_by_segment": ("date_day", "segment_type", "segment_value"),
    "nps_daily_by_survey": ("date_day", "survey_id"),
    "support_account_daily": ("date_day", "account_id"),
    "support_daily": ("date_day",),
    "support_feature_daily": ("date_day", "feature_key"),
    "support_tickets": ("source_system", "ticket_id"),
    "survey_waves": ("survey_id", "wave_month"),
    "trust_freshness": ("family", "entity"),
    "trust_rejection_reasons": ("entity", "rejection_reason"),
    "trust_row_outcomes": ("entity", "load_id"),
    "trust_values_set_aside": ("entity", "column_name", "reason"),
    "usage_daily": ("date_day",),
    "usage_daily_by_segment": ("date_day", "segment_type", "segment_value"),
    "usage_l28": ("date_day", "active_days"),
    "usage_lifecycle": ("period_type", "period_start"),
    "usage_monthly": ("month_start",),
    "usage_retention": ("period_type", "cohort_start", "period_number"),
    "usage_sessions_daily": ("date_day",),
    "voice_responses": ("source_system", "response_id"),
}


class Difference(NamedTuple):
    """A row in which a mart and the reference part; `company` tells which one it was."""

    mart: str
    text: str
    company: str = ""


def differences(
    mart: str, key: Sequence[str], expected: Iterable[Row], actual: Iterable[Row]
) -> list[Difference]:
    """Tell every difference between what the reference expects and what the mart holds."""
    wanted, told = _by_key("reference", key, expected)
    found, repeated = _by_key("mart", key, actual)
    told += repeated
    told += [f"{_name(key, row)}: not in the mart" for row in _in_order(wanted.keys() - found)]
    told += [f"{_name(key, row)}: not in the reference" for row in _in_order(found.keys() - wanted)]
    for row in _in_order(wanted.keys() & found):
        columns = _unequal(wanted[row], found[row])
        if columns:
            told.append(f"{_name(key, row)}: {columns}")
    return [Difference(mart, one) for one in told]


def _by_key(
    side: str, key: Sequence[str], rows: Iterable[Row]
) -> tuple[dict[tuple[Any, ...], Row], list[str]]:
    keyed: dict[tuple[Any, ...], Row] = {}
    told = []
    for row in rows:
        values = tuple(row[column] for column in key)
        if values in keyed:
            told.append(f"{_name(key, values)}: twice in the {side}")
        keyed[values] = row
    return keyed, told


def _in_order(keys: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(keys, key=str)


def _name(key: Sequence[str], values: Iterable[Any]) -> str:
    return " ".join(f"{column}={value}" for column, value in zip(key, values, strict=True))


def _unequal(expected: Row, actual: Row) -> str:
    columns = sorted(expected.keys() | actual.keys())
    return "; ".join(
        f"{column} is {_shown(actual, column)}, reference {_shown(expected, column)}"
        for column in columns
        if column not in expected
        or column not in actual
        or not equal(expected[column], actual[column])
    )


def _shown(row: Row, column: str) -> str:
    return repr(row[column]) if column in row else "(no such column)"


def equal(expected: Any, actual: Any) -> bool:
    """Compare two values; floats to one part in 10^9, all else exactly, types included."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, float) or isinstance(actual, float):
        return _is_close(expected, actual)
    return bool(expected == actual)


def _is_close(expected: Any, actual: Any) -> bool:
    if not isinstance(expected, float | int) or not isinstance(actual, float | int):
        return expected is None and actual is None
    return math.isclose(expected, actual, rel_tol=RELATIVE, abs_tol=RELATIVE)


def summary(told: Sequence[Difference]) -> str:
    """Put the first differences of each mart into one message."""
    by_mart: dict[str, list[Difference]] = {}
    for one in told:
        by_mart.setdefault(one.mart, []).append(one)
    lines = []
    for mart, found in by_mart.items():
        lines += [f"{one.company}{mart} {one.text}"[:MOST_LETTERS] for one in found[:MOST_TOLD]]
        lines += [f"... and {len(found) - MOST_TOLD} more like these"] * (len(found) > MOST_TOLD)
    return "\n".join(lines)
