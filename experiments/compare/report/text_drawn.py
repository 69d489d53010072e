"""What the page says otherwise when each run took its own parameter vector: key -> (English, Chinese).

Intervals then say where another draw of chance events and parameters would lie, not how well the mean is known.
"""

from __future__ import annotations

DRAWN: dict[str, tuple[str, str]] = {
    "same": ("of no sure direction ({number})", "增减尚难认定（{number}）"),
    "source_paired": (
        "Mean paired difference to the baseline over {n} parameter vectors, chance events and vector shared by all "
        "scenarios; lines and bands: where 95% of vectors would lie, chance and parameters together; {closure}.",
        "与对照情景在同一组参数、同一随机情形下逐次配对，{n}组参数的平均差；"
        "线段和色带为换一组参数时差异的95%所在范围（随机情形和参数均计入）；{closure}。",
    ),
    "source_years": (
        "Lines: means over {n} parameter vectors; bands: the middle 95% of those runs, chance and parameters together; "
        "{closure}.",
        "线为{n}组参数的均值；色带为其中95%的模拟所在范围（随机情形和参数均计入）；{closure}。",
    ),
    "source_level_mean": (
        "Means over {n} parameter vectors; lines and bands: where 95% of vectors would lie, chance and parameters "
        "together; {closure}.",
        "{n}组参数的均值；线段和色带为换一组参数时95%的所在范围（随机情形和参数均计入）；{closure}。",
    ),
    "source_level_mean_plain": (
        "Means over {n} parameter vectors; no interval is drawn for levels; {closure}.",
        "{n}组参数的均值，未绘区间；{closure}。",
    ),
    "source_both": (
        "Mean paired difference to the baseline over {n} parameter vectors, chance events and vector shared, under the "
        "fixed closure, under the endogenous closure, and between the two; lines: where 95% of vectors would lie, "
        "chance and parameters together.",
        "与对照情景在同一组参数、同一随机情形下逐次配对，{n}组参数的平均差，分别按固定闭合、内生闭合计算，"
        "并列出两者之差；线段为换一组参数时95%的所在范围（随机情形和参数均计入）。",
    ),
    "fig_ranking": (
        "In {month} income is above the baseline for 95% of parameter vectors in {clear} of {count} scenarios; means "
        "run from {low} to {high} a head",
        "{month}，{count}个情景中有{clear}个在95%的参数取值下人均纯收入高于对照，平均差异从{low}到{high}",
    ),
    "answer_no_gain": (
        "No mix can be shown to raise income under 95% of parameter vectors: in {month} the largest mean, for “{mix}”, "
        "is {gain} a head.",
        "尚不能认定有哪种组合在95%的参数取值下都能增收：{month}平均差异最大的“{mix}”人均纯收入变化为{gain}。",
    ),
    "answer_tied_with": (
        "On income it cannot be shown to be ahead, under 95% of parameter vectors, of {others}.",
        "从增收看，尚不能认定在95%的参数取值下都领先于{others}。",
    ),
    "left_flat": (
        "No gain that holds for 95% of parameter vectors can be shown for: {groups}.",
        "尚不能认定在95%的参数取值下都增收的群体：{groups}。",
    ),
    "gap_cash_more": (
        "on this measure the cash does more for 95% of parameter vectors",
        "按此衡量，95%的参数取值下直接发钱减贫更多",
    ),
    "gap_mix_more": (
        "on this measure the mix does more for 95% of parameter vectors",
        "按此衡量，95%的参数取值下组合减贫更多",
    ),
    "gap_alike": (
        "neither can be shown to do more for 95% of parameter vectors",
        "尚不能认定哪一种在95%的参数取值下都减贫更多",
    ),
    "verdict_enough": (
        "{name}: enough. The mean over {n} parameter vectors is known to ±{half}; ±{asked} was asked.",
        "{name}：够。{n}组参数平均值的区间为±{half}，要求±{asked}。",
    ),
    "verdict_not_enough": (
        "{name}: not enough. The mean over {n} parameter vectors is known to ±{half}; ±{asked} would need about "
        "{needed}.",
        "{name}：不够。{n}组参数平均值的区间为±{half}，要达到±{asked}约需{needed}组。",
    ),
    "verdict_covers": (
        "Only this paragraph speaks of how well the mean is known. Every other ± says where 95% of parameter vectors "
        "would lie, chance and parameters together, and does not shrink with more runs: section 8.",
        "仅本段说明平均值的把握程度；其余各处±均为换一组参数时95%的所在范围（随机情形和参数均计入），"
        "不随模拟次数增多而变窄，见第八部分。",
    ),
    "bands_note": (
        "Bands of levels show how far runs with other weather, prices and parameters lie apart, and overlap even where "
        "the paired difference is clear: both move all scenarios together. Amounts are in yuan of the year.",
        "色带反映年景和参数取值不同造成的差距。随机情形和参数对各情景相同，因此色带虽有重叠，配对差异仍可能十分明确。"
        "金额均按当年价格。",
    ),
    "fig_monthly": (
        "“{mix}” brings more income than the baseline from month {first}, for 95% of parameter vectors in {count} of "
        "{of} months",
        "“{mix}”从第{first}个月起收入高于对照，{of}个月中有{count}个月在95%的参数取值下如此",
    ),
    "fig_monthly_none": (
        "In no single month can a change in income of one direction be shown for 95% of parameter vectors",
        "逐月看，尚不能认定95%的参数取值下收入增减方向一致",
    ),
    "groups_note": (
        "An interval that crosses the zero line: no gain can be shown for 95% of parameter vectors. The same people "
        "are followed with and without.",
        "区间跨过零线，表示尚不能认定该群体在95%的参数取值下都增收。各组均为同一批人在实施与不实施两种情形下的比较。",
    ),
    "payments_note": (
        "All columns: mean paired difference to the baseline, and where 95% of parameter vectors would lie. Cash is "
        "income while it is paid; what it leaves behind is the second column.",
        "各列均为与对照的平均配对差异，以及换一组参数时95%的所在范围。现金在发放期间即为收入，停发后留下多少看第二列。",
    ),
    "efficiency_note": (
        "“Not defined”: under some parameter vectors the fall in poverty may be zero, so a cost for each unit of it "
        "would mean nothing. Intervals: Fieller's, for another parameter vector, 95%.",
        "“无法确定”表示部分参数取值下减贫幅度可能为零，此时单位成本没有意义。"
        "区间为换一组参数时的95%所在范围，按费勒法计算。",
    ),
    "fig_synergy_none": (
        "{name}: no difference of “{mix}” from the sum of its parts can be shown for 95% of parameter vectors in "
        "{month} ({synergy})",
        "{name}：{month}尚不能认定“{mix}”与各单项之和有差别（95%的参数取值，{synergy}）",
    ),
    "covers": (
        "The intervals in this report cover chance (weather, prices, illness and the like) and parameters together: "
        "each of the {n} runs of a scenario took another parameter vector, the same for all scenarios. An interval "
        "says where another such draw would lie with 95% chance (mean ± t · standard deviation · √(1 + 1/n)); more "
        "runs do not make it narrower. Only “Are there enough runs?” in section 1 speaks of how well the mean is "
        "known.",
        "本报告的区间同时计入随机情形（气象、价格、疾病等）和参数取值：每个情景的{n}次模拟各用一组参数，"
        "各情景共用。区间表示再取一组参数、再遇一种年景时结果有95%把握落入的范围（均值±t×标准差×√(1+1/n)），"
        "不随模拟次数增多而变窄。只有第一部分“模拟次数够不够”说明平均值的把握程度。",
    ),
    "notes_1": (
        "Differences are paired: scenario minus baseline under the same seed, which fixes chance events and parameter "
        "vector. Intervals say where another such draw would lie with 95% chance (Student's t); they cover chance and "
        "parameters.",
        "差异为同一种子（同一随机情形、同一组参数）下情景减对照的配对差；区间为再取一组参数、再遇一种年景时结果的95%"
        "所在范围（t分布），随机情形和参数取值均计入。",
    ),
    "col_low95": ("Low (95%, chance and parameters)", "下限（95%，含参数）"),
    "col_high95": ("High (95%, chance and parameters)", "上限（95%，含参数）"),
    "gain_holds": (
        "“{mix}” raises income in {times} of {n} parameter vectors.",
        "在{n}组参数中，有{times}组“{mix}”能够增收。",
    ),
    "rank_holds": (
        "In {times} of {n} parameter vectors “{mix}” stays ahead of “{other}”, the nearest to it, on income in "
        "{month}; in {first} it comes first of all {count} scenarios.",
        "在{n}组参数中，{month}人均纯收入有{times}组“{mix}”领先于最接近的“{other}”，有{first}组在{count}个情景中居首位。",
    ),
    "rank_note": (
        "Each of {n} parameter vectors, with its own chance events, ranks all scenarios: more income, a lower "
        "headcount is better.",
        "每组参数（共{n}组，各有其随机情形）对各情景排序一次：收入高、贫困发生率低者为先。",
    ),
    "mode_calibrated": (
        "Each run took one of {vectors} calibrated vectors of {fitted} parameters, which fit the published figures "
        "about equally well; all other parameters stand at their values, and the intervals do not cover them.",
        "每次模拟取{vectors}组校准参数之一（每组{fitted}项，与公开数据的吻合程度相近）；"
        "其余参数按既定值，区间未计入其不确定性。",
    ),
    "mode_ranges": (
        "Each run took one of {vectors} calibrated vectors of {fitted} parameters and drew {drawn} others within their "
        "ranges, as often below their values as above. Not varied: facts of the year, terms of programmes, and lists "
        "that make up the population or the seasons of a year.",
        "每次模拟取{vectors}组校准参数之一（每组{fitted}项），另有{drawn}项参数在各自范围内抽取，偏高偏低机会相等。"
        "未变动的有：当年既成事实、措施的既定条件，以及人口构成和农时分布等须彼此一致的成组参数。",
    ),
    "unfitted": (
        "{n} of {asked} parameter vectors could not be fitted to the county's books and are left out for all "
        "scenarios: what is said here holds for vectors under which this county is possible.",
        "{asked}组参数中有{n}组无法与本县账目吻合，已对所有情景剔除；以下结论只对能够再现本县情况的参数成立。",
    ),
}
