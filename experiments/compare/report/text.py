"""Every sentence of the page: key -> (English, Chinese). The same facts; neither is a translation of the other."""

from __future__ import annotations

from experiments.compare.report.text_certainty import CERTAINTY
from experiments.compare.report.text_lower import LOWER

UPPER: dict[str, tuple[str, str]] = {
    # -- the page --------------------------------------------------------------------------------------------------
    "page_title": ("Village development: which mix does most?", "乡村发展措施比较：哪种组合成效较好"),
    "page_kicker": ("Simulated comparison · {name}", "模拟比较报告 · {name}"),
    "page_world": (
        "{villages} villages, {scenarios} scenarios, {n} runs of each, followed for {months} months.",
        "共{villages}个村，{scenarios}个情景，每个情景模拟{n}次，跟踪{months}个月。",
    ),
    "page_world_short": (
        "{scenarios} scenarios, {n} runs of each, followed for {months} months.",
        "共{scenarios}个情景，每个情景模拟{n}次，跟踪{months}个月。",
    ),
    "page_year": (
        "Income and poverty are counted over twelve months; year {n} is {first} to {last}.",
        "收入和贫困按十二个月计算，第{n}年指{first}至{last}。",
    ),
    "page_campaign": ("Campaign: {start} to {end} ({days} days).", "集中活动：{start}至{end}，共{days}天。"),
    "uncalibrated": ("Uncalibrated", "未经校准"),
    "uncalibrated_text": (
        "The model has not yet been fitted to observed programmes. Every statement below holds under the stated "
        "conditions "
        "only; none of it is a recommendation.",
        "模型尚未用实际项目数据校准。以下各项只在所列条件下成立，均不构成推荐意见。",
    ),
    "uncalibrated_long": (
        "This model is uncalibrated: its responses to programmes rest on published figures and on assumptions, "
        "and have not been "
        "fitted to what a programme was seen to do. Read “better” as “better under the stated conditions”.",
        "本模型未经校准：措施的作用依据公开数据和假定推算，尚未与实际项目的成效比对。"
        "文中“较优”均指“在所列条件下较优”。",
    ),
    "contents": ("Contents", "目录"),
    "data_behind": ("Data behind this figure", "图中数据"),
    "not_computed": ("Not computed in this experiment.", "本次实验未计算此项。"),
    "part_missing": ("{part}: not computed in this experiment.", "{part}：本次实验未计算。"),
    "print_note": (
        "The tables behind the figures are in workbook.xlsx, in the same folder.",
        "各图数据见同一文件夹中的工作簿（workbook.xlsx）。",
    ),
    "twin": ("{title}, prices and local jobs held", "{title}（价格和本地用工不变）"),
    "labelled": ("{name} ({label})", "{name}（{label}）"),
    "quoted": ("“{title}”", "“{title}”"),
    "with_unit": ("{name} ({unit})", "{name}（{unit}）"),
    "named_unit": ("{name} ({unit})", "{name}（{unit}）"),
    "range": ("{first} to {last}", "{first}至{last}"),
    "all_policies": ("All policies", "全部措施"),
    "year_n": ("year {n}", "第{n}年"),
    "month_n": ("the year to month {n}", "截至第{n}个月的一年"),
    "day_n": ("day {n}", "第{n}天"),
    "start": ("the start", "期初"),
    "higher": ("{number} higher", "高{number}"),
    "lower": ("{number} lower", "低{number}"),
    "same": ("indistinguishable from the baseline ({number})", "看不出差异（{number}）"),
    # -- source lines ----------------------------------------------------------------------------------------------
    "source_paired": (
        "Mean paired difference to the baseline over {n} runs with the same chance events; "
        "lines and bands: 95% interval of that mean (chance only); {closure}.",
        "与对照情景在同一随机情形下逐次配对，{n}次模拟的平均差；线段和色带为该均值的95%区间（只计随机情形）；{closure}。",
    ),
    "source_years": (
        "Lines: means over {n} runs; bands: the middle 95% of those runs (chance only); {closure}.",
        "线为{n}次模拟的均值；色带为其中95%的模拟所在范围（只计随机情形）；{closure}。",
    ),
    "source_level_mean": (
        "Means over {n} runs; lines and bands: 95% interval of the mean (chance only); {closure}.",
        "{n}次模拟的均值；线段和色带为该均值的95%区间（只计随机情形）；{closure}。",
    ),
    "source_level_mean_plain": (
        "Means over {n} runs; no interval is drawn for levels; {closure}.",
        "{n}次模拟的均值，未绘区间；{closure}。",
    ),
    "source_both": (
        "Mean paired difference to the baseline over {n} runs with the same chance events, under the fixed "
        "closure, under the endogenous closure, and between the two; lines: 95% interval of that mean (chance only).",
        "与对照情景在同一随机情形下逐次配对，{n}次模拟的平均差，分别按固定闭合、内生闭合计算，并列出两者之差；"
        "线段为该均值的95%区间（只计随机情形）。",
    ),
    # -- 1 answer --------------------------------------------------------------------------------------------------
    "s1": ("The answer", "主要结论"),
    "s1_question": (
        "Which mix does most for income and poverty, and at what cost?",
        "哪种组合增收减贫成效较好，要花多少钱？",
    ),
    "answer_none": (
        "No differences of income were computed in this experiment, so there is nothing to answer with yet.",
        "本次实验未计算收入差异，暂无法作出结论。",
    ),
    "answer_one_run": (
        "Not enough runs to say: there is a single run, in which “{mix}” shows {gain} of net income "
        "per head. "
        "One run cannot separate a measure from chance.",
        "模拟次数不足，无法作出判断：仅模拟了一次，其中“{mix}”人均纯收入相差{gain}，一次的结果不能排除偶然因素。",
    ),
    "answer_no_gain": (
        "No mix can be shown to raise income: in {month} the largest estimate, for “{mix}”, is {gain} a head, "
        "which cannot be told apart from zero.",
        "尚不能认定任何组合能够增收：{month}差异最大的“{mix}”人均纯收入变化为{gain}，与零无法区分。",
    ),
    "answer_clear": (
        "Under the stated conditions “{mix}” is the better mix for income: in {month} net income per head is {gain} "
        "higher{percent} "
        "than under “{baseline}”{cost}.",
        "在所列条件下，从增收看“{mix}”较优：{month}人均纯收入比“{baseline}”高{gain}{percent}{cost}。",
    ),
    "answer_single": (
        "Under the stated conditions “{mix}” raises income: in {month} net income per head is {gain} "
        "higher{percent} "
        "than under “{baseline}”{cost}.",
        "在所列条件下，“{mix}”能够增收：{month}人均纯收入比“{baseline}”高{gain}{percent}{cost}。",
    ),
    "answer_tied": (
        "Under the stated conditions “{mix}” is among the better mixes for income: in {month} net income per head is "
        "{gain} higher{percent} "
        "than under “{baseline}”{cost}.",
        "在所列条件下，从增收看“{mix}”属较优组合之一：{month}人均纯收入比“{baseline}”高{gain}{percent}{cost}。",
    ),
    "percent_of_baseline": (" ({percent} of the baseline)", "（增幅{percent}）"),
    "answer_cost": (", for {cost} more", "，多花{cost}"),
    "answer_tied_with": ("On income it cannot be told apart from {others}.", "从增收看，它与{others}无法区分高低。"),
    "answer_headcount_same": (
        "Of the mixes it also has the largest estimated fall of the headcount: {fall}.",
        "各组合中，其贫困发生率降幅的估计值也最大：{fall}。",
    ),
    "answer_headcount_single": ("The headcount falls by {fall}.", "贫困发生率下降{fall}。"),
    "answer_headcount_other": (
        "Of the mixes the headcount falls most, by estimate, under “{mix}”: {fall}.",
        "各组合中，贫困发生率降幅估计值最大的是“{mix}”：{fall}。",
    ),
    "answer_dearest": (
        "It is also the dearest; section 6 sets cost beside effect.",
        "它也是花钱最多的组合，成本与成效对照见第六部分。",
    ),
    "counted_under": ("Counted with {closure}.", "计算口径：{closure}。"),
    "answer_spillover": (
        "Spillovers are included (endogenous closure): with prices and local jobs held the difference would be "
        "{fixed}; spillovers change it by {spillover}.",
        "以上含外溢影响（内生闭合）：价格和本地用工不变时差异为{fixed}，外溢影响使其变化{spillover}。",
    ),
    "answer_cash": (
        "Simply giving the cash (“{title}”, {cost} more than the baseline): over {months} months it brings {total} a "
        "head, transfers included, against {total_mix} for the mix; in months {first} to {last}, {ended}, it brings "
        "{flow} against {flow_mix}.",
        "如直接发钱（“{title}”，比对照多花{cost}）：{months}个月累计人均增收{total}（含转移性收入），组合为{total_mix}；"
        "第{first}至{last}个月（{ended}）人均增收{flow}，组合为{flow_mix}。",
    ),
    "payments_ended": ("after the payments have ended", "现金停发之后"),
    "payments_running": ("the payments themselves left out", "不含现金本身"),
    "answer_cash_gap": (
        "The poverty gap, on average over the years, falls by {fall_mix} with the mix and by {fall} with this cash: "
        "{verdict}.",
        "各年平均贫困深度，组合降低{fall_mix}，该现金对照降低{fall}：{verdict}。",
    ),
    "gap_cash_more": ("on this measure the cash does more", "按此衡量，直接发钱减贫更多"),
    "gap_mix_more": ("on this measure the mix does more", "按此衡量，组合减贫更多"),
    "gap_alike": ("the two cannot be told apart", "两者无法区分高低"),
    "answer_dominated": (
        "Judged by cost and poverty gap instead of income, “{by}” clearly does more for clearly less money "
        "(section 6).",
        "若按花钱和贫困深度衡量，则“{by}”花钱明显更少、减贫明显更多（见第六部分）。",
    ),
    "fig_ranking": (
        "In {month} income is clearly above the baseline in {clear} of {count} scenarios; "
        "estimates run from {low} to {high} a head",
        "{month}，{count}个情景中有{clear}个可认定人均纯收入高于对照，估计差异从{low}到{high}",
    ),
    "axis_difference": ("{name}, difference to baseline ({unit})", "{name}，与对照之差（{unit}）"),
    "card_from_to": ("{base} → {level} in {month}", "{month}由{base}变为{level}"),
    "card_per_household": (
        "{total} with the baseline's own, or {each} for each of {households} reached",
        "连同对照中已有部分共{total}；覆盖{households}，户均{each}",
    ),
    "card_cadre_days": ("Cadre-days used", "干部工作日使用率"),
    "card_used_of": (
        "{used} of {available} days available; {asked} were asked for",
        "可用{available}天，需求{asked}天，实际使用{used}天",
    ),
    "left_out": ("Who is left out or loses", "谁没有受益、谁减收"),
    "left_unreached": (
        "Of every 100 people poor at the start, about {n} live in households that get no grant, loan or course "
        "(visits not counted).",
        "期初每100名贫困人口中，约有{n}人所在户未得到补助、贷款或培训（走访不计）。",
    ),
    "left_worse": ("Less income than without it, on average: {groups}.", "平均收入低于不实施时的群体：{groups}。"),
    "left_flat": ("No gain can be shown for: {groups}.", "尚看不出增收的群体：{groups}。"),
    "left_none_flat": (
        "Every group examined gains, on average; section 5 says how unevenly.",
        "所考察的各类群体平均均有增收，差距见第五部分。",
    ),
    "left_lost": (
        "{percent} of people are in households with less than without it (by more than 1% of the poverty line).",
        "{percent}的人口所在户收入低于不实施时的水平（差额超过贫困线的1%）。",
    ),
    "what_bound": ("What held it back", "受什么制约"),
    "nothing_bound": (
        "No constraint turned away more than 0.5% of what was asked.",
        "各项制约影响均不足需求的0.5%。",
    ),
    "bound_line": (
        "{policy}: {percent} of what was asked could not be met because of {constraint}.",
        "{policy}：{percent}的需求受{constraint}所限未能满足。",
    ),
    "bound_demand": (
        "{policy}: {percent} of the target found too few eligible and willing households.",
        "{policy}：目标的{percent}因符合条件且愿意参加的户不足未能完成。",
    ),
    "enough": ("Are there enough runs?", "模拟次数够不够"),
    "not_enough_to_say": (
        "Not enough runs to say: an interval needs at least two runs.",
        "模拟次数不足，无法判断：至少需要模拟两次才能给出区间。",
    ),
    "verdict_enough": (
        "{name}: enough. The interval is ±{half} over {n} runs; ±{asked} was asked.",
        "{name}：够。模拟{n}次，区间为±{half}，要求±{asked}。",
    ),
    "verdict_not_enough": (
        "{name}: not enough. The interval is ±{half} over {n} runs; ±{asked} would need about {needed}.",
        "{name}：不够。模拟{n}次，区间为±{half}，要达到±{asked}约需{needed}次。",
    ),
    "verdict_covers": (
        "Every ± covers weather, prices and other chance only, not the assumed numbers: section 8.",
        "各处±只反映气象、价格等随机情形，不反映假定参数可能有误，见第八部分。",
    ),
    # -- 2 county --------------------------------------------------------------------------------------------------
    "s2": ("Is this my county?", "与本县账目核对"),
    "s2_question": ("Do the totals agree with my books?", "模型中的总数与账上对得上吗？"),
    "county_all": (
        "All {count} lines agree with the profile within their tolerance.",
        "{count}项全部与本县资料相符（在允许误差内）。",
    ),
    "county_some": (
        "{good} of {count} lines agree with the profile; those that do not ({fails}) are marked. Read what "
        "follows with that in mind.",
        "{count}项中{good}项与本县资料相符，{fails}项不符，已在表中标出，阅读下文时请留意。",
    ),
    "county_table": ("Model and profile, line by line", "模型与本县资料逐项核对"),
    "county_note": (
        "Profile: the figures in the profile that the scenarios name; put your own county's there. Model: the same "
        "figures counted in the simulated county at the start. Percentages differ by percentage points.",
        "“本县资料”为情景所用县情资料中的数，可换成本县数据；“模型”为模拟县期初按同一口径汇总的数。"
        "百分比的差异和允许误差均为百分点。",
    ),
    "col_line": ("Line", "项目"),
    "col_model": ("Model", "模型"),
    "col_profile": ("Profile", "本县资料"),
    "col_difference": ("Difference", "差异"),
    "col_tolerance": ("Tolerance", "允许误差"),
    "col_agrees": ("Agrees?", "是否相符"),
    "agrees": ("✓\u00a0agrees", "✓\u00a0相符"),
    "fails": ("✗ does not agree", "✗ 不符"),
    # -- 3 day 100 -------------------------------------------------------------------------------------------------
    "s3": ("By day {days}", "到第{days}天完成什么"),
    "s3_question": ("What will be done by then, and what comes later?", "到时能完成哪些，哪些要以后才见效？"),
    "day100_caveat": (
        "A campaign of {days} days delivers visits, courses, loans and projects. Income over the past year "
        "hardly moves in that time: "
        "what it is expected to become over the first twelve months is stated below as an expectation, not as a "
        "result.",
        "{days}天的集中活动能完成的是走访、培训、放贷和项目。过去一年的收入在此期间几乎不会变化，"
        "下文所列前12个月的收入是预计数，不是完成数。",
    ),
    "fig_delivery": (
        "“{mix}”: {likely} of {count} targets are met in at least nine runs of ten; on average {near} are met to 99%",
        "“{mix}”：{count}项目标中有{likely}项在九成以上的模拟中按时完成，有{near}项平均完成99%以上",
    ),
    "fig_delivery_no_targets": (
        "“{mix}”: what is delivered, week by week; no targets were set",
        "“{mix}”逐周完成情况（未设目标）",
    ),
    "delivery_note": (
        "Cumulative counts to the end of each week; dashed: target. Met means the whole of it, to the last one.",
        "各周末累计数；虚线为目标。全部完成才计为达标。",
    ),
    "delivery_table": ("Delivered by day {days}, all scenarios", "各情景到第{days}天完成情况"),
    "axis_week": ("Week of the campaign", "活动第几周"),
    "panel_delivery": ("{policy}: {name}", "{policy}：{name}"),
    "target": ("target", "目标"),
    "target_met": ("{percent} of the target; met {chance}", "完成{percent}；{chance}达标"),
    "no_target": ("none", "未设"),
    "col_scenario": ("Scenario", "情景"),
    "col_policy": ("Policy", "措施"),
    "col_delivered": ("What", "内容"),
    "col_done": ("Delivered", "完成数"),
    "col_target": ("Target", "目标"),
    "col_percent_done": ("Of the target", "完成率"),
    "col_chance": ("Target met", "按时达标"),
    "col_indicator": ("Indicator", "指标"),
    "col_baseline": ("Baseline", "对照"),
    "col_level": ("With it", "实施后"),
    "day100_table": ("State on day {days}: difference to the baseline", "第{days}天的状况：与对照之差"),
    "jobs_line": (
        "“{mix}”, jobs begun by then: {jobs} against the baseline.",
        "“{mix}”到时新上岗人数与对照相比：{jobs}。",
    ),
    "placed_line": (
        "“{mix}”, placed in jobs by then: {jobs}.",
        "“{mix}”到时已安置就业：{jobs}。",
    ),
    "expect_12": (
        "Expected over months 1 to 12 with “{mix}”: net income per head of about {level}, {change}. This is an "
        "expectation over the "
        "runs, not something that has happened by the last day of the campaign.",
        "预计“{mix}”第1至12个月人均纯收入约为{level}，与对照相比{change}。这是各次模拟的预计平均数，"
        "并非活动结束时的完成数。",
    ),
    # -- 4 after ---------------------------------------------------------------------------------------------------
    "s4": ("After the campaign", "此后走势"),
    "s4_question": ("What comes later, and does it last?", "以后怎样变化，能否持续？"),
    "fig_sources": (
        "{source} changes most: in {month} “{mix}” leaves it {change}",
        "变化最大的是{source}：{month}“{mix}”与对照相比{change}",
    ),
    "fig_levels": ("Levels over the months", "各月水平"),
    "fig_headcount": (
        "The headcount falls from {start} to {base} by {month} in the baseline; with “{mix}” it is {change}",
        "对照情景贫困发生率由{start}降至{month}的{base}；“{mix}”与之相比{change}",
    ),
    "fig_headcount_end": (
        "In {month} the headcount is {base} in the baseline; with “{mix}” it is {change}",
        "{month}对照情景贫困发生率为{base}；“{mix}”与之相比{change}",
    ),
    "bands_note": (
        "Bands of levels show how far runs with good and bad weather and prices lie apart, and overlap even where the "
        "paired difference is clear: weather and chance move all scenarios together. Amounts are in yuan of the year.",
        "色带反映各次模拟中年景好坏的差距。气象等随机情形对各情景相同，因此色带虽有重叠，配对差异仍可能十分明确。"
        "金额均按当年价格。",
    ),
    "line_note": (
        "Poverty line: {start} a head at the start, {end} in {month}.",
        "贫困线：期初{start}/人，{month}{end}/人。",
    ),
    "fig_monthly": (
        "“{mix}” brings more income than the baseline from month {first}, clearly so in {count} of {of} months",
        "“{mix}”从第{first}个月起收入高于对照，{of}个月中有{count}个月可以认定",
    ),
    "fig_monthly_none": (
        "In no single month can the gain in income be told apart from zero",
        "逐月看，收入差异与零无法区分",
    ),
    "panel_monthly": ("Net income per head of the month, difference to baseline", "当月人均纯收入与对照之差"),
    "axis_yuan_month": ("yuan a head in the month", "元/人·月"),
    "axis_yuan_year": ("yuan a head and year", "元/人·年"),
    "axis_month": ("Months since the campaign began", "活动开始后的月数"),
    "axis_month_from": ("Month (1 = {first})", "月份（第1个月为{first}）"),
    "no_monthly": ("Monthly differences: not computed in this experiment.", "逐月差异：本次实验未计算。"),
    "col_month": ("Month", "月份"),
    "col_mean": ("Mean", "均值"),
    "col_years": ("Middle 95% of runs", "95%的模拟所在范围"),
    "payments_table": (
        "Cash judged both ways: everything received, and what still flows at the end",
        "两种算法看现金：累计增收与停发后的收入",
    ),
    "col_cumulative": (
        "Added up over months 1 to {months}, transfers included (yuan a head)",
        "第1至{months}个月累计增收，含转移性收入（元/人）",
    ),
    "col_flow": (
        "In months {first} to {last}, transfers left out (yuan a head)",
        "第{first}至{last}个月增收，不含转移性收入（元/人）",
    ),
    "col_after": (
        "In months {first} to {last}, after medical and school payments (yuan a head)",
        "第{first}至{last}个月扣除医疗和上学支出后增收（元/人）",
    ),
    "payments_note": (
        "All columns: paired difference to the baseline with 95% interval. Cash is income while it is paid; "
        "what it leaves behind is "
        "the second column.",
        "各列均为与对照的配对差异及95%区间。现金在发放期间即为收入，停发后留下多少看第二列。",
    ),
    "payments_alike": (
        "The third column equals the second wherever a measure changes neither transfers of that year nor what is paid "
        "for care and schooling.",
        "措施若不改变当年的转移性收入和医疗、上学支出，第三列即与第二列相同。",
    ),
}

TEXT: dict[str, tuple[str, str]] = UPPER | LOWER | CERTAINTY
