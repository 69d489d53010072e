"""Every parameter by name, written by `python -m experiments.generated.typed_parameters`.

A test says if it is stale."""

from __future__ import annotations


class P:
    """Parameters as rules read them; lists are tuples."""

    ability_schooling: float
    ageing: float
    attend_busy: float
    attend_idle: float
    attending_cost_yuan: float
    attention_fades: float
    audit_cost_yuan: float
    audit_expected: float
    audit_finds: tuple[float, ...]
    audit_sanction: float
    awareness_decay: float
    awareness_neighbours: float
    awareness_open: float
    away_luck: float
    away_open: float
    away_season: tuple[float, ...]
    bank_borrowers: float
    bank_loan_variance: float
    bank_loan_yuan: float
    bank_rate: float
    bank_talent: tuple[float, ...]
    bank_term_months: tuple[float, ...]
    believed_mean: float
    believed_sd: float
    bent_again: float
    bent_anger: float
    bent_answer_days: tuple[float, ...]
    bent_capture: float
    bent_channel_yuan: tuple[float, ...]
    bent_delay_days: float
    bent_fee: float
    bent_look_days: float
    bent_look_yuan: float
    bent_mended: float
    bent_received: float
    bent_share: tuple[float, ...]
    bent_skim: float
    bent_speaks: tuple[float, ...]
    bent_witnesses: float
    birth_rate: float
    block_age_months: tuple[float, ...]
    block_cost_mu_yuan: float
    block_days_mu: float
    block_households: tuple[float, ...]
    block_joins_months: float
    block_land_open: float
    buffer_income_share: float
    buffer_months: float
    building_days: float
    business_alpha: float
    business_capital_yuan: float
    business_days_month: float
    business_exit: float
    business_hand: float
    business_households: float
    business_least_yuan: float
    business_mean_yuan: float
    business_overhead_yuan: float
    business_patience: float
    business_resale: float
    business_scale_yuan: float
    business_step_yuan: float
    business_variance: float
    business_wear: float
    cadre_effort: float
    cadre_knowledge: float
    cadre_means: tuple[float, ...]
    cadre_sd: float
    cadre_trade: float
    called_days: float
    care_days_child: float
    care_days_elder: float
    care_days_ill: float
    care_forgone: float
    care_rate: float
    care_reach: float
    cash_least_yuan: float
    cash_months: float
    cash_spent: float
    cash_variance: float
    cause_burden_yuan: float
    cause_cash_yuan: float
    cause_fit: float
    cause_shares: tuple[float, ...]
    cause_skill: float
    caution_known: float
    caution_spread: float
    channel_days: tuple[float, ...]
    channel_fee_yuan: tuple[float, ...]
    channel_guarantee: tuple[float, ...]
    channel_least_income_yuan: tuple[float, ...]
    channel_lump_sum: tuple[float, ...]
    channel_papers: tuple[float, ...]
    channel_rate: tuple[float, ...]
    channel_size_yuan: tuple[float, ...]
    channel_subsidy: tuple[float, ...]
    channel_term_months: tuple[float, ...]
    cheap_money: float
    childhood_years: float
    coaching_months: float
    cohesion_limits: tuple[float, ...]
    cohesion_mean: float
    cohesion_sd: float
    collateral_need: float
    compulsory_years: float
    consultation_half_days: float
    consumption_share: float
    contract_of_cooperative: float
    contract_of_market: float
    contract_premium: float
    contract_yuan: float
    cooperative_premium: float
    cooperative_strength: tuple[float, ...]
    cooperative_villages: float
    counties_a_region: float
    course_catch_up: float
    course_class: float
    course_crowding: float
    course_first_hours: float
    course_gain: float
    course_hours: float
    course_invitations: float
    course_least: float
    course_without_follow_up: float
    cpi: tuple[float, ...]
    dare_months: float
    day_value_share: float
    death_rate: float
    deprived_cutoff: float
    deprived_schooling_years: float
    dibao_aim: float
    dibao_elders: float
    dibao_share: float
    dibao_usual_workers: float
    dibao_workers: float
    dibao_yuan_month: float
    disabled_share: float
    disabling: float
    disease_rate: float
    disease_share: float
    dispute_content: float
    dispute_days: float
    dispute_grows_months: float
    dispute_half_days: float
    dispute_harms: float
    dispute_law_yuan: float
    dispute_mends: float
    dispute_rate: float
    dispute_settled: tuple[float, ...]
    distress_price: float
    distress_share: float
    drive_base: float
    drive_neighbours: float
    drive_rate: float
    drive_sd: float
    drive_success: float
    drop_out_poor: float
    drop_out_rate: float
    drought_major: float
    drought_major_loss: float
    drought_minor: float
    drought_minor_loss: float
    duplicates_found: float
    education_boards: tuple[float, ...]
    education_far: tuple[float, ...]
    education_fee_yuan: tuple[float, ...]
    education_place_yuan: tuple[float, ...]
    education_wish: tuple[float, ...]
    effort_limits: tuple[float, ...]
    elder_days_month: float
    elder_illness: float
    elder_none: float
    elder_one: float
    empty_visit: float
    ewe_price_yuan: float
    exam_check_yuan: float
    exam_days: float
    exam_far: float
    exam_half_checks: float
    exam_refuses: float
    exam_response: float
    exam_untrue: float
    exam_vote_noise: float
    exam_width: float
    exam_yuan: float
    expectation_rate: float
    expected_by_mouths: float
    far_km: float
    far_loss: float
    far_road: float
    farm_price_growth: tuple[float, ...]
    farm_skill_mean: float
    farm_skill_schooling: float
    fees_reach: float
    field_days_after: float
    field_luck: float
    firm_additional: float
    firm_fails: tuple[float, ...]
    firm_fee_yuan: float
    firm_jobs_most: float
    firm_need_yuan: tuple[float, ...]
    firm_pledge: tuple[float, ...]
    firm_worth_yuan: tuple[float, ...]
    first_year: float
    fodder_base_head: float
    fodder_head_mu: tuple[float, ...]
    follow_up_cost: float
    formula_cost_yuan: float
    fortune_lasts: float
    fortune_sd: float
    frail_illness: float
    frost_luck: float
    fund_arrears: float
    fund_dividend: float
    fund_member_yuan: float
    fund_members: float
    fund_pressed: float
    fund_relent: float
    fund_renewals: float
    funds_cost: float
    funeral_yuan: float
    gate_margin: float
    gift_care: float
    gift_feed: float
    gift_loss: tuple[float, ...]
    gift_lost: float
    gift_months: float
    gift_uncoached: float
    gift_usable: float
    good_trainers: float
    graduate_files: float
    graduate_leadership: float
    graduate_leaves: float
    graduate_objects: float
    graduate_papers: float
    graduate_pay_yuan: float
    graduates_to_town: float
    graft_leadership: float
    graft_share: float
    graft_spread: float
    grain_eaten_kg: float
    grant_diverted: float
    greenhouse_build_mu_yuan: float
    greenhouse_cost_mu_yuan: float
    greenhouse_days_mu: float
    greenhouse_households: tuple[float, ...]
    greenhouse_irrigation: float
    greenhouse_least_mu: float
    greenhouse_max_mu: float
    greenhouse_open_mu: tuple[float, ...]
    greenhouse_season: tuple[float, ...]
    greenhouse_wear_mu_yuan: float
    greenhouse_yield_kg_mu: float
    guarantee_deposit: float
    guarantee_error: float
    guarantee_savings_months: float
    guaranteed_share: float
    habit_rate: float
    hassle_helped: float
    hassle_yuan: float
    home_open: float
    home_share: float
    home_value_yuan: float
    hospital_cost_sd: float
    hospital_cost_yuan: float
    hospital_rate: float
    hospital_reimbursed: float
    house_cost_yuan: float
    house_days: float
    house_richer: tuple[float, ...]
    house_sound: float
    ill_worker_share: float
    illness_months: float
    illness_most_months: float
    illness_severity: float
    illness_weight_mean: float
    industry_days: float
    informal_borrowers: float
    informal_limit: float
    informal_loan_variance: float
    informal_loan_yuan: float
    informal_repay_share: float
    infra_cost_yuan: tuple[float, ...]
    infra_open: tuple[float, ...]
    infra_paid: tuple[float, ...]
    infra_prepare_months: float
    infra_reach: tuple[float, ...]
    infra_stops: tuple[float, ...]
    infra_supervisor: float
    infra_upkeep: tuple[float, ...]
    infra_wear: tuple[float, ...]
    input_haul: float
    insurance_calms: float
    insurance_worth: float
    insured_share: float
    insurer_trust: float
    intercropped: float
    invest_least_yuan: float
    invitation_yuan: float
    irrigation_mean: float
    irrigation_shelter: float
    irrigation_spread: tuple[float, ...]
    irrigation_terrain: tuple[float, ...]
    irrigation_yield: float
    job_news_fades: float
    jobs_distance: tuple[float, ...]
    jobs_least: float
    jobs_mean: float
    jobs_most: float
    jobs_spread: tuple[float, ...]
    junior_years: float
    kept_away: float
    kept_before_repaying: float
    kin_forgiven: float
    kin_share: float
    kin_within: float
    kindergarten_days: float
    kindergarten_years: float
    knows_lines: tuple[float, ...]
    land_base: float
    land_letters: float
    land_person: float
    land_sd: float
    land_terrain: tuple[float, ...]
    later_cpi: float
    later_growth: float
    leadership_mean: float
    leadership_sd: float
    leaning_sd: float
    leave_base: float
    leave_care: float
    leave_contacts: float
    leave_cost_yuan: float
    leave_gain: float
    leave_inertia: float
    leave_older: float
    leave_order: float
    leave_reserve_yuan: float
    leave_review: float
    leave_scale_yuan: float
    leave_told: float
    leave_worth: float
    leaver_share: float
    leaver_years: float
    ledger_corrected: float
    level_arrives: tuple[float, ...]
    level_days: tuple[float, ...]
    level_effort: tuple[float, ...]
    level_keeps: tuple[float, ...]
    level_most_sd: float
    level_sd: float
    level_terrain: tuple[float, ...]
    line_first_year: float
    line_open: tuple[float, ...]
    line_risk: tuple[float, ...]
    line_yuan: tuple[float, ...]
    linked_registered: float
    list_satisfaction: float
    livestock_cost_head_yuan: float
    livestock_days_head: float
    livestock_drought: float
    livestock_households: tuple[float, ...]
    livestock_mean_head: float
    livestock_season: tuple[float, ...]
    livestock_variance: float
    living_away_yuan: float
    loan_diverted: float
    loan_least_yuan: float
    loan_lost_months: float
    local_demand: float
    local_wage_sd: float
    local_wage_yuan: float
    lose_job_rate: float
    lump_sum_ease: float
    marriage_rate: float
    meals_spared: float
    medical_dues_yuan: float
    medium_awareness: tuple[float, ...]
    medium_household_yuan: tuple[float, ...]
    medium_reach: tuple[float, ...]
    medium_tells: tuple[float, ...]
    medium_yuan: tuple[float, ...]
    meeting_awareness: float
    meeting_comes: tuple[float, ...]
    meeting_hold_yuan: float
    meeting_reach: float
    meeting_sees: tuple[float, ...]
    meeting_tells: float
    member_skill: float
    member_teaching: float
    migrant_wage_yuan: float
    monitoring_bill_yuan: float
    monitoring_call_days: float
    monitoring_help_days: float
    monitoring_hold_days: float
    monitoring_in_time_days: float
    monitoring_line_yuan: tuple[float, ...]
    monitoring_near: float
    monitoring_recent_months: float
    monitoring_report: float
    monitoring_savings_months: float
    monitoring_standard_yuan: float
    monitoring_struck_bill: float
    monitoring_struck_loss: float
    monitoring_times: float
    move_contact: float
    move_days: float
    nature_limits: tuple[float, ...]
    network_calls: float
    network_least: float
    network_reach: float
    offspring_head: float
    orchard_cost_mu_yuan: float
    orchard_cost_season: tuple[float, ...]
    orchard_days_mu: float
    orchard_days_season: tuple[float, ...]
    orchard_drought: float
    orchard_first_crop: float
    orchard_first_fruit_years: float
    orchard_full_years: float
    orchard_harvest_season: tuple[float, ...]
    orchard_households: tuple[float, ...]
    orchard_land_open: float
    orchard_land_share: float
    orchard_life_years: float
    orchard_mean_mu: float
    orchard_of_loan: float
    orchard_patience: float
    orchard_plant_mu_yuan: float
    orchard_terrain: tuple[float, ...]
    orchard_variance: float
    orchard_yield_kg_mu: float
    papers_missing: float
    parents: float
    partner_carries: tuple[float, ...]
    partner_fails: tuple[float, ...]
    partner_return: tuple[float, ...]
    partner_spread: tuple[float, ...]
    passed_poor: float
    passed_poor_lines: float
    passed_rich: float
    passed_rich_lines: float
    pension_yuan_month: float
    persons_shares: tuple[float, ...]
    place_limits: tuple[float, ...]
    placement_pull: float
    places_found: float
    post_days: float
    poverty_floor_yuan: float
    price_flexibility: tuple[float, ...]
    price_sd: tuple[float, ...]
    price_yuan: tuple[float, ...]
    project_cost_yuan: tuple[float, ...]
    project_enough: tuple[float, ...]
    project_gift_yuan: float
    project_heedless: float
    project_irrigation: float
    project_leadership: float
    project_leakage: float
    project_market: float
    project_months: float
    project_restraint: float
    project_road: float
    project_scatter: float
    project_trade: float
    project_wages: float
    project_water: float
    property_households: float
    property_variance: float
    rectify_days: float
    rectify_finds: float
    rectify_rebounds: float
    rectify_yuan: float
    repay_burden: float
    required_return: float
    rest_rate: float
    restocking: float
    restocking_sales: float
    review_entries: float
    review_exits: float
    review_food: float
    review_held: float
    review_margin: float
    review_noise: float
    review_pressure: float
    review_vote: float
    review_vote_noise: float
    review_worry: float
    road_jobs: float
    road_mean: tuple[float, ...]
    road_sd: float
    satisfaction_base: float
    satisfaction_rate: float
    saving_horizon_months: float
    saving_pace: float
    schooling_ends: tuple[float, ...]
    schooling_mean: float
    schooling_years: tuple[float, ...]
    secretary_fund_yuan: tuple[float, ...]
    secretary_leadership: float
    secretary_pay_yuan: float
    senior_fee_yuan: float
    senior_share: float
    senior_years: float
    service_gain: tuple[float, ...]
    site_meeting_reach: float
    site_meeting_trust: float
    site_visit_learn: float
    skill_base_most: float
    skill_decay: float
    skill_doing: float
    skill_doing_staple: float
    skill_greenhouse: float
    skill_livestock: float
    skill_neighbours: float
    skill_schooling: float
    skill_sd: float
    skill_yield: float
    slot_days: float
    slot_ends: float
    slot_search: float
    spending_growth: tuple[float, ...]
    split_rate: float
    squeeze_pace: float
    standing_rate: float
    staple_cost_mu_yuan: float
    staple_cost_season: tuple[float, ...]
    staple_days_mu: float
    staple_days_season: tuple[float, ...]
    staple_harvest_season: tuple[float, ...]
    staple_yield_kg_mu: float
    stream_diverts: float
    stream_share: tuple[float, ...]
    student_factor: tuple[float, ...]
    student_loan_months: float
    student_loan_rate: float
    student_loan_wish: float
    student_persons: float
    subsidy_mu_yuan: float
    subsistence_share: float
    substance_base: float
    substance_fatigue: float
    substance_match: float
    substance_standing: float
    suited_away: float
    supply_least: float
    talent_sd: float
    teaching_share: float
    tell_participants: float
    tell_rate: float
    tell_shown: float
    telling_yuan: float
    think_rate: float
    tire_rate: float
    to_senior: float
    to_town_rate: float
    to_university: float
    township_spread: float
    trade_luck: float
    training_cost_yuan: tuple[float, ...]
    training_days: float
    transfer_growth: tuple[float, ...]
    trust_contacts: float
    trust_own: float
    trust_paid: float
    trust_rate: float
    trust_seen: float
    trust_shown: float
    trust_shown_most: float
    trust_unpaid: float
    unit_money_spread: float
    unit_standing: float
    university_fee_yuan: float
    university_share: float
    university_years: float
    untreated: float
    usual_care: float
    usual_remoteness: float
    village_caution: float
    village_km: tuple[float, ...]
    village_luck: float
    visit_advice: float
    visit_awareness: float
    visit_drive: float
    visit_referral: float
    visit_satisfaction: float
    visits_watch: float
    vocational_gain: float
    vocational_years: float
    volume_growth: float
    vote_cost_yuan: float
    vote_fatigue: float
    vote_hands: float
    vote_scale: float
    wage_growth: tuple[float, ...]
    waiver_applied_for: float
    water_mean: tuple[float, ...]
    water_sd: float
    wealth_share: float
    wedding_yuan: float
    well_off_lines: float
    work_course_gain: float
    work_days_month: float
    work_skill_limits: tuple[float, ...]
    work_skill_mean: float
    work_skill_schooling: float
    work_skill_wage: float
    working_years: float
    works_hands: float
    workshop_fails: float
    write_off_months: float
    younger_share: float
