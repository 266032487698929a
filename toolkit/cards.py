"""What JupyterLab shows of an object that stands last in a cell: a small table of what it is."""

from html import escape

from toolkit.i18n import Language, interface_language

# JupyterLab aligns the cells of any table to the right, as numbers are.
_STYLE = (
    "<style>.futurs-card caption{text-align:left;font-weight:700}"
    ".futurs-card th,.futurs-card td{text-align:left!important;vertical-align:top}</style>"
)


class Card:
    """An object that says what it is, in the language of the person (FUTURS_LANG)."""

    def card(self, lang: Language) -> tuple[str, list[tuple[str, str]]]:
        """Return what the object is called, and pairs of a word and what it says of it."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        lang = interface_language()
        title, facts = self.card(lang)
        rows = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>'
            for name, text in facts
        )
        return (
            f'{_STYLE}<table class="futurs-card" lang="{lang.code}">'
            f"<caption>{escape(title)}</caption><tbody>{rows}</tbody></table>"
        )
