"""A case for the OECD observatory as data, and as a sheet to paste from, field by field."""

import json
import math
from functools import partial
from itertools import groupby

from toolkit.display.blocks import Callout
from toolkit.i18n import LANGUAGES, Language, language
from toolkit.sharing.opsi_blocks import hindrances, write_day
from toolkit.sharing.opsi_case import Answer, Case
from toolkit.sharing.opsi_lints import count
from toolkit.sharing.render import index_name, page_style, page_template

# Characters on a line of the sheet, about.
_LINE = 80
_MOST_LINES = 20


def render_sheet(case: Case, lang: Language, root: str | None = None) -> str:
    """Render the sheet in one language: a text to copy for each field, what lacks, what is wrong.

    It makes no request; what is changed in it is counted, and kept nowhere. `root` is the way to
    the site of reports that it is a page of, if there is one.
    """
    other = next(language(code) for code in LANGUAGES if code != lang.code)
    grouped = groupby(case.answers, lambda answer: answer.asked.group)
    return page_template("opsi.html").render(
        lang=lang,
        other=other,
        other_page=index_name(other.code),
        root=root,
        index_page=index_name(lang.code),
        title=lang("opsi.title", project=getattr(case.project.facts.title, lang.code)),
        case=case,
        version=write_day(case.form.version, lang),
        hindrances=hindrances(case, lang),
        day=partial(write_day, lang=lang),
        simulated=Callout("simulated", lang("opsi.simulated"), lang).html(),
        blocked=[answer for answer in case.answers if answer.blocked],
        groups=[
            (lang(f"opsi.group.{group or 'about'}"), list(answers)) for group, answers in grouped
        ],
        # Names of the form, one of which is no name an address can hold.
        ids={a.asked.name: f"field-{number}" for number, a in enumerate(case.answers, start=1)},
        accepted=[kind for a in case.answers for kind in a.asked.accepts],
        rows=_rows,
        counted=lambda answer: _counted(answer, lang),
        words=_words(lang),
        style=page_style(),
    )


def _rows(answer: Answer) -> int:
    lines = sum(math.ceil(max(1, len(line)) / _LINE) for line in answer.text.split("\n"))
    least = 1 if answer.asked.type != "textarea" else 3
    return min(_MOST_LINES, max(least, lines))


def _counted(answer: Answer, lang: Language) -> str:
    n, most = count(answer.text), answer.asked.max_characters
    if most is None:
        return lang.plural("opsi.count", n, count=lang.number(n))
    return lang.plural("opsi.count_of", n, count=lang.number(n), most=lang.number(most))


def _words(lang: Language) -> str:
    """Write the words of the page's script, so that no text can end its element."""
    words = {
        "copied": lang("opsi.copied", label="{label}"),
        "of": [lang.plural("opsi.count_of", n, count="{n}", most="{most}") for n in (1, 2)],
        "count": [lang.plural("opsi.count", n, count="{n}") for n in (1, 2)],
    }
    return json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")


def case_record(case: Case, lang: Language) -> dict:
    """Return a case as plain data; what is to be mended is said in one language.

    Returns
    -------
    dict
        project, form, simulated, state, submitted_on, published_url, fields (with value,
        characters, max_characters, origin and findings), gates, attachments and actions.
    """
    opsi = case.project.facts.opsi
    return {
        "project": case.project.id,
        "form": {"source": case.form.source, "version": case.form.version},
        "simulated": case.project.facts.simulated,
        "state": case.state,
        "submitted_on": opsi.submitted_on and opsi.submitted_on.isoformat(),
        "published_url": opsi.published_url,
        "fields": [_field(answer, lang) for answer in case.answers],
        "gates": [
            {
                "gate": gate.name,
                "outcome": gate.outcome,
                "reason": gate.reason,
                "message": gate.sentence(lang),
            }
            for gate in case.gates
        ],
        "attachments": list(case.attachments),
        "actions": [{"date": day, "title": title} for day, title in case.actions],
    }


def _field(answer: Answer, lang: Language) -> dict:
    asked = answer.asked
    return {
        "group": asked.group,
        "name": asked.name,
        "label": asked.label,
        "required": asked.required,
        "by_hand": asked.by_hand,
        "value": answer.text,
        "characters": count(answer.text),
        "max_characters": asked.max_characters,
        "origin": answer.origin,
        "findings": [
            {"rule": f.rule, "blocking": f.blocking, "message": f.sentence(lang)}
            for f in answer.findings
        ],
    }
