"""How a study of simulated data compares with the effect that was put into them."""

from toolkit.records.projects import RECIPE
from toolkit.records.simulate import true_effects
from toolkit.records.sources import data_dir
from toolkit.study.analyse import Study


def true_effect(study: Study) -> float | None:
    """Return the true average effect on the treated, each territory by its periods after adoption.

    It is read once the study is made, from the recipe of the project's simulated data; None where
    no recipe draws the indicator: its data are real, or invented otherwise, and nobody knows.
    """
    protocol = study.file.protocol
    folder = data_dir() / "projects" / protocol.project
    if not (folder / RECIPE).exists():
        return None
    effects = true_effects(folder)
    own = effects[effects.indicator == protocol.indicator]
    return float((own.effect * own.n_periods).sum() / own.n_periods.sum()) if len(own) else None
