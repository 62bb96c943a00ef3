"""The product health page, as a browser shows it: numbers, filters, and text that stays text."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Browser, Page

from product_health.publish.readable import Readable
from product_health.report.command import written as page_of
from product_health.warehouse import warehouse_path

MOST_BYTES = 3_000_000
SETTLED = "document.readyState === 'complete'"
TAGS = (
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg onload=window.hacked=1>",
    "</pre><script>window.hacked=1</script>",
    '"><script>window.hacked=1</script>',
    "' onmouseover='window.hacked=1",
    "</style><script>window.hacked=1</script>",
    "</title><script>window.hacked=1</script>",
    "{{ cycler.__init__.__globals__ }}",
    "<a href=javascript:window.hacked=1>x</a>",
)
PAYLOADS = tuple(f"{tag}{number}" for number in range(10) for tag in TAGS)


def built_warehouse(root: Path) -> Path:
    """Give the warehouse that `dbt build` made; skips where there is none."""
    path = warehouse_path(root)
    if not path.exists():
        pytest.skip(f"nothing to read in {path}: dbt build comes first")
    return path


def written(root: Path, database: Path, target: Path) -> Path:
    """Write the page of a database to a folder."""
    file = target / "page.html"
    file.write_text(page_of(root, Readable(database)), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def file(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the warehouse that was built."""
    return written(root, built_warehouse(root), tmp_path_factory.mktemp("page"))


class Opened:
    """A page in a browser, and all that it complained of or asked for."""

    def __init__(self, browser: Browser, file: Path, width: int = 1280) -> None:
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": width, "height": 900})
        # a busy machine needs longer than Playwright waits by itself
        self.page.set_default_timeout(120_000)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        self.page.wait_for_function(SETTLED)

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(message.text)

    def value(self, metric: str, view: str = "all") -> str | None:
        """Give the number of a headline as the page holds it, if it is shown."""
        part = self.page.locator(f'[data-metric="{metric}"] [data-view="{view}"]')
        assert part.is_visible(), f"{metric} does not show {view}"
        number = part.locator("[data-value]")
        return number.get_attribute("data-value") if number.count() else None


@pytest.fixture(scope="module")
def opened(browser: Browser, file: Path) -> Opened:
    """The page, opened once."""
    return Opened(browser, file)


@pytest.fixture(scope="module")
def marts(root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse that the page was made of."""
    with duckdb.connect(str(built_warehouse(root)), read_only=True) as connection:
        yield connection


def one(marts: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """Give the only value of a query."""
    [(value,)] = marts.execute(sql).fetchall()
    return value


def test_it_is_one_small_file_that_asks_for_nothing(file: Path, opened: Opened) -> None:
    assert file.stat().st_size < MOST_BYTES
    assert opened.requests == [file.as_uri()]
    assert opened.problems == []
    outside = re.findall(
        r"(?:src|href|url)\s*[=(]\s*['\"]?(https?:[^'\" >]+)", file.read_text("utf-8")
    )
    assert [link for link in outside if not link.startswith("http://www.w3.org/")] == []


LAST = "is_complete and has_full_window order by date_day desc limit 1"


@pytest.mark.parametrize(
    ("metric", "column", "mart"),
    [
        ("mau", "mau", "usage_daily"),
        ("stickiness", "stickiness", "usage_daily"),
        ("overall_adoption", "overall_adoption", "adoption_daily"),
        ("nps", "nps", "nps_daily"),
        ("median_first_reply", "median_first_reply_minutes", "support_daily"),
    ],
)
def test_headlines_are_those_of_the_marts(
    opened: Opened, marts: duckdb.DuckDBPyConnection, metric: str, column: str, mart: str
) -> None:
    opened.page.select_option("select[data-filter=plan]", "")
    expected = one(marts, f"select {column} from marts.{mart}_v1 where {LAST}")
    shown = opened.value(metric)
    assert shown is not None
    assert float(shown) == pytest.approx(expected, rel=1e-12)


def test_filters_show_a_segment_and_say_what_is_not_split(
    opened: Opened, marts: duckdb.DuckDBPyConnection
) -> None:
    plan = one(
        marts,
        "select segment_value from marts.usage_daily_by_segment_v1 "
        "where segment_type = 'plan' and is_complete order by mau desc limit 1",
    )
    opened.page.select_option("select[data-filter=plan]", plan)
    mau = one(
        marts,
        "select mau from marts.usage_daily_by_segment_v1 where segment_type = 'plan' "
        f"and segment_value = '{plan}' and {LAST}",
    )
    assert opened.value("mau", f"plan={plan}") == str(mau)
    assert opened.page.inner_text("#shown") == f"Showing plan {plan}."
    assert opened.page.locator("#figure-l28 [data-note]").is_visible()
    assert not opened.page.locator("#figure-active [data-note]").is_visible()
    opened.page.select_option("select[data-filter=region]", index=1)
    assert opened.page.input_value("select[data-filter=plan]") == ""
    opened.page.select_option("select[data-filter=region]", "")
    assert opened.value("mau") is not None
    assert opened.problems == []


def test_tables_behind_charts_hold_the_marts_numbers(
    opened: Opened, marts: duckdb.DuckDBPyConnection
) -> None:
    day, nps, responses = marts.execute(
        f"select date_day, nps, responses from marts.nps_daily_v1 where {LAST}"
    ).fetchall()[0]
    table = opened.page.locator('#figure-nps [data-view="all"] table')
    last = [
        cell.strip() for cell in table.locator("tbody tr").last.locator("td").all_text_contents()
    ]
    assert last[0] == str(day)
    assert last[1] == f"{nps:.1f}"
    assert last[3] == f"{responses:,}"


def test_every_chart_has_a_name_and_a_table(opened: Opened) -> None:
    figures = opened.page.locator("section figure:has(svg)")
    assert figures.count() >= 12
    for number in range(figures.count()):
        figure = figures.nth(number)
        assert figure.locator("svg[aria-label], svg [aria-label]").count() > 0
        assert figure.locator("table").count() > 0


@pytest.mark.parametrize("key", ["nps_by_plan", "response_rate", "first", "contact_rate"])
def test_bars_tell_the_values_of_their_table(opened: Opened, key: str) -> None:
    figure = opened.page.locator(f"#figure-{key}")
    values = figure.locator("tbody tr td:last-child").all_text_contents()
    drawn = figure.locator("svg text").all_text_contents()
    assert len(values) > 1
    assert [value for value in values if drawn.count(value) < values.count(value)] == []


def test_margins_of_plans_are_drawn_and_told(
    opened: Opened, marts: duckdb.DuckDBPyConnection
) -> None:
    plans = marts.execute(
        "select segment_value, responses, nps, margin_of_error from marts.nps_daily_by_segment_v1 "
        "where segment_type = 'plan' and not is_small_sample and date_day = "
        f"(select date_day from marts.nps_daily_v1 where {LAST}) order by nps desc"
    ).fetchall()
    rows = opened.page.locator("#figure-nps_by_plan tbody tr")
    told = [row.locator("td").all_text_contents() for row in rows.all()]
    assert told == [[f"{p} ({n:,} answers)", f"{nps:.0f} ± {m:.0f}"] for p, n, nps, m in plans]
    lines = opened.page.locator("#figure-nps_by_plan svg .mark-rule.layer_1_marks line")
    assert lines.count() == len(plans)


def test_a_link_to_a_metric_opens_its_entry(opened: Opened) -> None:
    link = opened.page.locator('[data-metric="nps"] [data-view="all"] a[href^="#metric"]')
    entry = opened.page.locator("#metric-nps[open]")
    for _ in range(2):
        link.click()
        # the page may hear of it a moment later
        entry.wait_for(timeout=5000)
        opened.page.locator("#metric-nps > summary").click()
        opened.page.locator("#metric-nps:not([open])").wait_for(timeout=5000)
    link.click()
    entry.wait_for(timeout=5000)
    assert "Customer success operations" in entry.inner_text()
    assert "nps_readings" in (entry.text_content() or "")


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_it_fits_the_width_of_the_screen(browser: Browser, file: Path, width: int) -> None:
    shown = Opened(browser, file, width)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    shown.page.close()


def test_text_of_the_data_stays_text(root: Path, browser: Browser, tmp_path: Path) -> None:
    built = built_warehouse(root)
    database = tmp_path / built.name
    shutil.copy(built, database)
    with duckdb.connect(str(database)) as connection:
        _plant(connection)
    shown = Opened(browser, written(root, database, tmp_path))
    for name in ("plan", "region", "size_segment"):
        shown.page.select_option(f"select[data-filter={name}]", index=1)
    assert shown.page.evaluate("window.hacked") is None
    assert shown.problems == []
    assert len(shown.requests) == 1
    assert TAGS[0] in (shown.page.locator("#adoption").text_content() or "")
    shown.page.close()


def test_a_chart_without_values_says_so(root: Path, browser: Browser, tmp_path: Path) -> None:
    built = built_warehouse(root)
    database = tmp_path / built.name
    shutil.copy(built, database)
    with duckdb.connect(str(database)) as connection:
        for table in ("usage_daily", "usage_daily_by_segment", "adoption_feature_daily"):
            connection.execute(f"truncate marts.{table}_v1")
        connection.execute("truncate marts.nps_daily_v1")
        connection.execute("update marts.nps_daily_by_segment_v1 set is_small_sample = true")
    shown = Opened(browser, written(root, database, tmp_path))
    for key, told in (
        ("active", "No values yet."),
        ("launches", "No values yet."),
        ("nps", "No values yet: no date has all 90 days behind it."),
        ("nps_by_plan", "No values yet."),
    ):
        figure = shown.page.locator(f"#figure-{key}")
        assert told in figure.inner_text()
        assert figure.locator("svg:visible, table:visible").count() == 0
    card = shown.page.locator('[data-metric="mau"] [data-view="all"]')
    assert "no value yet" in card.inner_text()
    assert "\n·" not in card.inner_text()
    assert shown.problems == []
    shown.page.close()


def _plant(connection: duckdb.DuckDBPyConnection) -> None:
    """Write a payload into every text of the marts that the page shows, each another one."""
    payloads = "[" + ", ".join("'" + payload.replace("'", "''") + "'" for payload in PAYLOADS) + "]"
    for place, (table, column) in enumerate(
        (
            ("dim_features_v1", "feature_name"),
            ("usage_daily_by_segment_v1", "segment_value"),
            ("nps_daily_by_segment_v1", "segment_value"),
            ("adoption_feature_daily_by_plan_v1", "plan"),
            ("trust_row_outcomes_v1", "entity"),
            ("trust_rejection_reasons_v1", "rejection_reason"),
            ("trust_freshness_v1", "entity"),
        )
    ):
        numbered = (
            f"select old, row_number() over (order by old) + {13 * place} as number "
            f"from (select distinct {column} as old from marts.{table})"
        )
        connection.execute(
            f"update marts.{table} set {column} = list_extract({payloads}, 1 + number % 100) "
            f"from ({numbered}) as numbers where {column} = numbers.old"
        )
