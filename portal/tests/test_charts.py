"""The charts are well-formed, say their numbers in words too, and hold nothing that the content policy refuses."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import charts
from portal.charts import svg

DAYS = [
    charts.Day(value, f"dag {index}", f"€ {value}", weekend=index % 7 > 4, axis=f"{index}" if index % 7 == 0 else "")
    for index, value in enumerate((10, 0, 30, 4, 5, 1, 2, 9), 1)
]
KINDS = (charts.Part("vast", "fixed"), charts.Part("verbruik", "usage"), charts.Part("eenmalig", "once"))
FILL = charts.Fill(
    so_far=(5, 12, 20),
    days=10,
    bundle=50,
    forecast=66,
    bundle_words=("bundel", "50 GB"),
    now_words="nu 20 GB",
    forecast_words="verwacht 66 GB",
    full_words="vol op ma 23 nov.",
    axis=((1, "1 nov."), (10, "10")),
)
LEAF = charts.Node("phone", "Receptie", "Fatima", "209", "na 30 s")
TREE = charts.Node(
    "phone",
    "088 765 40 00",
    "Hoofdnummer",
    children=(
        charts.Node(
            "sun",
            "Nachtschakeling",
            children=(
                charts.Node(
                    "group", "Verkoop", "3 leden", "101", "1", key=True, problem=2, url="/x/?a=1&b=2", children=(LEAF,)
                ),
                charts.Node("alert", "Geen overloop", "<script>", state="dead"),
                charts.Node(
                    "voicemail", "Voicemail", "een heel lange naam die nergens past", "999", "gesloten", state="other"
                ),
            ),
        ),
    ),
)


def parsed(markup: str) -> ET.Element:
    """The chart as a tree; fails for markup that is not well-formed or holds what the policy refuses."""
    assert "style=" not in markup
    assert not re.search(r"\son[a-z]+=", markup)
    return ET.fromstring(f"<div>{markup}</div>")  # noqa: S314 our own markup


def looks(tree: ET.Element, name: str) -> list[ET.Element]:
    return [shape for shape in tree.iter() if name in (shape.get("class") or "").split()]


def fills(tree: ET.Element, name: str) -> list[ET.Element]:
    return [shape for shape in tree.iter() if shape.get("fill") == f"url(#{name})"]


def rows(tree: ET.Element) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]


def test_day_bars_hold_a_table_with_the_same_numbers() -> None:
    tree = parsed(charts.day_bars(DAYS, title="Kosten per dag", tick=str, heads=("Dag", "Kosten")))
    assert rows(tree) == [["Dag", "Kosten"], *[[day.label, day.shown] for day in DAYS]]
    assert len(looks(tree, "bar")) == len(DAYS)


def test_the_highest_day_reaches_as_high_as_its_share_of_the_axis() -> None:
    tree = parsed(charts.day_bars(DAYS, title="Kosten per dag", tick=str, heads=("Dag", "Kosten")))
    heights = [float(bar.get("height", "")) for bar in looks(tree, "bar")]
    assert heights[2] == max(heights) == pytest.approx(150.0)
    assert heights[0] == pytest.approx(heights[2] / 3, abs=0.1)
    assert heights[1] == 0


def test_the_exception_is_darker_and_says_why() -> None:
    days = [*DAYS[:2], replace(DAYS[2], note="3 lange gesprekken"), *DAYS[3:]]
    tree = parsed(charts.day_bars(days, title="Kosten", tick=str, heads=("Dag", "Kosten")))
    assert len([bar for bar in looks(tree, "bar") if "f-1" in (bar.get("class") or "")]) == 1
    assert "3 lange gesprekken" in "".join(tree.itertext())


def test_days_with_an_address_are_links_with_a_name() -> None:
    days = [replace(day, url=f"/calls/?day={day.label}&x=1") for day in DAYS]
    tree = parsed(charts.day_bars(days, title="Kosten", tick=str, heads=("Dag", "Kosten")))
    links = list(tree.iter("a"))
    assert [link.get("aria-label") for link in links] == [f"{day.label}: {day.shown}" for day in days]
    assert links[0].get("href") == "/calls/?day=dag 1&x=1"
    assert next(iter(looks(tree, "plot"))).get("role") == "group"


def test_a_chart_without_links_is_one_picture() -> None:
    tree = parsed(charts.day_bars(DAYS, title="Kosten", tick=str, heads=("Dag", "Kosten")))
    assert next(iter(looks(tree, "plot"))).get("role") == "img"


def test_months_are_stacked_from_the_bottom_and_the_current_one_says_its_total() -> None:
    months = [
        charts.MonthColumn("september", "sep", (300, 100, 0), "€ 400"),
        charts.MonthColumn("oktober", "okt", (300, 200, 100), "€ 600", current=True),
    ]
    tree = parsed(
        charts.month_bars(
            months, KINDS, title="Maanden", tick=str, heads=("Maand", "Kosten"), sentence="Meer dan gemiddeld."
        )
    )
    bars = looks(tree, "bar")
    bottoms = [float(bar.get("y", "")) + float(bar.get("height", "")) for bar in bars]
    assert bottoms[3] > bottoms[4] > bottoms[5]
    assert "Meer dan gemiddeld." in "".join(tree.itertext())
    assert [text.text for text in tree.iter("text")].count("€ 600") == 1
    assert len(fills(tree, "stripes-ink")) == 3  # two columns and the legend


def test_shares_fill_the_bar_exactly() -> None:
    shares = [
        charts.Share(name, value, f"€ {value}", f"{value} %") for name, value in (("a", 45), ("b", 30), ("c", 25))
    ]
    tree = parsed(charts.share_bar(shares, title="Verdeling"))
    parts = looks(tree, "edge")
    assert sum(float((part.get("width") or "").rstrip("%")) for part in parts) == pytest.approx(100)
    assert [part.get("x") for part in parts] == ["0%", "45%", "75%"]


def test_shares_of_nothing_are_an_empty_track() -> None:
    assert looks(parsed(charts.share_bar([], title="Verdeling")), "f-track")


def test_causes_go_both_ways_from_one_zero_and_end_in_their_sum() -> None:
    causes = [charts.Cause("toestel", "", 149, "+ € 149"), charts.Cause("gesprekken", "korter", -51, "− € 51")]
    tree = parsed(charts.cause_bars(causes, total_label="Verschil", total_shown="+ € 98"))
    more, less = looks(tree, "f-1")[0], looks(tree, "f-rest")[0]
    assert more.get("x") == "25.5%"
    assert less.get("x") == "0%"
    assert less.get("width") == "25.5%"
    assert "".join(looks(tree, "sum")[0].itertext()) == "Verschil+ € 98"


def test_a_bundle_that_will_be_full_gets_a_ring_and_red_after_it() -> None:
    tree = parsed(
        charts.bundle_line(
            FILL,
            title="Bundel",
            tick=str,
            shown=str,
            sentence="Maandag vol.",
            heads=("Dag", "GB"),
            row_labels=["1", "2", "3"],
        )
    )
    assert len(looks(tree, "dot-over")) == 1
    assert len(looks(tree, "over")) == 1
    assert "vol op ma 23 nov." in "".join(tree.itertext())
    assert rows(tree)[1:] == [["1", "5"], ["2", "12"], ["3", "20"]]


def test_a_bundle_that_lasts_has_no_ring() -> None:
    tree = parsed(
        charts.bundle_line(
            replace(FILL, forecast=40),
            title="Bundel",
            tick=str,
            shown=str,
            sentence="",
            heads=("Dag", "GB"),
            row_labels=["1", "2", "3"],
        )
    )
    assert not looks(tree, "dot-over")
    assert len(looks(tree, "forecast")) == 1


def test_the_strip_shows_each_quarter_and_names_the_fault() -> None:
    quarters = [charts.Quarter("down" if index == 64 else "up") for index in range(96)]
    tree = parsed(
        charts.day_strip(
            quarters, label="99 %", axis=((0, "14:10"), (62, "05:40"), (96, "nu")), fault=(64, "06:10 weg")
        )
    )
    assert len(looks(tree, "f-good")) == 95
    assert len(fills(tree, "stripes-bad")) == 1
    words = [text.text for text in tree.iter("text")]
    assert words == ["14:10", "nu", "06:10 weg"]  # 05:40 would lie under the fault


@pytest.mark.parametrize(
    ("used", "kind", "striped", "plain", "broken"),
    [
        (50, "", 0, 1, False),
        (130, "", 1, 1, False),
        (300, "", 1, 1, True),
        (130, "covered", 0, 2, False),
        (50, "striped", 1, 0, False),
    ],
)
def test_usage_over_the_limit_is_striped_unless_a_group_catches_it(
    used: int, kind: str, striped: int, plain: int, broken: bool
) -> None:
    tree = parsed(charts.usage_bar(used=used, limit=100, label=f"{used} van 100", kind=kind))
    assert len(fills(tree, "stripes-bad")) == striped
    assert len(looks(tree, "f-warn")) == plain
    assert bool(list(tree.iter("path"))) is broken
    assert [title.text for title in tree.iter("title")] == [f"{used} van 100"]


@given(st.integers(0, 10**15), st.integers(0, 10**12) | st.none(), st.sampled_from(["", "covered", "striped"]))
def test_usage_bars_never_leave_their_place(used: int, limit: int | None, kind: str) -> None:
    tree = parsed(charts.usage_bar(used=used, limit=limit, label="x", kind=kind))
    for shape in tree.iter("rect"):
        start, width = (float((shape.get(name) or "0").rstrip("%")) for name in ("x", "width"))
        assert 0 <= start <= start + width <= 100.01


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 600))
def test_progress_never_leaves_its_place(done: int, total: int, bad: int) -> None:
    tree = parsed(charts.progress_bar(done=done, total=total, bad=bad))
    for shape in tree.iter("rect"):
        assert float((shape.get("width") or "").rstrip("%")) <= 100


@given(st.integers(0, 10**18))
def test_an_axis_has_at_most_four_steps_and_holds_its_largest(largest: int) -> None:
    values = svg.ticks(largest)
    assert values[0] == 0
    assert values[-1] >= largest
    assert len(values) <= 5
    assert len({after - before for before, after in pairwise(values)}) == 1


def test_the_tree_draws_every_place_and_its_state() -> None:
    tree = parsed(charts.call_tree(TREE, label="Nummerplan"))
    assert len(looks(tree, "node")) == 6
    assert len(looks(tree, "wire")) == 5
    assert len([wire for wire in looks(tree, "wire") if "dead" in (wire.get("class") or "")]) == 1
    assert len(looks(tree, "key")) == 1
    assert [mark.text for mark in looks(tree, "warnmark-text")] == ["2"]


def test_places_of_the_tree_do_not_overlap_and_long_words_are_cut() -> None:
    tree = parsed(charts.call_tree(TREE, label="Nummerplan"))
    boxes = [tuple(float(node.get(name, "")) for name in ("x", "y", "width", "height")) for node in looks(tree, "node")]
    for index, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[index + 1 :]:
            assert (
                x + width <= other_x
                or other_x + other_width <= x
                or y + height <= other_y
                or other_y + other_height <= y
            )
    assert any((text.text or "").endswith("…") for text in looks(tree, "n-second"))


def test_the_outline_says_the_same_steps_as_the_tree() -> None:
    tree = parsed(charts.call_outline(TREE))
    assert len(list(tree.iter("li"))) == 6
    assert "na 30 s: Receptie 209" in "".join(tree.itertext())
    assert len(looks(tree, "dead")) >= 1


def test_names_that_people_typed_are_escaped() -> None:
    assert "<script>" not in charts.call_tree(TREE, label="<b>")
    assert "<script>" not in charts.call_outline(TREE)
    share = charts.Share("<i>", 1, "<b>", "1 %", "javascript:'\"")
    parsed(charts.share_bar([share], title='"<'))


@pytest.mark.parametrize(("value", "look"), [(0, ""), (1, "tint-1"), (50, "tint-3"), (100, "tint-5"), (-5, "")])
def test_cells_are_tinted_by_their_share_of_the_largest(value: int, look: str) -> None:
    assert charts.tint(value, 100) == look
