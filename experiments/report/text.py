"""Every sentence of the page: key -> (English, Chinese). The same facts; neither is a translation of the other."""

from __future__ import annotations

from experiments.report.text_lower import LOWER

UPPER: dict[str, tuple[str, str]] = {
    # -- the page --------------------------------------------------------------------------------------------------
    "page_title": ("Village development: which mix does most?", "乡村发展措施比较：哪种组合成效较好"),
    "page_kicker": ("Simulated comparison · {name}", "模拟比较报告 · {name}"),
    "page_world": (
        "{villages} villages, {scenarios} scenarios, {n} simulated years each, followed for {months} months.",
        "共{villages}个村，{scenarios}个情景，每个情景模拟{n}个年份，跟踪{months}个月。",
    ),
    "page_world_short": (
        "{scenarios} scenarios, {n} simulated years each, followed for {months} months.",
        "共{scenarios}个情景，每个情景模拟{n}个年份，跟踪{months}个月。",
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
    "calibrated": (
        "The model was calibrated; the manifest of the experiment says on what.",
        "模型已经校准，校准依据见实验清单。",
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
    "month_n": ("month {n}", "第{n}个月"),
    "day_n": ("day {n}", "第{n}天"),
    "start": ("the start", "期初"),
    "higher": ("{number} higher", "高{number}"),
    "lower": ("{number} lower", "低{number}"),
    "same": ("not to be told apart from the baseline ({number})", "与对照无法区分（{number}）"),
    # -- source lines ----------------------------------------------------------------------------------------------
    "source_paired": (
        "Mean paired difference to the baseline over {n} simulated years with the same chance events; "
        "lines and bands: 95% interval of that mean; {closure}.",
        "与对照情景同一随机情形下逐年配对，{n}个模拟年份的平均差；线段和色带为该均值的95%区间；{closure}。",
    ),
    "source_years": (
        "Lines: means over {n} simulated years; bands: the middle 95% of those years; {closure}.",
        "线为{n}个模拟年份的均值；色带为其中95%年份所在范围；{closure}。",
    ),
    "source_level_mean": (
        "Means over {n} simulated years; lines and bands: 95% interval of the mean; {closure}.",
        "{n}个模拟年份的均值；线段和色带为该均值的95%区间；{closure}。",
    ),
    "source_level_mean_plain": (
        "Means over {n} simulated years; no interval is drawn for levels; {closure}.",
        "{n}个模拟年份的均值，水平值未绘区间；{closure}。",
    ),
    "source_means_only": (
        "Difference of the means over {n} simulated years; its interval was not computed; {closure}.",
        "{n}个模拟年份均值之差，未计算区间；{closure}。",
    ),
    "source_both": (
        "Mean paired difference to the baseline over {n} simulated years with the same chance events, under the fixed "
        "closure, under the endogenous closure, and between the two; lines: 95% interval of that mean.",
        "与对照情景同一随机情形下逐年配对，{n}个模拟年份的平均差，分别按固定闭合、内生闭合计算，并列出两者之差；"
        "线段为该均值的95%区间。",
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
        "Not enough runs to say: there is a single simulated year, in which “{mix}” shows {gain} of net income "
        "per head. "
        "One year cannot separate a measure from luck.",
        "模拟次数不足，无法作出判断：仅有一个模拟年份，其中“{mix}”人均纯收入相差{gain}，一年的结果不能排除偶然因素。",
    ),
    "answer_no_gain": (
        "No mix can be shown to raise income: in {month} the largest estimate, for “{mix}”, is {gain} a head, "
        "which cannot be told apart from zero.",
        "尚不能认定任何组合能够增收：{month}差异最大的“{mix}”人均纯收入变化为{gain}，与零无法区分。",
    ),
    "answer_clear": (
        "Under the stated conditions “{mix}” is the better mix: in {month} net income per head is {gain} "
        "higher{percent} "
        "than under “{baseline}”{cost}.",
        "在所列条件下，“{mix}”较优：{month}人均纯收入比“{baseline}”高{gain}{percent}{cost}。",
    ),
    "answer_tied": (
        "Under the stated conditions “{mix}” is among the better mixes: in {month} net income per head is "
        "{gain} higher{percent} "
        "than under “{baseline}”{cost}.",
        "在所列条件下，“{mix}”属较优组合之一：{month}人均纯收入比“{baseline}”高{gain}{percent}{cost}。",
    ),
    "percent_of_baseline": (" ({percent} of the baseline)", "（增幅{percent}）"),
    "answer_cost": (", for {cost} more", "，多花{cost}"),
    "answer_tied_with": ("On income it cannot be told apart from {others}.", "从增收看，它与{others}无法区分高低。"),
    "answer_headcount_same": (
        "It also has the largest estimated fall of the headcount: {fall}.",
        "贫困发生率降幅的估计值也最大：{fall}。",
    ),
    "answer_headcount_other": (
        "The headcount falls most, by estimate, under “{mix}”: {fall}.",
        "贫困发生率降幅估计值最大的是“{mix}”：{fall}。",
    ),
    "counted_under": ("Counted under {closure}.", "计算口径为{closure}。"),
    "answer_spillover": (
        "Spillovers are included (endogenous closure): with prices and local jobs held the difference would be "
        "{fixed}; spillovers change it by {spillover}.",
        "以上含外溢影响（内生闭合）：价格和本地用工不变时差异为{fixed}，外溢影响使其变化{spillover}。",
    ),
    "answer_cash": (
        "For comparison, “{title}” ({cost} more than the baseline) leaves income per head {change} in {month}; "
        "cash counts as income "
        "while it is paid (section 4 shows it both ways).",
        "与之对照，“{title}”（比对照多花{cost}）{month}人均纯收入{change}；现金在发放期间即计入收入，"
        "扣除后的比较见第四部分。",
    ),
    "fig_ranking": (
        "{clear} of {count} scenarios can be told apart from the baseline as better for income in {month}; "
        "estimates run from {low} to {high} a head",
        "{month}，{count}个情景中有{clear}个可认定人均纯收入高于对照，估计差异从{low}到{high}",
    ),
    "axis_difference": ("{name}, difference to baseline ({unit})", "{name}，与对照之差（{unit}）"),
    "card_from_to": ("{base} → {level} in {month}", "{month}由{base}变为{level}"),
    "card_per_household": ("{each} for each of {households} served", "受益{households}，户均{each}"),
    "card_cadre_days": ("Cadre-days used", "干部工作日使用率"),
    "card_used_of": (
        "{used} of {available} days available; {asked} were asked for",
        "可用{available}天，需求{asked}天，实际使用{used}天",
    ),
    "left_out": ("Who is left out", "谁没有受益"),
    "left_unreached": (
        "Of every 100 people poor at the start, about {n} live in households that nothing reaches.",
        "期初每100名贫困人口中，约有{n}人所在户未得到任何帮扶。",
    ),
    "left_worse": ("Less income than without it, on average: {groups}.", "平均收入低于不实施时的群体：{groups}。"),
    "left_flat": ("No gain can be shown for: {groups}.", "尚看不出增收的群体：{groups}。"),
    "left_none_flat": (
        "Every group examined gains, on average; section 5 says how unevenly.",
        "所考察的各类群体平均均有增收，差距见第五部分。",
    ),
    "left_lost": (
        "{percent} of people are in households with less than they would have had without it.",
        "{percent}的人口所在户收入低于不实施时的水平。",
    ),
    "what_bound": ("What bound", "受什么制约"),
    "nothing_bound": (
        "No constraint turned away more than 0.5% of what was asked.",
        "各项制约影响均不足需求的0.5%。",
    ),
    "bound_line": (
        "{policy}: {percent} of what was asked was lost to {constraint}.",
        "{policy}：{percent}的需求因{constraint}未能满足。",
    ),
    "enough": ("Are there enough runs?", "模拟次数够不够"),
    "not_enough_to_say": (
        "Not enough runs to say: an interval needs at least two simulated years.",
        "模拟次数不足，无法判断：至少需要两个模拟年份才能给出区间。",
    ),
    "verdict_enough": (
        "{name}: enough. The interval is ±{half} over {n} simulated years; ±{asked} was asked.",
        "{name}：够。{n}个模拟年份的区间为±{half}，要求±{asked}。",
    ),
    "verdict_not_enough": (
        "{name}: not enough. The interval is ±{half} over {n} simulated years; ±{asked} would need about {needed}.",
        "{name}：不够。{n}个模拟年份的区间为±{half}，要达到±{asked}约需{needed}个。",
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
        "Profile: the totals the county gave. Model: the same totals counted in the simulated county at the start.",
        "“本县资料”为县里提供的总数；“模型”为模拟县期初按同一口径汇总的数。",
    ),
    "col_line": ("Line", "项目"),
    "col_model": ("Model", "模型"),
    "col_profile": ("Profile", "本县资料"),
    "col_difference": ("Difference", "差异"),
    "col_tolerance": ("Tolerance", "允许误差"),
    "col_agrees": ("Agrees?", "是否相符"),
    "agrees": ("✓ agrees", "✓ 相符"),
    "fails": ("✗ does not agree", "✗ 不符"),
    # -- 3 day 100 -------------------------------------------------------------------------------------------------
    "s3": ("By day {days}", "到第{days}天完成什么"),
    "s3_question": ("What will be done by then, and what comes later?", "到时能完成哪些，哪些要以后才见效？"),
    "day100_caveat": (
        "A campaign of {days} days delivers visits, courses, loans and projects. Income over the past year "
        "hardly moves in that time: "
        "what it is expected to become by month 12 is stated below as an expectation, not as a result.",
        "{days}天的集中活动能完成的是走访、培训、放贷和项目。过去一年的收入在此期间几乎不会变化，"
        "下文所列第12个月收入是预计数，不是完成数。",
    ),
    "fig_delivery": (
        "“{mix}”: {likely} of {count} targets are met in at least nine of ten simulated years",
        "“{mix}”：{count}项目标中有{likely}项在九成以上的模拟年份能够完成",
    ),
    "fig_delivery_no_targets": (
        "“{mix}”: what is delivered, week by week; no targets were set",
        "“{mix}”逐周完成情况（未设目标）",
    ),
    "delivery_note": ("Cumulative counts to the end of each week; dashed: target.", "各周末累计数；虚线为目标。"),
    "delivery_table": ("Delivered by day {days}, all scenarios", "各情景到第{days}天完成情况"),
    "axis_week": ("Week of the campaign", "活动第几周"),
    "panel_delivery": ("{policy}: {name}", "{policy}：{name}"),
    "target": ("target", "目标"),
    "target_met": ("met {chance}", "完成目标：{chance}"),
    "no_target": ("none", "未设"),
    "col_scenario": ("Scenario", "情景"),
    "col_policy": ("Policy", "措施"),
    "col_delivered": ("What", "内容"),
    "col_done": ("Delivered", "完成数"),
    "col_target": ("Target", "目标"),
    "col_chance": ("Target met", "完成目标的年份"),
    "col_indicator": ("Indicator", "指标"),
    "col_baseline": ("Baseline", "对照"),
    "col_level": ("With it", "实施后"),
    "day100_table": ("State on day {days}", "第{days}天的状况"),
    "jobs_line": (
        "“{mix}”, jobs begun by then: {jobs} against the baseline.",
        "“{mix}”到时新上岗人数与对照相比：{jobs}。",
    ),
    "placed_line": (
        "“{mix}”, placed in jobs by then: {jobs}.",
        "“{mix}”到时已安置就业：{jobs}。",
    ),
    "expect_12": (
        "Expected at month 12 with “{mix}”: net income per head of about {level}, {change}. This is an "
        "expectation over simulated "
        "years, not something that has happened by the last day of the campaign.",
        "预计“{mix}”第12个月人均纯收入约为{level}，与对照相比{change}。这是各模拟年份的预计平均数，"
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
        "Bands of levels show how far good and bad years lie apart, and overlap even where the paired "
        "difference is clear: prices "
        "and weather move all scenarios together.",
        "色带反映丰歉年景的差距。价格和气象对各情景影响相同，因此色带虽有重叠，配对差异仍可能十分明确。",
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
    "axis_month": ("Months since the campaign began", "活动开始后的月数"),
    "no_monthly": ("Monthly differences: not computed in this experiment.", "逐月差异：本次实验未计算。"),
    "col_month": ("Month", "月份"),
    "col_mean": ("Mean", "均值"),
    "col_years": ("Middle 95% of years", "95%年份范围"),
    "payments_table": (
        "Cash judged both ways: everything received, and what still flows at the end",
        "两种算法看现金：累计所得与期末持续收入",
    ),
    "col_cumulative": (
        "Sum of the yearly differences to month {months}, transfers included (yuan a head)",
        "到第{months}个月累计增收，含转移性收入（元/人）",
    ),
    "col_flow": (
        "Income of months {first} to {last} without transfers (yuan a head)",
        "第{first}至{last}个月收入之差，不含转移性收入（元/人）",
    ),
    "col_after": (
        "Income after medical and school payments, {month} (yuan a head)",
        "{month}扣除医疗和上学支出后收入之差（元/人）",
    ),
    "payments_note": (
        "All columns: paired difference to the baseline with 95% interval. Cash is income while it is paid; "
        "what it leaves behind is "
        "the second column.",
        "各列均为与对照的配对差异及95%区间。现金在发放期间即为收入，停发后留下多少看第二列。",
    ),
}

TEXT: dict[str, tuple[str, str]] = UPPER | LOWER
