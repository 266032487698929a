"""A panel as it is loaded: a frame that says what it holds."""

import pandas as pd

from toolkit.cards import Card
from toolkit.i18n import Language
from toolkit.records.vocabulary import load_vocabulary

_SIDES = ("treated", "comparison")
_READ = frozenset({"territory", "period", "value", "status", "role", "adopted_on"})


class Panel(Card, pd.DataFrame):
    """One indicator of a project, a row a territory and period; see `load_panel`.

    JupyterLab shows its card above its rows. What is taken from it (rows, columns) is a plain
    DataFrame; one whose columns were changed in place is shown as that.
    """

    def card(self, lang: Language) -> tuple[str, list[tuple[str, str]]]:
        """Return its indicator, and unit, periods, sides, adoption, gaps and kind of data."""
        facts = {
            "code": f"{self.attrs['project']} / {self.attrs['indicator']}",
            "unit": _term("unit", self.attrs["unit"], lang),
            "periods": self._periods(lang),
            **{side: self._territories(side, lang) for side in _SIDES},
            "adoption": self._adoption(lang),
            "gaps": self._gaps(lang),
            "state": lang(f"card.{'simulated' if self.attrs['simulated'] else 'observed'}"),
        }
        title = self.attrs["label"][lang.code]
        return title, [(lang(f"card.{name}"), text) for name, text in facts.items()]

    def _repr_html_(self) -> str:
        rows = pd.DataFrame._repr_html_(self) or ""
        return super()._repr_html_() + rows if set(self.columns) >= _READ else rows

    def _periods(self, lang: Language) -> str:
        n = self.period.nunique()
        rhythm = lang.plural(f"card.periods.{self.attrs['frequency']}", n)
        window = {"first": self.period.min(), "last": self.period.max()}
        return f"{lang.period(lang('study.window', **window))} ({rhythm})"

    def _territories(self, side: str, lang: Language) -> str:
        return lang.number(self.territory[self.role == side].nunique())

    def _adoption(self, lang: Language) -> str:
        """Say the day of the first adoption, and of the last where several days differ."""
        days = self.adopted_on.dropna()
        if days.empty:
            return lang("card.none")
        first, last = lang.date(days.min().date()), lang.date(days.max().date())
        return first if first == last else lang("study.window", first=first, last=last)

    def _gaps(self, lang: Language) -> str:
        """Count the values that are missing, by status, and the cells without a row."""
        missing = self.status[self.value.isna()].value_counts()
        counts = {_term("observation_status", code, lang): n for code, n in missing.items()}
        absent = self.territory.nunique() * self.period.nunique() - len(self)
        counts |= {lang("quality.absent"): absent} if absent else {}
        listed = [f"{name}{lang('index.colon')} {lang.number(n)}" for name, n in counts.items()]
        return " · ".join(listed) or lang("card.none")


def _term(vocabulary: str, code: str, lang: Language) -> str:
    terms = load_vocabulary(vocabulary).set_index("code")[lang.code]
    return terms[code]
