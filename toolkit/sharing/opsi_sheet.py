"""A case for the OECD observatory as data, and as a sheet to paste from, field by field."""

from toolkit.i18n import Language
from toolkit.sharing.opsi_case import Answer, Case
from toolkit.sharing.opsi_lints import count


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
