"""Questions are answered from what is published, if anything is."""

from publishing_desk import Desk

MORE = "update marts.usage_daily_v1 set mau = 77777"


def asked(desk: Desk, *options: str) -> tuple[int, str, str]:
    return desk.call("mau", "tickets_created", *options, command="query")


def test_what_is_published_is_asked_and_the_build_on_demand(desk: Desk) -> None:
    code, built, said = asked(desk)
    assert (code, said.count("as published")) == (0, 0)
    card = desk.publish()
    desk.change(MORE)
    code, published, said = asked(desk)
    assert (code, published) == (0, built)
    assert f"note: as published in {card.run_id}" in said
    assert "77,777" in asked(desk, "--built")[1]
    desk.publish()
    assert "77,777" in asked(desk)[1]


def test_a_bomb_in_a_condition(desk: Desk) -> None:
    code, said, errors = desk.call(
        *("nps", "--by", "plan", "--where", "len(range(1000000000)) > 0"), command="query"
    )
    assert (code, said) == (1, "")
    assert errors.startswith("error: it cannot be answered: Out of Memory Error")
