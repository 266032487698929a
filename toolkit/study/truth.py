"""How a study of simulated data compares with the effect that was put into them."""

from toolkit.records.simulate import true_effects
from toolkit.records.sources import data_dir
from toolkit.study.analyse import Study


def true_effect(study: Study) -> float:
    """Return the true average effect on the treated, each territory by its periods after adoption.

    It is read once the study is made, from the recipe of the project's simulated data.

    Raises
    ------
    DataError
        The project has no such recipe: its data are real, and nobody knows.
    """
    protocol = study.file.protocol
    effects = true_effects(data_dir() / "projects" / protocol.project)
    own = effects[effects.indicator == protocol.indicator]
    return float((own.effect * own.n_periods).sum() / own.n_periods.sum())
