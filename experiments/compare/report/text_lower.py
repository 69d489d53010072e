"""Sentences of sections 5 to 8 and of the workbook: key -> (English, Chinese)."""

from __future__ import annotations

LOWER: dict[str, tuple[str, str]] = {
    # -- 5 people --------------------------------------------------------------------------------------------------
    "s5": ("For whom", "谁受益"),
    "s5_question": ("Who gains, who is left out, who might be worse off?", "谁增收、谁没赶上、谁可能反而减收？"),
    "part_groups": ("Differences by group", "分组差异"),
    "part_spillover": ("Spillovers", "外溢影响"),
    "part_percentiles": ("Growth incidence curve", "增长发生曲线"),
    "part_distribution": ("Distribution of income", "收入分布"),
    "part_fifths": ("Spending by fifth", "资金投向"),
    "part_targeting": ("Targeting error", "瞄准偏差"),
    "part_movers": ("Gained and lost", "增收户与减收户"),
    "cause_named": ("{name} as cause of poverty", "{name}户"),
    "band_people": ("People", "人群"),
    "band_fifths": ("Fifths by income at the start", "按期初收入五等份分组"),
    "band_causes": ("By registered cause of poverty", "按致贫原因"),
    "band_terrain": ("By terrain", "按地形"),
    "band_served": ("Reached by what is added to the baseline", "新增措施是否覆盖"),
    "fig_groups": (
        "In {month} “{mix}” leaves income per head {poor} for those poor at the start and {others} for the others "
        "({closure})",
        "{month}“{mix}”人均纯收入与对照相比，期初贫困人口{poor}，其他人口{others}（{closure}）",
    ),
    "fig_groups_plain": (
        "For {flat} of {count} groups no gain from “{mix}” can be shown in {month} ({closure})",
        "{month}，{count}类群体中有{flat}类看不出“{mix}”的增收作用（{closure}）",
    ),
    "groups_note": (
        "An interval that crosses the zero line: the group cannot be told apart from no change. Many groups are "
        "looked at together; "
        "about one interval in twenty misses by chance. The same people are followed with and without.",
        "区间跨过零线，表示看不出变化。同时考察的群体较多，约每二十个区间会有一个因偶然而偏离。"
        "各组均为同一批人在实施与不实施两种情形下的比较。",
    ),
    "fig_spillover": (
        "“{mix}” in {month}, income per head: {fixed} with prices and local jobs held, {spillover} through spillovers, "
        "{together} together",
        "{month}“{mix}”人均纯收入与对照之差：价格和本地用工不变时{fixed}，外溢影响{spillover}，合计{together}",
    ),
    "spillover_note": (
        "With prices and local jobs held (fixed closure) the measure acts alone. Together (endogenous closure), prices "
        "fall when many sell the same, and local jobs get scarcer when more hands look for them. The difference is the "
        "spillover; it reaches those whom no measure reached as well.",
        "“价格和本地用工不变”（固定闭合）只反映措施本身的作用；“合计”（内生闭合）则计入同类产品集中上市后价格下跌、"
        "求职人多则本地用工机会减少。两者之差即外溢影响，新增措施未覆盖的户同样受其影响。",
    ),
    "col_effect": ("Effect", "作用"),
    "col_kind": ("Grouped by", "分组方式"),
    "col_group": ("Group", "群体"),
    "fig_incidence": (
        "In {month} “{mix}” leaves the lowest fifth of incomes {bottom}, the highest fifth {top}",
        "{month}“{mix}”与对照相比，收入最低的20%人口{bottom}，收入最高的20%人口{top}",
    ),
    "panel_gain_yuan": ("Gain at each percentile of people", "各百分位人口的增收额"),
    "panel_gain_percent": ("The same as a percentage of baseline income", "增收额占对照收入的比例"),
    "axis_percent_of_baseline": ("% of baseline income", "占对照收入的%"),
    "axis_percentile": ("Percentile of people, poorest to richest", "人口百分位（由低到高）"),
    "incidence_note": (
        "Percentiles are of people ranked within each scenario in that year, so they are not the same people as in the "
        "groups above. Not drawn: the "
        "first and the last hundredth, and percentages where baseline income is close to zero.",
        "百分位按各情景当年收入排序，前后并非同一批人，也不同于上图按期初收入的分组。首末两个百分位未绘；"
        "对照收入接近零的百分位不计算比例。",
    ),
    "col_percentile": ("Percentile", "百分位"),
    "col_baseline_yuan": ("Baseline (yuan)", "对照（元）"),
    "col_gain_yuan": ("Gain (yuan)", "增收（元）"),
    "col_income_yuan": ("Income per head (yuan)", "人均纯收入（元）"),
    "curve_start": ("{title}, {month}", "{title}，{month}"),
    "curve_end": ("{title}, {month}", "{title}，{month}"),
    "fig_distribution": (
        "Half of all people have less than {base} in {month} in the baseline; with “{mix}” that middle is {change}",
        "{month}，对照情景中有一半人口收入低于{base}；“{mix}”的这一中间水平与之相比{change}",
    ),
    "fig_distribution_plain": ("How income is distributed", "收入分布"),
    "panel_distribution": ("Share of people whose income per head is below…", "人均纯收入低于某一水平的人口比例"),
    "axis_income": ("Net income per head (yuan a year)", "人均纯收入（元/年）"),
    "distribution_note": (
        "Read upwards from a poverty line to the curve: the height is the headcount at that line. The top 5% "
        "are left out of the drawing.",
        "由横轴上某条贫困线向上看到曲线，其高度即按该线计算的贫困发生率。图中未绘收入最高的5%人口。",
    ),
    "fig_fifths": (
        "Of the grants and services of “{mix}” the bottom fifth receives {bottom}, the top fifth {top}",
        "“{mix}”的补助和服务中，低收入组得{bottom}，高收入组得{top}",
    ),
    "axis_spending_share": ("Share of grants and services (%)", "补助和服务所占比例（%）"),
    "fifths_note": (
        "Dashed line: an even fifth (20%). Fifths are of people by income at the start. Of a loan only the interest "
        "paid by the state and the lender's fee count, never the principal.",
        "虚线为平均份额（20%）。按期初收入把人口分为五等份。贷款只计财政贴息和经办费，不计本金。",
    ),
    "col_spending": ("Spending", "资金"),
    "targeting_table": ("Targeting error", "瞄准偏差"),
    "moved": ("{gained} gained, {lost} lost", "增{gained}，减{lost}"),
    "fig_movers": (
        "In {month}, {gained} of people are in households that gain from “{mix}”, {lost} in households that lose "
        "({closure})",
        "{month}，“{mix}”下{gained}的人口所在户增收，{lost}的人口所在户减收（{closure}）",
    ),
    "axis_movers": ("Share of people: lost (hatched) | gained (%)", "人口比例：减收（斜线）｜增收（%）"),
    "movers_table": (
        "“{mix}”: gained and lost by group, {month} ({closure})",
        "“{mix}”{month}各类人群增收、减收情况（{closure}）",
    ),
    "movers_note": (
        "The same household is followed with and without, {closure}; gained or lost means a change of more than 1% of "
        "the poverty line.",
        "同一农户在实施与不实施两种情形下逐户比较，变化超过贫困线1%计为增收或减收；{closure}。",
    ),
    "col_gained": ("Gained", "增收"),
    "col_lost": ("Lost", "减收"),
    # -- 6 money ---------------------------------------------------------------------------------------------------
    "s6": ("For what money", "花多少钱"),
    "s6_question": (
        "What does it cost, and compared with simply giving the cash?",
        "要花多少钱，与直接发钱相比如何？",
    ),
    "part_plane": ("Cost against effect", "成本与成效对照图"),
    "part_efficiency": ("Cost per point of gap", "单位减贫成本"),
    "part_costs": ("Cost by policy", "各项措施成本"),
    "part_cost_table": ("Parts of cost", "成本构成"),
    "part_purses": ("Purses", "资金来源"),
    "part_flows": ("Money flows", "资金流向"),
    "fig_plane": (
        "{count} of {of} scenarios are dominated, that is, another clearly lowers the poverty gap more and clearly "
        "costs less: {dominated}",
        "{of}个情景中有{count}个不占优，即另有情景花钱明显更少、贫困深度降低明显更多：{dominated}",
    ),
    "fig_plane_none": (
        "None of the scenarios is dominated: no other clearly lowers the poverty gap more for clearly less money",
        "没有情景不占优：找不到花钱明显更少、贫困深度降低明显更多的其他情景",
    ),
    "dominated_mark": (" (dominated)", "（不占优）"),
    "axis_fall": ("Fall of the poverty gap, mean over the years ({unit})", "贫困深度降幅，各年平均（{unit}）"),
    "col_dominated": ("Dominated by", "不如"),
    "plane_note": (
        "Up is better, left is cheaper. Poverty gap: how far incomes lie below the line, on average. Cash counts in "
        "full in the year in which it is paid. Cost is counted beyond the baseline's. The dotted line joins the "
        "scenarios that nothing dominates. Another measure of success may order them otherwise.",
        "越高减贫越多，越左花钱越少。贫困深度指收入低于贫困线的平均幅度；现金在发放当年全额计入收入。"
        "成本为比对照多花的部分。点线连接未被其他情景超过的情景。换一个衡量标准，先后可能不同。",
    ),
    "efficiency_table": ("What it costs to lower poverty", "减贫的单位成本"),
    "efficiency_note": (
        "“Not defined”: the fall in poverty may be zero, so a cost for each unit of it would mean nothing. "
        "Intervals: Fieller, 95%.",
        "“无法确定”表示减贫幅度可能为零，此时单位成本没有意义。区间按费勒法计算（95%）。",
    ),
    "not_defined": ("not defined", "无法确定"),
    "fig_costs": (
        "“{mix}” costs {total} in all, {extra} more than the baseline; the largest part is {policy} ({cost})",
        "“{mix}”成本合计{total}，比对照多{extra}；其中{policy}最多（{cost}）",
    ),
    "col_cost": ("Cost", "成本"),
    "col_extra_cost": ("Cost beyond the baseline", "比对照多花"),
    "col_served": ("Households served", "受益户数"),
    "col_each": ("Yuan a household", "户均（元）"),
    "cost_table": ("Cost by part ({unit})", "成本构成（{unit}）"),
    "cost_note": (
        "Loan principal is lent, not spent; it is shown beside and is never part of the cost. “At the mix's cost” "
        "means about equal in the column of all parts.",
        "贷款本金是借出而非支出，单列参考，不计入成本。“等额”指成本合计大致相等，以表中数为准。",
    ),
    "col_purse": ("Purse", "资金来源"),
    "fig_purses": (
        "“{mix}” draws {spent} of the {total} in the purses it uses ({percent})",
        "“{mix}”所用各项资金额度共{total}，支出{spent}（{percent}）",
    ),
    "spent_of": ("{spent} of {amount}", "额度{amount}，支出{spent}"),
    "why": (
        "Hatched: not drawn. What a scenario sets aside for a measure may be less than the purse holds; the rest is "
        "then money nobody asked for. What was asked but could not be done, and why: {reasons}.",
        "斜线为结余。情景给各措施安排的额度可能小于该项资金总额，其余部分并未申请使用。未能落实的需求主要受制于：{reasons}。",
    ),
    "why_item": ("{policy} ({constraint}, {percent})", "{policy}（{constraint}，{percent}）"),
    "why_unknown": (
        "Hatched: not drawn. What a scenario sets aside for a measure may be less than the purse holds; no other limit "
        "was met.",
        "斜线为结余。情景给各措施安排的额度可能小于该项资金总额；未见其他制约。",
    ),
    "purses_idle": ("Open to it but not drawn on: {names}.", "可用而未动用的资金：{names}。"),
    "fig_flows": (
        "The flow of money that changes most: {flow}, {change} against the baseline",
        "与对照相比变化最大的资金流：{flow}，{change}",
    ),
    "flow": ("{payer} → {payee}: {reason}", "{payer}→{payee}：{reason}"),
    "col_flow_name": ("Flow", "资金流"),
    "col_change": ("Change against the baseline", "与对照之差"),
    "flows_note": (
        "The flows that change most (twelve at most), over the whole period.",
        "列出全期变化最大的资金流（至多十二项）。",
    ),
    # -- 7 together ------------------------------------------------------------------------------------------------
    "s7": ("Together or apart", "组合还是单项"),
    "s7_question": ("Is the mix worth more than its parts?", "合起来做，比各做各的多得什么？"),
    "together_text": (
        "Each part is run alone at the budget it has in the mix. Synergy is what the mix does beyond its parts "
        "added up. More gain than that: they help each other; less: they overlap or compete for the same labour, land "
        "and cadre-days. For poverty, a fall is the gain.",
        "各单项均按其在组合中的资金额度单独运行。协同效应是组合与各单项之和的差别：成效更多说明相互促进，"
        "更少说明相互重叠或争用劳力、土地和干部工作日。贫困发生率以降低为成效。",
    ),
    "together_how": (
        "Synergy needs every combination of the parts of a mix among the scenarios.",
        "计算协同效应，需要组合各部分的所有搭配都在情景之中。",
    ),
    "head_parts": ("Parts alone", "单项"),
    "head_mix": ("The mix", "组合"),
    "head_synergy": ("Synergy", "协同效应"),
    "parts_added": ("Parts added up", "单项之和"),
    "synergy_total": ("All together", "合计"),
    "fig_synergy_more": (
        "{name}: together the parts of “{mix}” give {size} more in {month} than added up",
        "{name}：{month}“{mix}”比各单项之和多{size}",
    ),
    "fig_synergy_less": (
        "{name}: together the parts of “{mix}” give {size} less in {month} than added up",
        "{name}：{month}“{mix}”比各单项之和少{size}",
    ),
    "fall_more": ("more", "多"),
    "fall_less": ("less", "少"),
    "fig_synergy_none": (
        "{name}: “{mix}” cannot be told apart from the sum of its parts in {month} ({synergy})",
        "{name}：{month}“{mix}”与各单项之和无法区分（{synergy}）",
    ),
    "fig_synergy_headcount": (
        "{name}: in {month} it falls by {size} {less} with “{mix}” than with its parts added up",
        "{name}：{month}“{mix}”的降幅比各单项之和{less}{size}",
    ),
    # -- 8 leans ---------------------------------------------------------------------------------------------------
    "s8": ("What it leans on", "结论依据"),
    "s8_question": ("How sure, and what would turn the answer round?", "有多大把握，什么情况下结论会变？"),
    "part_assumptions": ("Assumptions", "假定"),
    "assumed_count": (
        "The model uses {total} numbers: {measured} measured, {calibrated} fitted to published figures one by one, and "
        "{assumed} assumed, "
        "the last in {topics} topics.",
        "模型共用参数{total}项：实测{measured}项，逐项比照公开数据拟合{calibrated}项，假定{assumed}项；"
        "假定参数分属{topics}个主题。",
    ),
    "assumed_weak": (
        "Weakest are the numbers behind visits, what makes a visit one with substance, drive and satisfaction: "
        "no published figure "
        "exists for any of them.",
        "依据最弱的是走访及其实效、内生动力和满意度，这几项均无公开数据可查。",
    ),
    "assumed_table": ("The {n} assumed numbers, with range and source", "{n}项假定参数及其范围、依据"),
    "changed_numbers": ("Set otherwise in this experiment: {names}.", "本次实验另行设定的参数：{names}。"),
    "col_topic": ("Topic", "主题"),
    "col_parameter": ("Number", "参数"),
    "col_value": ("Value", "取值"),
    "col_low": ("Low", "下限"),
    "col_high": ("High", "上限"),
    "col_source": ("Source", "依据"),
    "not_modelled": ("What is not modelled", "未纳入模型的内容"),
    "not_1": (
        "Most of the 23 indicators of the prosperity index. Income, poverty and inequality are modelled; the "
        "rest of the index is not, "
        "and no value is guessed for it.",
        "小康监测23项指标中的大部分。模型只计算收入、贫困和收入差距，其余指标不作推测。",
    ),
    "not_2": (
        "Agricultural value added and county output; firms and public finance, except the purses named here.",
        "农业增加值和全县生产总值，以及企业经营和财政收支（本报告所列资金除外）。",
    ),
    "not_3": (
        "The quality of schooling and care, and what they bring decades later.",
        "教育和医疗质量，以及几十年后的长远作用。",
    ),
    "not_4": ("Births, deaths, marriage and whole households moving away.", "生育、死亡、婚嫁和举家外迁。"),
    "not_5": (
        "The contents of the slogans of a campaign, where the documents name them but do not spell them out.",
        "活动口号的具体内容（文件只列名称、未作说明的）。",
    ),
    "covers": (
        "The intervals in this report cover chance (weather, prices, illness and the like) in one simulated "
        "population. They do not cover the assumed numbers: other values within their ranges may change the answer.",
        "本报告的区间只反映同一模拟人口中的随机情形（气象、价格、疾病等），不反映假定参数可能有误；"
        "假定参数在其范围内取其他值，结论可能改变。",
    ),
    "not_6": (
        "Anything a village knows about itself that is in no ledger: relations, reputations, disputes.",
        "台账之外村里自己清楚的情况，如人情关系、声望和纠纷。",
    ),
    "closure_text_fixed": (
        "Closure is fixed: prices and local jobs follow the years alone, so that the differences show the pure effect "
        "of a measure and leave out what it does to others through markets.",
        "本次采用固定闭合：价格和本地用工只随年景变化，差异反映措施本身的作用，不含经市场对他人的影响。",
    ),
    "closure_text_endogenous": (
        "Closure is endogenous: prices and local jobs answer to what households do, so that the differences include "
        "spillovers, and a household may lose because others gained.",
        "本次采用内生闭合：价格和本地用工随农户的行动变化，差异包含外溢影响，有的户可能因他人受益而减收。",
    ),
    "closure_text_mixed": (
        "Closure differs between the scenarios; each scenario's stored file says which it has. "
        "Differences between scenarios of different closure mix a measure's effect with its spillovers.",
        "各情景闭合方式不同，见所存情景文件。闭合方式不同的情景相比，差异中混有外溢影响。",
    ),
    "scenario_table": ("The {n} scenarios", "{n}个情景"),
    "col_id": ("Id", "编号"),
    "col_policies": ("Policies", "措施"),
    "col_digest": ("Digest", "摘要码"),
    "version_table": ("Runs and versions", "运行与版本"),
    "col_what": ("What", "项目"),
    "v_campaign": ("Campaign", "集中活动"),
    "campaign_dates": ("{start} to {end}, {days} days", "{start}至{end}，共{days}天"),
    "v_replicates": ("Runs of each scenario", "每个情景模拟次数"),
    "v_replicates_text": (
        "{done} done, in steps of {step}, at most {limit}",
        "已完成{done}次，每批{step}次，上限{limit}次",
    ),
    "v_seeds": ("Seeds", "随机种子"),
    "v_code": ("Version of the model", "模型版本"),
    "run_again": ("To run it again, type:", "重新运行，输入："),
    "no_failures": ("No run failed.", "没有运行失败。"),
    "failure_table": ("{n} runs failed and are in none of the numbers", "{n}次运行失败，未计入任何数据"),
    "col_seed": ("Seed", "种子"),
    "col_error": ("Error", "错误信息"),
    # -- workbook --------------------------------------------------------------------------------------------------
    "sheet_answer": ("Answer", "结论"),
    "sheet_county": ("County", "核对"),
    "sheet_differences": ("Differences", "差异"),
    "sheet_groups": ("By group", "分组"),
    "sheet_spillover": ("Spillovers", "外溢影响"),
    "sheet_cadre_days": ("Cadre-days", "干部工作日"),
    "sheet_day100": ("Day 100", "第100天"),
    "sheet_money": ("Money", "资金"),
    "sheet_purses": ("Purses", "资金来源"),
    "sheet_movers": ("Gained and lost", "增减户"),
    "sheet_efficiency": ("Cost per point", "单位成本"),
    "sheet_synergy": ("Synergy", "协同"),
    "sheet_notes": ("Notes", "说明"),
    "col_low95": ("Low (95%)", "下限（95%）"),
    "col_high95": ("High (95%)", "上限（95%）"),
    "col_replicates": ("Runs", "模拟次数"),
    "col_baseline_mean": ("Baseline mean", "对照均值"),
    "col_scenario_mean": ("Scenario mean", "情景均值"),
    "col_better": ("Share of runs above zero", "差异大于零的次数占比"),
    "col_unit": ("Unit", "单位"),
    "col_unit_difference": ("Unit of the difference", "差异的单位"),
    "col_week": ("Week", "周"),
    "col_support_unit": ("Support unit (number)", "联村单位（编号）"),
    "col_days_asked": ("Cadre-days asked for", "需求工作日"),
    "col_days_used": ("Cadre-days used", "实际使用工作日"),
    "col_part": ("Part", "构成"),
    "col_amount": ("Amount", "数额"),
    "col_measure": ("Measure", "指标"),
    "col_parts": ("Parts", "组成部分"),
    "col_chance_share": ("Share of runs that meet the target", "达标次数占比"),
    "col_text": ("Text", "内容"),
    "notes_1": (
        "Differences are paired: scenario minus baseline under the same seed. Intervals: 95% of the mean over runs "
        "(Student's t); they cover chance, not the assumed numbers.",
        "差异为同一种子下情景减对照的配对差；区间为各次模拟均值的95%区间（t分布），只反映随机情形，不反映假定参数可能有误。",
    ),
    "notes_2": (
        "Shares are written as fractions with the format of a percentage; a difference of shares is in percentage "
        "points. Money is in yuan.",
        "比例以小数存储、按百分比显示，比例之差为百分点；金额单位为元。",
    ),
    "notes_3": (
        "Month 12, 24, 36: income and poverty over the twelve months that end there.",
        "月份12、24、36：指截至该月的十二个月的收入和贫困情况。",
    ),
}
