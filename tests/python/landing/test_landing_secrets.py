"""Passwords in the address of a database are in no message."""

import pytest

from product_health.landing.database import without_secrets

URLS = (
    *("mysql://h/db;PWD=hush1;x=hush2", "sqlite:///x.db#hush1?x=hush2", "mysql://u:hush1@h#hush2"),
    *("mysql://u:hush1/hush2@h/db", "mysql://u:hush1#hush2@h/db", "mysql://u:hush1@hush2@h/db"),
    *("mssql:///?odbc=PWD%3Dhush1%3Bx%3Dhush2", "mysql://h?a=hush1;b=hush2", "m://h?a=hush1=hush2"),
    *("mysql://u:hush1%23hush2@h/db", "mysql://h/db?hush1&a=hush2"),
)


@pytest.mark.parametrize("url", URLS)
def test_parts_of_a_password_are_masked_wherever_it_stands(url: str) -> None:
    error = ValueError(f"no int: 'hush1', nor 'hush2' of {url}, in database h of mysql")
    assert without_secrets(error, url) == "no int: '***', nor '***' of ***, in database h of mysql"
