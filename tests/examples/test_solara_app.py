"""The page in the browser renders without one, shows what its model holds, and moves with it."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest

for package in ("solara", "altair"):
    pytest.importorskip(package, reason=f"{package} comes with the extra 'viz', which is not installed")

APP = Path(__file__).parents[2] / "examples" / "solara_app.py"


@pytest.fixture(scope="module")
def app() -> Any:
    spec = spec_from_file_location("solara_app", APP)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def images(rendered: Any) -> list[bytes]:
    import ipywidgets

    return [widget.value for widget in rendered.find(ipywidgets.Image).widgets]


@pytest.mark.filterwarnings("ignore:.*use_state.*early return")
def test_the_page_shows_map_and_curves_and_moves_with_the_model(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import solara
    from mesa.visualization.utils import force_update

    made: list[Any] = []
    shown = app.Shown
    monkeypatch.setattr(app, "Shown", lambda: made.append(shown()) or made[-1])
    _, rendered = solara.render(app.Page(), handle_error=False)
    before = images(rendered)
    assert len(before) == 2 and all(before)
    for _ in range(40):
        made[0].step()
    force_update()
    after = images(rendered)
    assert len(after) == 2 and not set(before) & set(after)
    rendered.close()


def test_the_map_has_every_village_at_its_distance_and_what_the_page_moves_moves_the_model(app: Any) -> None:
    from matplotlib.figure import Figure

    debts = {}
    for quota_yuan in (0, 50_000_000):
        model = app.Shown(quota_yuan)
        for _ in range(100):
            model.step()
        dots = app.draw(model, Figure().subplots())
        assert np.hypot(*np.asarray(dots.get_offsets()).T) == pytest.approx(model.villages["distance_km"])
        debts[quota_yuan] = model.datacollector.get_model_vars_dataframe()["debt, yuan a household"].iloc[-1]
    assert debts[50_000_000] > debts[0]
