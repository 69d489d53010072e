"""All words of a sensitivity analysis in English and Chinese."""

from __future__ import annotations

from experiments.pages.sentences import Words

TEXT: dict[str, tuple[str, str]] = {
    # what the page's layout asks for
    "page_title": ("What does the conclusion lean on?", "结论取决于哪些参数"),
    "contents": ("Contents", "目录"),
    "not_computed": ("Not computed.", "未计算。"),
    "uncalibrated": ("How to read it", "阅读说明"),  # the layout's key for the words in the frame
    "uncalibrated_text": (
        "What follows says how the model answers when its numbers are moved within their ranges, not how likely it is "
        "that they lie there.",
        "以下说明的是参数在取值范围内变动时模型结果如何变化，并不说明参数取这些值的可能性有多大。",
    ),
    "print_note": ("All indices are in indices.csv, in the same folder.", "全部指数见同一文件夹中的 indices.csv。"),
    "kicker": ("Sensitivity analysis · {name}", "敏感性分析 · {name}"),
    "world_pair": (
        "{b} minus {a}, in the same villages under the same chance events; {villages} villages, {months} months, "
        "{seeds} replicates averaged.",
        "同样的村、同样的随机情形下，“{b}”与“{a}”之差；{villages}个村，{months}个月，{seeds}次重复模拟取平均。",
    ),
    "world_one": (
        "{a}; {villages} villages, {months} months, {seeds} replicates averaged.",
        "“{a}”；{villages}个村，{months}个月，{seeds}次重复模拟取平均。",
    ),
    # the sentence
    "advantage": (
        "The advantage of “{better}” over “{worse}” in {outcome} ({value}) leans on {leans}; {turn}.",
        "“{better}”相对“{worse}”在“{outcome}”上的优势（{value}）主要取决于{leans}；{turn}。",
    ),
    "undecided": (
        "“{a}” and “{b}” cannot be told apart in {outcome} ({value}); what difference there is leans on {leans}.",
        "“{a}”与“{b}”在“{outcome}”上无法区分（相差{value}）；差异主要取决于{leans}。",
    ),
    "one_replicate": (
        "One replicate does not tell whether “{a}” or “{b}” is ahead in {outcome} ({b} less {a}: {value}); the "
        "difference leans on {leans}.",
        "仅模拟一次，无法认定“{a}”与“{b}”在“{outcome}”上孰高孰低（“{b}”减“{a}”：{value}）；差异主要取决于{leans}。",
    ),
    "level": (
        "“{outcome}” under “{a}” ({value}) leans on {leans}.",
        "“{a}”情形下的“{outcome}”（{value}）主要取决于{leans}。",
    ),
    "turns": ("it turns round if {cases}", "{cases}时，结论反转"),
    "above": ("{name} exceeds {value}", "{name}高于{value}"),
    "below": ("{name} falls below {value}", "{name}低于{value}"),
    "or": (" or if ", "，或"),
    "no_turn": (
        "of {count} parameters moved alone through their ranges, none turns it round",
        "在取值范围内逐一变动的{count}个参数，均不使结论反转",
    ),
    "outcome": ("{name}, {group}, month {month}", "{name}（{group}，第{month}个月）"),
    "outcome_all": ("{name}, month {month}", "{name}（第{month}个月）"),
    "outcome_last_day": ("{name}, {group}, last campaign day", "{name}（{group}，集中活动最后一天）"),
    "times": ("{x} times its values", "原值的{x}倍"),
    "with_unit": ("{x} ({unit})", "{x}（{unit}）"),
    # the answer's page
    "s_answer": ("Answer", "结论"),
    "q_answer": ("Which numbers carry it, and what would turn it round?", "哪些参数起决定作用，什么情况下结论会反转？"),
    "enough": (
        "Enough evaluations: two independent halves of the design name the same first {of} parameters, and the widest "
        "interval among them is {widest} (allowed {allowed}).",
        "计算次数足够：两个独立的半样本给出的前{of}个参数相同，其中最宽的区间半宽为{widest}（容许{allowed}）。",
    ),
    "not_enough": (
        "Not enough evaluations: two independent halves of the design have {agree} of the first {of} parameters in "
        "common, and the widest interval among them is {widest} (allowed {allowed}). Read the order as provisional.",
        "计算次数不足：两个独立的半样本给出的前{of}个参数中有{agree}个相同，最宽的区间半宽为{widest}（容许{allowed}）。"
        "参数排序仅供参考。",
    ),
    "reversed": (
        "With all {count} parameters moved at once, the difference had the other sign at {share} of the {points} "
        "points of the screening.",
        "{count}个参数同时变动时，筛选设计的{points}个点中有{share}的点差异方向相反。",
    ),
    "redrawn": (
        "{redrawn} trajectories were drawn anew because they led through worlds that the county's own books rule out.",
        "有{redrawn}条轨迹经过与本县台账不符的情形，已重新抽取。",
    ),
    "left_out": (
        "{left_out} samples were left out because they held worlds that the county's own books rule out.",
        "有{left_out}组样本含与本县台账不符的情形，已剔除。",
    ),
    "reach": (
        "In the design each parameter moves {share} of the way from its value to the ends of its range; alone, it "
        "moves all the way.",
        "整体设计中，各参数从现值向取值范围两端移动{share}；逐一变动时移动到两端。",
    ),
    "tornado_title": (
        "Alone, {name} moves {outcome} most: by {swing} from end to end of its range",
        "逐一变动时，{name}的影响最大：在其取值范围内使“{outcome}”变动{swing}",
    ),
    "tornado_axis": ("{outcome}, {unit}", "{outcome}，{unit}"),
    "tornado_note": (
        "Filled bar: parameter at its high end; open bar: at its low end; thick line: every parameter at its value. "
        "The others stay at their values.",
        "实心条：参数取上限；空心条：参数取下限；粗线：各参数取现值。其余参数保持不变。",
    ),
    "source": (
        "Model runs: {points} points, {runs} runs each. No interval is shown for single points.",
        "模型模拟：{points}个点，每点{runs}次。单点结果不附区间。",
    ),
    "data": ("Data behind this figure", "图中数据"),
    "low": ("low end", "下限"),
    "high": ("high end", "上限"),
    "at_low": ("outcome there", "取下限时结果"),
    "at_high": ("outcome there", "取上限时结果"),
    "now": ("value now", "现值"),
    "parameter": ("Parameter", "参数"),
    "ruled_out": ("ruled out by the county's books", "与本县台账不符"),
    # screening
    "s_screening": ("Screening", "筛选"),
    "q_screening": ("Of all that could matter, what does?", "在所有可能的参数中，哪些有影响？"),
    "scatter_title": (
        "{name} has the largest mean effect ({value}); {none} of {count} parameters have no effect at all",
        "{name}的平均影响最大（{value}）；{count}个参数中有{none}个完全没有影响",
    ),
    "scatter_x": (
        "mean size of the effect of moving from end to end (mu*), {unit}",
        "从一端移到另一端的平均影响幅度（μ*），{unit}",
    ),
    "scatter_y": ("spread of that effect (sigma), {unit}", "该影响的离散程度（σ），{unit}"),
    "scatter_note": (
        "Right: matters more. Above the dashed line the spread exceeds the mean size: the effect depends on the other "
        "parameters, or changes direction. Bars: 95% bootstrap intervals over trajectories.",
        "越靠右影响越大。位于虚线以上表示离散程度大于平均幅度：影响随其他参数而变，或方向不定。横线为按轨迹自助抽样的95%区间。",
    ),
    "screening_source": (
        "Morris screening: {trajectories} trajectories from two independent designs, {levels} levels, seed {seed}.",
        "莫里斯筛选法：两个独立设计共{trajectories}条轨迹，{levels}水平，设计种子{seed}。",
    ),
    "col_mu_star": ("mean size, mu*", "平均幅度 μ*"),
    "col_mu": ("mean, mu", "均值 μ"),
    "col_sigma": ("spread, sigma", "离散 σ"),
    "col_half": ("95%, ±", "95%，±"),
    "col_confidence": ("confidence", "依据"),
    "screening_table": ("The first {n} of {count} parameters", "{count}个参数中的前{n}个"),
    # Sobol
    "s_sobol": ("Shares of the variance", "方差贡献"),
    "q_sobol": ("How much is each one's own doing, and how much works together?", "各参数单独作用和共同作用各占多少？"),
    "sobol_title": (
        "{name} has a part in {total} of the variance, {first} of it alone",
        "{name}参与了方差的{total}，其中单独作用占{first}",
    ),
    "sobol_unsettled": (
        "{name} comes first, but there are too few samples to say with what share",
        "{name}排在首位，但样本数不足，尚不能说明其占比",
    ),
    "of_largest": ("{share} of the largest", "最大值的{share}"),
    "sobol_axis_first": ("alone (first order), share of the variance", "单独作用（一阶指数），占方差的比重"),
    "sobol_axis_total": (
        "with all it joins in (total), share of the variance",
        "含共同作用（总效应指数），占方差的比重",
    ),
    "sobol_source": (
        "Sobol indices (Saltelli 2010): {samples} base samples, {count} parameters, others at their values; 95% "
        "bootstrap intervals.",
        "Sobol指数（Saltelli 2010）：{samples}组基础样本，{count}个参数，其余保持现值；95%自助抽样区间。",
    ),
    # turning
    "s_turn": ("Where it turns round", "何处反转"),
    "q_turn": ("How far may a number be off before the other is better?", "参数偏离多少，结论就会改变？"),
    "col_turn": ("turns round", "反转条件"),
    "turn_table": (
        "One parameter at a time, the others at their values, through the whole range",
        "逐一变动参数（其余保持现值），在整个取值范围内",
    ),
    "turn_never": ("not within its range", "范围内不反转"),
    # how
    "s_how": ("How this was done", "方法说明"),
    "q_how": ("What was run, and what does it not say?", "做了哪些计算，哪些问题没有回答？"),
    "how_points": (
        "{points} points were evaluated, each {runs} runs; a point that fails stops the analysis.",
        "共计算{points}个点，每点{runs}次模拟；任何一点失败都会终止分析。",
    ),
    "how_ranges": (
        "Ranges are those stated with each parameter. Within a range every value counts alike; correlations between "
        "parameters are not known and not assumed.",
        "取值范围见各参数说明；范围内各值同等对待，不假定参数之间的相关性。",
    ),
    "how_fit": (
        "For each point the villages are fitted anew, so that the county's books hold whatever the parameters are.",
        "每个点都重新拟合各村，使本县台账数据在任何参数下都成立。",
    ),
    "how_again": ("To run it again", "重新运行"),
    "how_chance": (
        "Chance is shared by all points and averaged over {seeds} replicates; it is not what these intervals cover.",
        "各点共用随机情形，并对{seeds}次重复取平均；图中区间不反映随机情形。",
    ),
}


class SensitivityWords(Words):
    """Sentences of this package, and terms.

    Args:
        language: "en" or "zh".
    """

    def __init__(self, language: str) -> None:
        super().__init__(language, TEXT)
