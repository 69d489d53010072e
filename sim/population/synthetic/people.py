"""Who lives in a household, and what schooling it has."""

from __future__ import annotations

from sim.agents.household import Household
from sim.core.draws import decision, uniform
from sim.core.rule import rule
from sim.parameters.packed import P
from sim.population.synthetic.recipe import N_SCHOOLING, N_SIZES, Shape, pick

PEOPLE = decision("people.composition")
SCHOOLING = decision("people.schooling")
GENERATION = decision("people.generation")


@rule
def gather(h: Household, p: P, k: Shape, seed: int) -> None:
    """Who lives in the household: persons, elders, children, students, workers."""
    h.persons = 1 + pick(uniform(seed, PEOPLE, h.key, 0, 0), k.sizes, N_SIZES)
    u = uniform(seed, PEOPLE, h.key, 0, 1)
    h.elders = 0
    if u > p.elder_none:
        h.elders = min(h.persons, 1 if u < p.elder_none + p.elder_one else 2)
    rest = h.persons - h.elders
    disabled = 1 if rest >= 2 and uniform(seed, PEOPLE, h.key, 0, 2) < p.disabled_share else 0
    rest -= disabled
    h.children = h.seniors = h.university = h.leavers = 0
    for member in range(max(0, rest - 2)):
        if uniform(seed, PEOPLE, h.key, 0, 10 + member) < k.dependants:
            h.children += 1
    rest -= h.children
    if rest >= p.student_persons and uniform(seed, PEOPLE, h.key, 0, 3) < p.senior_share * p.student_factor[0]:
        h.seniors = 1
        rest -= 1
    if rest >= p.student_persons and uniform(seed, PEOPLE, h.key, 0, 4) < p.university_share * p.student_factor[1]:
        h.university = 1
        rest -= 1
    h.workers = max(0, rest)
    if h.workers >= 2 and h.persons >= p.student_persons:
        h.leavers = 1 if uniform(seed, PEOPLE, h.key, 0, 5) < p.leaver_share * p.student_factor[2] else 0
    h.younger = h.leavers
    for worker in range(h.leavers, h.workers):
        if uniform(seed, GENERATION, h.key, 0, worker) < p.younger_share:
            h.younger += 1
    h.schooling = int(p.schooling_years[pick(uniform(seed, SCHOOLING, h.key, 0), k.schooling, N_SCHOOLING)])
