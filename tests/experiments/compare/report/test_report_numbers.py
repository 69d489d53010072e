"""Numbers as a reader sees them: known answers in both languages."""

from __future__ import annotations

import math
from datetime import date

import pytest

from experiments.measure.statistics import mean_of
from experiments.pages.numbers import Estimate, Numbers

EN, ZH = Numbers("en"), Numbers("zh")
NAN = math.nan


def plain(text: str) -> str:
    """Text with ordinary spaces."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("estimate", "unit", "english", "chinese"),
    [
        (Estimate(43.27, 31.0, 55.54), "yuan", "43 ± 12 yuan", "43±12元"),
        (Estimate(-0.0132, -0.0152, -0.0112), "points", "−1.32 ± 0.20 percentage points", "−1.32±0.20个百分点"),
        (Estimate(38_212_345, 37_800_000, 38_624_690), "money", "38.2 ± 0.4 million yuan", "3,820±40万元"),
        (Estimate(0.332), "share", "33.2%", "33.2%"),
        (
            Estimate(120_000, 60_000, 500_000),
            "yuan",
            "120,000 (60,000 to 500,000) yuan",
            "120,000（60,000至500,000）元",
        ),
        (Estimate(1234.4, 1234.4, 1234.4), "yuan", "1,234 yuan", "1,234元"),
        (Estimate(NAN), "yuan", "– yuan", "–元"),
    ],
)
def test_rounded_to_what_the_interval_supports(estimate: Estimate, unit: str, english: str, chinese: str) -> None:
    assert plain(EN.show(estimate, unit)) == english
    assert ZH.show(estimate, unit) == chinese


def test_an_interval_narrower_than_the_last_digit_is_not_written() -> None:
    assert EN.bare(Estimate(310_000, 306_900, 313_100), "money") == "0.31"


def test_an_interval_that_is_tiny_beside_its_value_is_not_written() -> None:
    assert ZH.show(Estimate(17_999_000, 17_998_000, 18_000_000), "money") == "1,800万元"
    assert EN.bare(Estimate(21_749.8, 21_741.1, 21_758.4)) == "21,750"


def test_a_number_and_its_half_width_stay_on_one_line() -> None:
    assert "\u00a0±\u00a0" in EN.bare(Estimate(43, 31, 55))


def test_signs_zero_and_thousands() -> None:
    assert EN.plain(-0.4, 0) == "0"
    assert EN.plain(-1234567.0, 0) == "−1,234,567"
    assert EN.plain(12.0, 0, signed=True) == "+12"
    assert EN.plain(1.0) == "1"
    assert EN.plain(NAN) == "–"


def test_dates_and_chances_in_the_readers_form() -> None:
    assert EN.day(date(2012, 12, 24)) == "24 December 2012"
    assert ZH.day(date(2012, 12, 24)) == "2012年12月24日"
    assert EN.chance(0.92, 100) == "in 92 of 100 runs"
    assert ZH.chance(0.925, 40) == "40次模拟中有37次"
    assert EN.chance(NAN, 40) == "–"


def test_lists() -> None:
    assert (EN.join([]), EN.join(["a"]), EN.join(["a", "b", "c"])) == ("", "a", "a, b and c")
    assert ZH.join(["甲", "乙"]) == "甲、乙"


def test_sign_is_known_only_when_the_interval_says_so() -> None:
    assert Estimate(5, 1, 9).sign == 1
    assert Estimate(-5, -9, -1).sign == -1
    assert Estimate(5, -1, 11).sign == 0
    assert Estimate(5).sign == 0
    assert Estimate(5, 1, 9).times(-2) == Estimate(-10, -18, -2)


def test_mean_of_leaves_out_what_is_missing() -> None:
    found = mean_of([1.0, 3.0, NAN])
    assert found.value == 2.0 and found.low == pytest.approx(2 - 12.7062, abs=1e-3)
    assert not mean_of([4.0]).has_interval
    assert math.isnan(mean_of([]).value)


def test_where_the_interval_leaves_no_digit_words_say_so() -> None:
    wide = Estimate(0.044, -1.26, 1.34)  # 4 points, give or take 130, of two runs
    assert Numbers("zh").show(wide, "points") == "说不准" and Numbers("en").bare(wide, "points") == "cannot be told"
    assert Numbers("zh").show(Estimate(0.12, -1.2, 1.44), "points").startswith("10±")
    assert Numbers("zh").show(Estimate(-0.002, -0.052, 0.048), "points") == "0±5个百分点"
    assert Numbers("zh").show(Estimate(0.0, -0.9, 0.9), "points") == "说不准"
