"""What looks like personal data, and what only looks nearly so: the patterns in dbt_project.yml."""

from pathlib import Path

import duckdb
import pytest
import yaml

from checked_project import Checked

PERSONAL = {
    "email_pattern": (
        "josé@example.com",
        "anna@müller.de",
        "用户@例子.公司",
        "пётр@пример.рф",
        "anna\uff20example.com",
        "anna@example\uff0ecom",
        '"anna müller"@example.com',
        "mailto:anna.b+c@ex-ample.co.uk",
        "<anna@example.com>, and others",
        "anna@xn--mller-kva.de",
        "anna@[192.168.0.1]",
        "a%40example.com",
        "a%2540example.com",
        "jos%C3%A9%40m%C3%BCller.de",
        "anna@ex\u200bample.com",
    ),
    "phone_pattern": (
        "+4915112345678",
        "+49 (0)30 / 123456-7",
        "tel:+1-555-123-4567",
        "call +33 1 23 45 67 89 now",
        "\uff0b\uff14\uff19\uff11\uff15\uff11\uff11\uff12\uff13\uff14\uff15\uff16\uff17",
        "(555) 123-4567",
        "555.123.4567",
        "0151 23456789",
        "01 23 45 67 89",
    ),
    "name_pattern": (
        "Anna Müller",
        "Müller, Anna",
        "anna.mueller",
        "Anna-Lena O'Brien",
        "José María García López",
        "Анна Иванова",
    ),
}
HARMLESS = {
    "email_pattern": (
        "sdk@1.2.3",
        "npm@latest",
        "@mention",
        "5 @ 3.50",
        "https://example.com/@user/post.html",
        "<style>@import '//payload.example/x.css'</style>",
    ),
    "phone_pattern": (
        "4915112345678",
        "0012345678901",
        "2026-02-05 12:00:00+01:00",
        "123e4567-e89b-12d3-a456-426614174000",
        "12345678-1234-1234-1234-123456789012",
        "192.168.100.1000",
        "1000-4999 people",
        "$1 200 000",
    ),
    "name_pattern": ("per_100018", "user 12", "abcdef", "cus_NffrFeUfNV", "a.b", "web-user"),
}


def looks_so(root: Path, pattern: str, text: str) -> bool:
    project = yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8"))
    sql = "select regexp_matches(?, ?)"
    [(found,)] = duckdb.execute(sql, [text, project["vars"][pattern]]).fetchall()
    return bool(found)


@pytest.mark.parametrize("pattern", PERSONAL)
def test_what_is_personal_looks_so_in_any_script(root: Path, pattern: str) -> None:
    assert [text for text in PERSONAL[pattern] if not looks_so(root, pattern, text)] == []


@pytest.mark.parametrize("pattern", HARMLESS)
def test_what_is_harmless_does_not(root: Path, pattern: str) -> None:
    assert [text for text in HARMLESS[pattern] if looks_so(root, pattern, text)] == []


def test_ids_are_named_by_column_and_count_with_what_to_type(checked: Checked) -> None:
    checked.sql("update marts.voice_responses_v1 set person_id = person_id || '@пример.рф'")
    answer = checked("--suite", "published/every_mart")
    assert "column_name person_id, rows_with_an_address 40" in answer.said
    assert "export DBT_ENV_SECRET_PERSON_KEY=" in answer.said
    assert "пример" not in answer.said + answer.page + answer.written
