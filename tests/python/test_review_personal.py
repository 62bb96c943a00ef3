"""A review shows nothing of the data that publishing would refuse: in no format, and in no error."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import edits
from product_health.lock.values import ALL
from product_health.meaning.definitions import Definitions
from product_health.review.command import as_json
from product_health.review.html import html
from product_health.review.markdown import markdown
from product_health.review.numbers import Numbers
from product_health.review.personal import without_personal
from product_health.review.review import Review
from product_health.workbench.bench import QueryError, Workbench
from product_health.workbench.rows import CsvFolder
from scratch import Scratch, reviewed

PERSONAL = ("josé@example.com", "anna＠müller.de", "+49 151 12345678")  # noqa: RUF001 - full width


@pytest.fixture(scope="module")
def personal_review(shared_scratch: Scratch, start: Definitions) -> Review:
    """A review of NPS by industry, where industries of the company are called so."""
    path = shared_scratch.path("crm_accounts.csv")
    before = path.read_text(encoding="utf-8")
    edits.nps_threshold(shared_scratch)
    try:
        text = before
        for number, industry in enumerate(("retail", "software", "health")):
            text = text.replace(industry, PERSONAL[number])
        path.write_text(text, encoding="utf-8")
        return reviewed(start, shared_scratch.definitions(), shared_scratch.data())
    finally:
        shared_scratch.undo()
