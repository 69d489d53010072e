"""What the report of virtual trials says, in English and Chinese."""

from __future__ import annotations

from typing import Any

WORDS: dict[str, tuple[str, str]] = {
    "page_title": ("Virtual trials", "模拟试验"),
    "kicker": ("villagesim · virtual trials · {name}", "villagesim · 模拟试验 · {name}"),
    "contents": ("Contents", "目录"),
    "not_computed": ("not computed", "未计算"),
    "print_note": (
        "The same command with the same files gives the same page.",
        "同样的文件和命令得到同样的页面。",
    ),
    "world": (
        "Each trial is repeated with a new population, a new lot, a new survey and new chance events. The mean over "
        "the replicates is held against the published estimate by a rule stated beforehand.",
        "每项试验重复多次，每次人口、分组抽签、抽样调查和随机事件都不同；各次结果的平均值按事先写明的规则与已发表的估计对照。",
    ),
    "answer": ("What the model says of published trials", "模型与已发表试验的对照"),
    "answer_question": (
        "Does the model find what trials found?",
        "模型得到的效应与实地试验一致吗？",
    ),
    "sentence": (
        "{met} of {ruled} rules are met.{missed}",
        "{ruled}条判定规则中，{met}条符合。{missed}",
    ),
    "sentence_one": ("Rule {verdict}: {what}.", "规则{verdict}：{what}。"),
    "sentence_none": ("No rule was stated; the effects stand beside what was published.", "未设判定规则，仅列出效应。"),
    "missed_list": (" Missed: {what}.", "未符合：{what}。"),
    "unjudged_list": (" Cannot be judged: {what}.", "无法判定：{what}。"),
    "finds": (
        "{label}: the model finds {model} where {published} was published",
        "{label}：模型为{model}，已发表为{published}",
    ),
    "forest_heading": ("{label}: {verdict}; the rule is {rule}", "{label}：{verdict}；规则为{rule}"),
    "finds_alone": ("{label}: the model finds {model}", "{label}：模型为{model}"),
    "finds_sign": (
        "{label}: the model finds {model}; the sign published is {sign}",
        "{label}：模型为{model}，已发表的方向为{sign}",
    ),
    "and_others": (" (and {n} more below)", "（另有{n}项见图）"),
    "positive": ("positive", "正"),
    "negative": ("negative", "负"),
    "met": ("met", "符合"),
    "missed": ("missed", "未符合"),
    "no_rule": ("no rule", "未设规则"),
    "unjudged": ("cannot be judged", "无法判定"),
    "enough": ("enough", "足够"),
    "not_enough": ("not enough, about {n} replicates needed", "不够，约需重复{n}次"),
    "few": ("not enough: {n} replicates, 30 at least", "不够：只重复了{n}次，至少30次"),
    "unasked": ("no published error", "没有已发表的标准误"),
    "range": ("{low} to {high}", "{low}至{high}"),
    "at_least": ("at least {low}", "不低于{low}"),
    "at_most": ("at most {high}", "不高于{high}"),
    "sign_rule": ("{sign} in {share} of replicate means", "重复均值中{share}为{sign}"),
    "control_rule": ("control {range}", "对照组{range}"),
    "distance": (
        "distance of the model from the published estimate, in published standard errors",
        "模型与已发表估计之差（以已发表标准误为单位）",
    ),
    "overview_title": (
        "{near} of {n} effects lie within two standard errors of what was published",
        "{n}项效应中，{near}项与已发表估计相差不超过两个标准误",
    ),
    "source_line": (
        "Source: villagesim, {n} replicate trials; bars: 95% Monte Carlo intervals of the mean.",
        "资料来源：villagesim，重复试验{n}次；横线为均值的95%模拟误差区间。",
    ),
    "forest_source": (
        "Source: villagesim, {n} replicate trials; published: {source}. Bars: 95% intervals (of the published "
        "estimate; of the mean over replicates; of what one trial of this size would report).",
        "资料来源：villagesim，重复试验{n}次；已发表：{source}。横线为95%区间（已发表估计、重复均值、单次同规模试验）。",
    ),
    "published": ("published", "已发表"),
    "model": ("model, mean of {n} trials", "模型，{n}次试验的均值"),
    "single": ("one such trial", "单次同规模试验"),
    "unit_yuan": ("yuan", "元"),
    "unit_percent": ("% of the control mean", "占对照组均值的%"),
    "unit_sd": ("sd of the control group", "对照组标准差"),
    "unit_share": ("percentage points", "百分点"),
    "unit_level": ("the measure's own unit", "指标本身的单位"),
    "of_outcomes": ("Effects", "效应"),
    "of_known": ("How well they are known", "结果的可靠程度"),
    "of_takeup": ("Who took it up", "参与率"),
    "of_quantiles": ("Effects at quantiles of the outcome", "分位数效应"),
    "of_design": ("How the question was put", "试验设置"),
    "trial": ("trial", "试验"),
    "outcome": ("outcome", "结果指标"),
    "month": ("month", "第几个月"),
    "unit": ("unit", "单位"),
    "estimator": ("estimator", "估计方法"),
    "model_mean": ("model (mean ± interval)", "模型（均值±区间）"),
    "rule": ("rule", "判定规则"),
    "verdict": ("verdict", "判定"),
    "control_mean": ("control mean", "对照组均值"),
    "mc_se": ("Monte Carlo error", "模拟误差"),
    "allowed": ("allowed", "允许值"),
    "precise": ("enough?", "是否足够"),
    "trial_se": ("one trial's own standard error", "单次试验的标准误"),
    "spread": ("spread between trials", "各次试验之间的标准差"),
    "covers_zero": ("intervals holding zero", "区间含零的比例"),
    "covers_published": ("intervals holding the published value", "区间含已发表值的比例"),
    "sign_share": ("trials with the sign", "方向一致的试验比例"),
    "mean_sign_share": ("means with the sign", "方向一致的均值比例"),
    "households": ("households", "农户数"),
    "arm": ("arm", "组别"),
    "takeup": ("took it up", "参与率"),
    "told": ("told", "被告知比例"),
    "offer": ("offered", "提供的项目"),
    "nothing": ("nothing", "无"),
    "quantile": ("quantile", "分位数"),
    "difference": ("difference in means", "均值之差"),
    "ancova": ("ANCOVA (baseline as covariate)", "协方差分析（以基线为协变量）"),
    "late": ("effect on those who took it up", "对实际参与者的效应"),
    "control": ("mean of the control group", "对照组均值"),
    "d_unit_village": (
        "{clusters} villages drawn by lot", "以村为单位随机分组，共{clusters}个村"
    ),
    "d_unit_branch": (
        "{clusters} branches of {branch_villages} villages each drawn by lot",
        "以网点为单位随机分组，共{clusters}个网点，每个网点{branch_villages}个村",
    ),
    "d_unit_household": (
        "{clusters} households in {villages} villages drawn by lot",
        "以农户为单位随机分组，{villages}个村共{clusters}户",
    ),
    "d_sample": ("{sample} households surveyed in each village", "每村调查{sample}户"),
    "d_everyone": ("every eligible household surveyed", "调查全部符合条件的农户"),
    "d_eligible": ("eligible: {what}", "参与条件：{what}"),
    "d_follow": ("asked again in months {months}; {lost} lost; reporting error {error}",
                 "第{months}个月回访；样本流失{lost}；申报误差{error}"),
    "d_place": (
        "from {start}, closure {closure}, books of {profile}",
        "自{start}起，市场设定：{closure}，以{profile}为底账",
    ),
    "much_transfers": (
        "Transfers are {share} of income at baseline: what the county's rules pay in a place this poor. State "
        "income.sources.transfer in [world.books] if it has no such pensions and guarantees.",
        "基线时转移性收入占纯收入的{share}，系按本县补助标准计；如当地没有这类低保和养老金，请在[world.books]中写明"
        "income.sources.transfer。",
    ),
    "wage_share": (
        "Wages are {found} of income at baseline, where the books say {expected}: no world of this income was found in "
        "which they are.",
        "基线时工资性收入占纯收入的{found}，底账为{expected}：在该收入水平下未能找到符合底账比例的设定。",
    ),
    "wages": (
        "Wages nearby and away are {times} times the county's: with the county's own there is no world of this income. "
        "State labour.local_wage_yuan, migrant_wage_yuan and living_away_yuan in [world.place] if they are known.",
        "该地收入水平与本县工资不相容，本地和外出工资按本县的{times}倍计；如有当地数据，请在[world.place]中写明"
        "labour.local_wage_yuan、migrant_wage_yuan和living_away_yuan。",
    ),
    "d_transfers": (
        "transfers are {share} of income at baseline, {how}",
        "基线时转移性收入占纯收入的{share}（{how}）",
    ),
    "as_stated": (
        "as the file states: guarantee, pensions and subsidies are set to it",
        "按试验文件设定：低保、养老金和补贴标准随之调整",
    ),
    "as_ruled": ("as the rates of the place make it", "按当地补助标准得出"),
    "moved": (
        "The file opens on {asked}; the model's calendar has 2008 to 2020 only. The trial opens on {opens}, and the "
        "amounts of the file are taken for yuan of that year.",
        "试验文件的开始日期为{asked}，模型的日历只有2008至2020年；试验改在{opens}开始，文件中的金额按该年的元计。",
    ),
    "headcount": (
        "{found} of the people are below the line at baseline, where {expected} were expected of mean, Gini index and "
        "line: households of this place cannot be more alike or less.",
        "基线时收入低于贫困线的人口占{found}，按均值、基尼系数和贫困线推算应为{expected}：该地农户间的收入差距无法再调整。",
    ),
    "d_books": ("books replaced: {what}", "改动的底账：{what}"),
    "d_parameters": ("parameters of the place: {what}", "当地参数：{what}"),
    "fixed": ("fixed (prices and jobs held)", "固定（价格与就业不变）"),
    "endogenous": ("endogenous (prices and jobs respond)", "内生（价格与就业随之变动）"),
    "failed": (
        "{n} of {all} replicates failed and are left out; the first: {error}",
        "{all}次重复中有{n}次失败，未计入；首个原因：{error}",
    ),
    "undefined": (
        "{label}: not defined in {n} of {all} replicates",
        "{label}：{all}次重复中有{n}次无法计算",
    ),
    "wild": (
        "{label}: the offer moves take-up so little that a few trials decide the mean; the median of the trials is "
        "{median} ({unit}).",
        "{label}：项目对参与率影响太小，均值由少数几次试验决定；各次试验的中位数为{median}（{unit}）。",
    ),
    "missed_warning": (
        "Rule missed for {label}: the model finds {model}; the rule is {rule}.",
        "{label}不符合规则：模型为{model}，规则为{rule}。",
    ),
    "note_half": ("± is half the width of a 95% interval.", "±为95%区间的半宽。"),
    "stand_in": (
        "Allowed is a fifth of the published standard error; where none was published, the rule's range is taken for "
        "a 95% interval.",
        "允许值为已发表标准误的五分之一；没有已发表标准误的，把规则的范围当作95%区间。",
    ),
    "again": ("The same again", "重复运行的命令"),
}  # fmt: skip


def sayer(language: str) -> Any:
    """A function that looks up a phrase of a language and fills it in."""

    def say(key: str, **values: Any) -> str:
        return WORDS[key][language == "zh"].format(**values)

    return say
