"""Villages in a browser, day by day: a page of Mesa and Solara over a `VillageModel`.

    pip install '.[viz]'
    solara run examples/solara_app.py

Credit and seed are moved at the left; a step is a day. The first page takes a minute or more, since rules are compiled.
"""

import datetime as dt

import mesa
import numpy as np
import solara
from matplotlib.figure import Figure
from mesa.visualization import SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter

from sim import Plan, VillageModel
from sim.agents.village import Village

PLAN = Plan.build(
    id="shown",
    title={"en": "Visits and credit", "zh": "入户走访加小额信贷"},
    era="2012",
    horizon_months=12,
    world={"profile": "gansu_county", "villages": 20},
    campaign={"start": dt.date(2012, 12, 24), "days": 100},
    policies=[{"kind": "visits"}, {"kind": "microcredit", "channel": "women"}],
)
SERIES = {
    "cash, yuan a household": lambda m: float(m.households["cash_yuan"].mean()),
    "debt, yuan a household": lambda m: float(m.households["debt_yuan"].mean()),
}


class Shown(VillageModel):
    """The model with what the page may move, and a collector for its curves."""

    def __init__(self, quota_yuan=20_000_000, rng=17):
        super().__init__(PLAN.with_settings({"policies.microcredit.quota_yuan": float(quota_yuan)}), int(rng))
        self.datacollector = mesa.DataCollector(model_reporters=SERIES)
        self.datacollector.collect(self)

    def step(self):
        super().step()
        self.datacollector.collect(self)


@solara.component
def Map(model):
    """Villages round the county town: distance is the model's, direction is only for show; colour is debt a head."""
    update_counter.get()
    figure = Figure(figsize=(5, 5), layout="constrained")
    figure.gca().set_title(f"{model.today_date}: debt a head, yuan; size: households")
    draw(model, figure.gca())
    solara.FigureMatplotlib(figure)


def draw(model, axes):
    """The map of a model on axes of Matplotlib."""
    villages = list(model.agents_by_type[Village])
    home, persons = model.households["village"], model.households["persons"]
    debt = np.bincount(home, model.households["debt_yuan"]) / np.bincount(home, persons)
    angle = 2.4 * np.arange(len(villages))  # the golden angle: neighbours in the list stand apart
    away = np.array([village.distance_km for village in villages])
    dots = axes.scatter(away * np.cos(angle), away * np.sin(angle), np.bincount(home) / 2, debt, cmap="YlOrRd")
    axes.figure.colorbar(dots, shrink=0.7)
    axes.plot(0, 0, "k*", markersize=12)
    axes.set_aspect("equal")
    axes.set_xlabel("km from the county town")
    return dots


@solara.component
def Page():
    """The page."""
    sliders = {
        "quota_yuan": {
            "type": "SliderInt", "label": "credit in the county, yuan", "value": 20_000_000,
            "min": 0, "max": 100_000_000, "step": 5_000_000,
        },
        "rng": {"type": "InputText", "label": "seed", "value": 17},
    }  # fmt: skip
    model = solara.use_memo(Shown, [])
    curves = make_plot_component(dict(zip(SERIES, ("tab:blue", "tab:red"), strict=True)))
    shown = [Map, curves]
    SolaraViz(model, components=shown, model_params=sliders, name="villagesim", render_interval=7, play_interval=1)
