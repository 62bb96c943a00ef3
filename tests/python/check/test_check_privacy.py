"""No text of the data gets into what the check says or writes."""

import os
import re
import socket

import pytest

from checked_project import Answer, Checked

PERSONAL = [f"canary{n}.person{n}@secret{n}.example" for n in range(10)] + [
    f"+49 170 55512{n:02} Canary Surname{n}" for n in range(10)
]
MARKUP = [
    "<script>alert('payload0')</script>",
    "<img src=x onerror=alert('payload1')>",
    "</pre></td><script src=//payload2.example></script>",
    '"><svg onload=alert("payload3")>',
    "javascript:alert('payload4')",
    "{{ payload5.__class__ }}",
    "{% include 'payload6' %}",
    "[link](javascript:payload7)",
    "[bold red]payload8[/bold red]",
    "\x1b[31mpayload9\x1b[0m",
    "</title><script>payload10</script>",
    "<style>@import '//payload11.example'</style>",
    "<iframe srcdoc='payload12'></iframe>",
    "&lt;payload13&gt;",
    "<!-- payload14 -->",
    "'; drop table payload15; --",
    "<a href='data:text/html,payload16'>x</a>",
    "<base href='//payload17.example'>",
    "%s %(payload18)s {payload18} $payload18",
    "<meta http-equiv=refresh content='0;url=//payload19.example'>",
]


@pytest.fixture
def planted(checked: Checked) -> Checked:
    """Personal values and markup in every text of the warehouse, in rows that fail."""
    texts = [*PERSONAL, *MARKUP]
    assert len(PERSONAL) == len(MARKUP) == 20
    listed = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    canaries = f"(select unnest([{listed}]) as canary)"
    checked.sql(
        "delete from intermediate.int_unknown_accounts",
        "insert into intermediate.int_unknown_accounts select canary, canary from " + canaries,
        "insert into marts.dim_accounts_v1 "
        f"select canary, canary, -1, false, date '2025-04-10' from {canaries}",
        "insert into marts.adoption_readings_v1 "
        f"select date '2025-04-10', canary, true, 99, -1 from {canaries}",
        "insert into marts.usage_readings_v1 "
        f"select date '2025-04-10', 50, 50, 2, 50, false, canary, true from {canaries}",
        "insert into marts.voice_responses_v1 "
        f"select 'nps', canary, date '2025-04-10' from {canaries}",
        "create table marts.comments as select canary as comment from " + canaries,
        "insert into intermediate.int_loads select 2, canary, timestamp '2025-01-01', "
        "timestamp '2024-01-01' from " + canaries,
        "insert into intermediate.int_heartbeats "
        f"select canary, canary, timestamp '2025-01-01', 2 from {canaries}",
        "insert into intermediate.int_row_accounting "
        f"select canary, 2, 1000, 0, 500, 500 from {canaries}",
        "insert into intermediate.int_survey_responses "
        f"select canary, canary, 10, timestamp '2025-04-09', 'accepted' from {canaries}, range(40)",
        "insert into intermediate.int_usage_event_days select 1, 'accepted', canary, null, canary, "
        f"date '2025-04-08', 9999, timestamp '2025-04-08' from {canaries}",
    )
    return checked


def assert_no_canary(answer: Answer) -> None:
    for text in (answer.said, answer.page, answer.written):
        assert text
        assert not re.search(r"canary\d|Canary|secret\d|payload\d|55512", text)


def test_no_value_of_the_data_is_told(planted: Checked) -> None:
    answer = planted()
    failed = set(answer.failed)
    # the canaries are in the rows that these are about
    assert {
        "published/every_mart/no_email_address",
        "published/every_mart/no_personal_column",
        "published/dim_accounts/arr_is_not_negative",
        "published/adoption_readings/depth_is_not_negative",
        "published/usage_readings/no_segment_is_larger_than_the_total",
        "landed/freshness/everything_else_keeps_coming",
        "landed/loads/no_heartbeat_is_ahead_of_its_landing",
        "landed/rows_set_aside/no_load_is_mostly_quarantined",
        "landed/crm_accounts/few_accounts_are_missing_in_the_crm",
        "landed/survey_responses/no_score_crowds_out_the_others",
        "landed/usage_events/event_names_are_known",
    } <= failed
    assert answer.exit_code == 1
    assert_no_canary(answer)


def test_arguments_that_gx_would_show_values_of_show_none(planted: Checked) -> None:
    planted.suite(
        "published/names",
        """
relation: marts.dim_accounts_v1
description: Expectations whose results would carry values.
expectations:
  - {name: in_set, description: d, severity: error, expect: expect_column_values_to_be_in_set,
     column: account_name, value_set: [x]}
  - {name: set_of_all, description: d, severity: error,
     expect: expect_column_distinct_values_to_be_in_set, column: account_name, value_set: [x]}
  - {name: common, description: d, severity: error,
     expect: expect_column_most_common_value_to_be_in_set, column: account_name, value_set: [x]}
""",
    )
    answer = planted("--suite", "published/names")
    assert answer.written, answer.said
    assert len(answer.failed) == 3, answer.said
    assert_no_canary(answer)


def test_an_error_that_quotes_a_value_is_not_passed_on(planted: Checked) -> None:
    planted.suite(
        "published/cast",
        """
relation: marts.dim_accounts_v1
description: A query that fails at a value.
expectations:
  - name: casts
    description: d
    severity: error
    expect: UnexpectedRowsExpectation
    unexpected_rows_query: select cast(account_name as integer) as number from {batch}
""",
    )
    answer = planted("--suite", "published/cast")
    assert answer.exit_code == 1
    assert "published/cast.yml, casts: could not be evaluated" in answer.said
    assert "ConversionException" in answer.said
    assert not re.search(r"canary\d|payload\d", answer.said)


def test_the_page_loads_nothing_and_runs_nothing(checked: Checked) -> None:
    checked.suite(
        "published/markup",
        """
relation: marts.dim_accounts_v1
description: <script>alert('of a suite')</script>
owner: <img src=x onerror=alert(1)>
expectations:
  - name: <b>bold</b>
    description: "</td><script>alert('of an expectation')</script> [bold]x[/bold]"
    severity: warn
    expect: expect_column_values_to_be_between
    column: arr
    min_value: 1000
""",
    )
    page = checked("--suite", "published/markup").page
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    tags = " ".join(re.findall(r"<[a-zA-Z][^>]*>", page))
    assert not re.search(r"""\bsrc=|\bon\w+=|href=(?!"#)|@import|url\(|https?:""", tags)
    assert "default-src 'none'" in page


def test_nothing_calls_out(checked: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        message = "somebody calls out"
        raise AssertionError(message)

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert checked("--suite", "published/usage_l28").exit_code == 0
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
