"""Questions are answered from what is published, and from what nobody checked on demand only."""

from publishing_desk import Desk

MORE = "update marts.usage_daily_v1 set mau = 77777"


def asked(desk: Desk, *options: str) -> tuple[int, str, str]:
    return desk.call("mau", "tickets_created", *options, command="query")


def test_what_is_published_is_asked_and_the_build_on_demand(desk: Desk) -> None:
    code, built, said = asked(desk, "--built")
    assert (code, said.count("as published")) == (0, 0)
    code, answered, said = asked(desk)
    assert (code, answered) == (1, "")
    assert said.startswith("error: nothing is published yet: run `product-health publish`, or ")
    assert desk.call(command="report")[0] == 1
    card = desk.publish()
    desk.change(MORE)
    code, published, said = asked(desk)
    assert (code, published) == (0, built)
    assert f"note: as published in {card.run_id}" in said
    assert "77,777" in asked(desk, "--built")[1]
    desk.publish()
    assert "77,777" in asked(desk)[1]


def test_a_link_that_is_missing_or_none_is_told(desk: Desk) -> None:
    first, second = desk.publish(), desk.publish()
    kept = desk.sets.current.rename(desk.sets.root / "kept")
    again = f"sets/{second.run_id} {desk.sets.current}"
    for command, options in {"query": ["mau"], "report": [], "publish": ["--list"]}.items():
        code, said, errors = desk.call(*options, command=command)
        assert (code, said, errors.count("\n")) == (1, "", 1)
        assert (
            f"published/current: is missing; link it to the set to read, as in `ln -s {again}`"
            in errors
        )
    assert desk.call()[0] == 1
    assert desk.sets.runs() == [first.run_id, second.run_id]
    desk.sets.current.mkdir()
    for command, options in {"query": ["mau"], "publish": []}.items():
        code, said, errors = desk.call(*options, command=command)
        assert (code, said) == (1, "")
        assert errors.endswith("published/current: is no link to a published set; move it away\n")
    desk.sets.current.rmdir()
    kept.rename(desk.sets.current)
    assert asked(desk)[0] == 0


def test_a_first_publish_that_was_killed_before_the_link(desk: Desk) -> None:
    first = desk.publish()
    desk.sets.current.unlink()
    second = desk.publish()
    assert second.previous_run_id == first.run_id
    assert asked(desk)[0] == 0
