import json
from io import StringIO
from pathlib import Path

from django.core.management import call_command

import portal.lib

CASES = json.loads((Path(portal.lib.__file__).parent / "tests" / "data" / "numbers.json").read_text())


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("number", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_each_number_is_one_json_line_in_the_order_given() -> None:
    first, second, third = (json.loads(line) for line in run("--json", "088 765 40 00", "1 1 2", "0140591"))
    assert first == {
        "input": "088 765 40 00",
        "e164": "+31887654000",
        "category": "corporate_088",
        "display": "088 765 40 00",
        "always_allowed": False,
    }
    assert (second["e164"], second["category"], second["display"], second["always_allowed"]) == (
        None,
        "emergency",
        "112",
        True,
    )
    assert (third["e164"], third["category"], third["display"]) == (None, "invalid", "0140591")


def test_without_json_it_reads_as_a_sentence() -> None:
    assert run("0031612345678") == ["06 12 34 56 78: mobile (+31612345678)"]


def test_every_known_number_of_a_form_is_answered_as_the_plan_says() -> None:
    cases = [case for case in CASES if case["context"] == "form/NL"]
    answers = [json.loads(line) for line in run("--json", *(case["input"] for case in cases))]
    assert [(answer["input"], answer["e164"], answer["category"]) for answer in answers] == [
        (case["input"], case["e164"], case["category"]) for case in cases
    ]
