"""Changes to a copy of the project, each as somebody would make it."""

import re

from scratch import Scratch

NPS_RULE = "nps_category.sql"


def least_promoter(copy: Scratch) -> int:
    """Give the least score of a promoter, whatever the project says that it is."""
    found = re.search(r">= (\d+) then 'promoter'", copy.path(NPS_RULE).read_text("utf-8"))
    assert found, f"{NPS_RULE} has no least score of a promoter"
    return int(found[1])


def nps_threshold(copy: Scratch) -> None:
    """Make a promoter of a score one lower: a threshold in a macro."""
    least = least_promoter(copy)
    copy.edit(NPS_RULE, (f">= {least} then", f">= {least - 1} then"))


def sundays(copy: Scratch) -> None:
    """Count one more on Sundays; no month of the fixed company ends on one."""
    more = "people.active_day + case when extract(dow from dates.date_day) = 0 then 1 else 0 end"
    copy.edit("usage_daily.sql", ("people.active_day as dau", f"{more} as dau"))


def retention_filter(copy: Scratch) -> None:
    """Count the first cohorts too: a filter in the YAML of a metric."""
    where = "metrics/lifecycle.yml"
    text = copy.path(where).read_text(encoding="utf-8")
    day_7 = text.index("- name: retention_day_7")
    condition = "\n      and not {{ Dimension('retention__is_left_censored') }}"
    at = text.index(condition, day_7)
    copy.path(where).write_text(text[:at] + text[at + len(condition) :], encoding="utf-8")


def business_hours(copy: Scratch) -> None:
    """Open for longer: a rule in a seed."""
    copy.edit("business_hours.csv", ("09:00,17:00", "06:00,22:00"))


def urgent_tickets_only(copy: Scratch) -> None:
    """Leave tickets out four models upstream of the mart."""
    copy.edit(
        "stg_landing__support_tickets.sql",
        ("select * from judged", "select * from judged\nwhere priority <> 'low'"),
    )


def answers_of_accounts_only(copy: Scratch) -> None:
    """Drop answers without an account: a left join becomes an inner one."""
    copy.edit("int_voice_responses.sql", ("left join spans", "inner join spans"))


def first_answer_counts(copy: Scratch) -> None:
    """Keep the first of several answers and not the last: the order of a deduplication."""
    copy.edit("survey_window.sql", ("order by responded_at,", "order by responded_at desc,"))


def later_repeats_only(copy: Scratch) -> None:
    """Compare with later events only, once the table is there: a branch of an incremental model."""
    condition = "occurred_at >= {{ first_new_at }}"
    copy.edit("int_usage_event_duplicates.sql", (condition, condition.replace(">=", ">")))


def comments(copy: Scratch) -> None:
    """Say more in SQL, macros and YAML."""
    copy.edit("nps_category.sql", ("    case", "    -- as everybody does\n    case"))
    copy.edit("csat_daily.sql", ("select", "-- one row a date\nselect"))
    copy.edit("metrics/voice.yml", ("# What customers say", "# Still what customers say"))


def formatting(copy: Scratch) -> None:
    """Write a model in capitals, on other lines."""
    copy.edit("int_sessions.sql", ("select", "SELECT"), ("\nfrom ", "\n   FROM  "))


def cte_names(copy: Scratch) -> None:
    """Call a CTE otherwise."""
    copy.edit("usage_sessions_daily.sql", ("daily", "of_each_date"))


def column_order(copy: Scratch) -> None:
    """Give two columns in another order."""
    copy.edit(
        "support_daily.sql",
        ("count(case when change_type = 'solved' then 1 end) as tickets_solved,", ""),
        (
            "count(case when change_type = 'reopened' then 1 end) as tickets_reopened",
            (
                "count(case when change_type = 'reopened' then 1 end) as tickets_reopened,\n"
                "        count(case when change_type = 'solved' then 1 end) as tickets_solved"
            ),
        ),
    )


def docs(copy: Scratch) -> None:
    """Describe a mart and a metric in other words."""
    copy.edit("usage_sessions_daily.yml", ("Sessions by the date", "Visits by the date"))
    copy.edit("metrics/usage.yml", ("Sessions that began in the period", "Visits of the period"))


def tests(copy: Scratch) -> None:
    """Test a column for more."""
    copy.edit(
        "ces_readings.yml",
        ("- name: is_complete", "- name: is_complete\n        data_tests: [not_null]"),
    )


def model_name(copy: Scratch) -> None:
    """Call a model otherwise, wherever it is read."""
    for suffix in (".sql", ".yml"):
        path = copy.path(f"int_growth{suffix}")
        path.rename(path.with_stem("int_growth_of_base"))
    copy.edit("int_growth_of_base.yml", ("name: int_growth", "name: int_growth_of_base"))
    copy.edit("_int_growth__unit_tests.yml", ("model: int_growth", "model: int_growth_of_base"))
    copy.edit("adoption_daily.sql", ("ref('int_growth')", "ref('int_growth_of_base')"))
    copy.edit("_adoption_daily__unit_tests.yml", ("ref('int_growth')", "ref('int_growth_of_base')"))


def mart_column_name(copy: Scratch) -> None:
    """Call a column of a mart otherwise, in its contract and in the metric that reads it too."""
    copy.edit("usage_sessions_daily.sql", ("0) as sessions,", "0) as begun_sessions,"))
    copy.edit("usage_sessions_daily.yml", ("- name: sessions\n", "- name: begun_sessions\n"))
    copy.edit("metrics/usage.yml", ("expr: sessions", "expr: begun_sessions"))


def waves_of_people(copy: Scratch) -> None:
    """Leave rows out of a mart."""
    path = copy.path("survey_waves.sql")
    text = path.read_text(encoding="utf-8").rstrip()
    path.write_text(f"{text}\nwhere waves.wave_month <> date '2025-01-01'\n", encoding="utf-8")


def dimension_name(copy: Scratch) -> None:
    """Call a dimension of CES otherwise."""
    of_ces = copy.path("metrics/voice.yml").read_text(encoding="utf-8")
    at = of_ces.index("{name: region,", of_ces.index("- name: ces_readings"))
    renamed = of_ces[:at] + of_ces[at:].replace(
        "{name: region, type: categorical}",
        "{name: area, type: categorical, expr: region}",
        1,
    )
    copy.path("metrics/voice.yml").write_text(renamed, encoding="utf-8")


def metric_name(copy: Scratch) -> None:
    """Call a metric otherwise."""
    copy.edit("metrics/voice.yml", ("- name: nps_response_rate", "- name: nps_reply_rate"))
    copy.edit("metrics/readers.yml", ("nps_response_rate", "nps_reply_rate"))


def metric_gone(copy: Scratch) -> None:
    """Take a metric out."""
    text = copy.path("metrics/support.yml").read_text(encoding="utf-8")
    start = text.index("  - name: tickets_reopened\n    label")
    end = text.index("  - name: ", start + 1)
    copy.path("metrics/support.yml").write_text(text[:start] + text[end:], encoding="utf-8")


def metric_added(copy: Scratch) -> None:
    """Add a metric like another one, of all dates."""
    text = copy.path("metrics/usage.yml").read_text(encoding="utf-8")
    start = text.index("  - name: sessions\n    label")
    block = text[start:].replace("name: sessions", "name: sessions_so_far", 1)
    block = block.replace("label: Sessions", "label: Sessions so far")
    lines = [line for line in block.splitlines() if "filter:" not in line]
    copy.path("metrics/usage.yml").write_text(
        text + "\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )


def dimension_added(copy: Scratch) -> None:
    """Split the retention of cohorts by one more thing."""
    line = "      - {name: is_left_censored, type: categorical}\n"
    added = "      - {name: period_type, type: categorical}\n"
    copy.edit("metrics/lifecycle.yml", (line, line + added))


def version_raised(copy: Scratch) -> None:
    """Raise the version of a metric and say so in the changelog."""
    version = raise_version(copy, "metrics/support.yml", "backlog")
    since_later(copy, "metrics/support.yml", "backlog")
    with copy.path("CHANGELOG.md").open("a") as file:
        file.write(f"\n- `backlog` v{version}: said anew\n")


def raise_version(copy: Scratch, file: str, metric: str) -> int:
    """Raise the version of a metric, and give it."""
    return _raise(copy, file, metric, "version", r"\d+")


def since_later(copy: Scratch, file: str, metric: str) -> None:
    """Let the version of a metric be right from a year later on."""
    _raise(copy, file, metric, "since", r"\d{4}")


def _raise(copy: Scratch, file: str, metric: str, key: str, number: str) -> int:
    text = copy.path(file).read_text(encoding="utf-8")
    found = re.compile(rf"{key}: ({number})").search(text, text.index(f"  - name: {metric}\n    l"))
    assert found
    raised = int(found[1]) + 1
    text = f"{text[: found.start(1)]}{raised}{text[found.end(1) :]}"
    copy.path(file).write_text(text, encoding="utf-8")
    return raised


def dimensions_swapped(copy: Scratch) -> None:
    """Let two dimensions of CSAT take the place of each other."""
    text = copy.path("metrics/voice.yml").read_text(encoding="utf-8")
    at = text.index("- name: csat_readings")
    part = (
        text[at:]
        .replace(
            "{name: plan, type: categorical}", "{name: plan, type: categorical, expr: region}", 1
        )
        .replace(
            "{name: region, type: categorical}", "{name: region, type: categorical, expr: plan}", 1
        )
    )
    copy.path("metrics/voice.yml").write_text(text[:at] + part, encoding="utf-8")


def of_readers(copy: Scratch) -> None:
    """Change what whoever asks for metrics meets."""
    names = (dimension_name, metric_name, metric_gone, metric_added)
    for change in (*names, dimension_added, version_raised, dimensions_swapped):
        change(copy)


def column_not_there(copy: Scratch) -> None:
    """Let a metric, and a new one, name a column that their mart does not have."""
    copy.edit("metrics/usage.yml", ("expr: sessions", "expr: sessionz"))
    metric_added(copy)


def cycle(copy: Scratch) -> None:
    """Make two metrics of each other."""
    inputs = "_total, {0}_part, usage_total_rows, usage_rows"
    for one, other in (("dau", "wau"), ("wau", "dau")):
        made_of = f"metrics: [{one}{inputs.format(one)}"
        copy.edit("metrics/usage.yml", (f"{made_of}]", f"{made_of}, {other}]"))


def two_of_one_name(copy: Scratch) -> None:
    """Give a metric the name of another."""
    copy.edit("metrics/usage.yml", ("- name: wau\n", "- name: dau\n"))


def argument_left_out(copy: Scratch) -> None:
    """Call a macro without one of its arguments, for which Jinja fills in nothing."""
    copy.edit(
        "int_csat_scores.sql", ("{{ csat('satisfied', 'rated') }}", "{{ csat('satisfied') }}")
    )


def argument_misspelt(copy: Scratch) -> None:
    """Misspell the argument of a macro within it."""
    edge = "}} >= " + str(least_promoter(copy))
    copy.edit(NPS_RULE, ("{{ score " + edge, "{{ scor " + edge))


def filter_misspelt(copy: Scratch) -> None:
    """Misspell the dimension in the filter of a metric."""
    copy.edit("metrics/usage.yml", ("sessions__is_complete", "sessions__is_complet"))


def metric_deprecated(copy: Scratch) -> None:
    """Say of a metric that it goes."""
    path = copy.path("metrics/support.yml")
    text = path.read_text(encoding="utf-8")
    at = text.index("        owner: ", text.index("  - name: tickets_reopened\n    label"))
    out = "        deprecated: {since: 2026-11-01, until: 2027-01-31, use: tickets_created}\n"
    path.write_text(f"{text[:at]}{out}{text[at:]}", encoding="utf-8")
