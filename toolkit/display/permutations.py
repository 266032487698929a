"""A permutation or placebo distribution: what chance alone gives, and where the effect stands."""

import numpy as np

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import canvas, number_axis, reach
from toolkit.display.style import INK, PLACEBO, STRONG, in_style, to_svg
from toolkit.display.writing import headed, spread_digits, write_number
from toolkit.i18n import Language

_MOST_BINS = 40
# Equal up to rounding: counted as far from zero as the observed effect.
_TIE = 1e-9


def plot_permutations(
    values: np.ndarray,
    observed: float,
    *,
    measure: str,
    unit: str = "",
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw the effects found where there can be none, and the real one among them.

    Parameters
    ----------
    values : ndarray, shape (n_assignments,)
        Effects under permuted or pretended adoption, in `unit`; missing ones are left out. They
        include the observed one only if it is one of the assignments listed.
    observed : float
        The real effect.
    measure, unit
        As for `plot_event_study`.

    Returns
    -------
    Figure
        Titled by how many are as far from zero as the real effect.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    digits = spread_digits([*values, observed])
    far = int((np.abs(values) >= abs(observed) * (1 - _TIE)).sum())
    said = {
        "measure": headed(measure, unit, lang, difference=True),
        "n": lang.number(far),
        "of": lang.number(len(values)),
        "observed": write_number(observed, lang, digits, unit, sign=True),
    }
    title = lang("permutations.title", **said)
    low, high = np.percentile(values, [2.5, 97.5]) if len(values) else (np.nan, np.nan)
    ends = {
        "low": write_number(low, lang, digits, sign=True) if len(values) else "",
        "high": write_number(high, lang, digits, sign=True) if len(values) else "",
    }
    edges = _edges(values, observed)
    counts = np.histogram(values, edges)[0]
    key = "permutations.alt" if len(values) else "permutations.alt.none"
    return Figure(
        svg=_draw(edges, counts, observed, said, lang),
        title=title,
        subtitle=lang("permutations.subtitle", **said),
        note=note,
        alt=lang(key, title=title, share=lang.percent(0.95, 0), **said, **ends),
        lang=lang,
        simulated=simulated,
        table=_tabulate(edges, counts, said, lang),
    )


def _edges(values: np.ndarray, observed: float) -> np.ndarray:
    """Return round edges that hold all values and the observed one, zero among them."""
    low, high = reach(values, [observed], include=[0], margin=0)
    wanted = int(np.clip(np.sqrt(max(len(values), 1)) * 1.5, 8, _MOST_BINS))
    step = ((high - low) or 1.0) / wanted
    unit = 10.0 ** np.floor(np.log10(step))
    step = unit * next(m for m in (1, 2, 5, 10) if m * unit >= step * (1 - _TIE))
    first, last = np.floor(low / step - _TIE), np.ceil(high / step + _TIE)
    return np.arange(first, last + 1) * step


def _draw(edges, counts, observed: float, said: dict[str, str], lang: Language) -> bytes:
    with in_style():
        figure = canvas(3.1)
        axes = figure.add_subplot()
        axes.bar(
            edges[:-1],
            counts,
            np.diff(edges),
            align="edge",
            color=PLACEBO,
            edgecolor="white",
            linewidth=0.6,
        )
        axes.set_ylim(0, max(counts.max(), 1) * 1.02)
        axes.set_xlim(edges[0], edges[-1])
        axes.axvline(observed, color=STRONG, linewidth=2.6)
        late = observed > edges.mean()
        axes.annotate(
            lang("permutations.observed", **said), (observed, 1),
            xycoords=("data", "axes fraction"), xytext=(6 if late else -6, 4),
            textcoords="offset points", va="bottom", annotation_clip=False, weight="bold",
            color=STRONG, ha="right" if late else "left",
        )  # fmt: skip
        axes.axvline(0, color=INK, linewidth=1)
        number_axis(axes, "x", lang, sign=True, most=8)
        number_axis(axes, "y", lang, most=4)
        axes.yaxis.get_major_locator().set_params(integer=True)
        return to_svg(figure)


def _tabulate(edges, counts, said: dict[str, str], lang: Language) -> Table:
    step = edges[1] - edges[0]
    digits = max(0, int(np.ceil(-np.log10(step) - _TIE)))
    rows = tuple(
        (
            lang(
                "interval.ends",
                low=lang.number(low, digits, sign=True),
                high=lang.number(high, digits, sign=True),
            ),
            lang.number(int(count)),
        )
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    )
    return Table(
        caption=lang("permutations.caption", **said),
        header=(said["measure"], lang("permutations.count")),
        rows=rows,
        lang=lang,
    )
