"""What a project's records answer to the OPSI form in English, each text with where it stands."""

from collections.abc import Sequence

from toolkit.estimate import Estimate
from toolkit.i18n import Language, language
from toolkit.records.opsi_form import Form
from toolkit.records.portfolio import Project

_FACTS = "project.toml"
_FORM = "opsi_form.toml"
_NUMBERS = ("value", "low", "high", "p", "level", "smallest_p")


def draft_answers(
    project: Project, records: Sequence[dict] = (), *, form: Form
) -> dict[str, tuple[str, str]]:
    """Return the text and the origin of what the records answer, by the form's field names.

    A text is what someone wrote in English in the project's files, or what a study's record says;
    it is "" where there is nothing.
    """
    facts = project.facts
    sectors = next(f for f in form.fields if f.name == "organisation_primary_sectorfield").choices
    kept = ", ".join(code for code in facts.sectors if code in sectors)
    results = "\n\n".join(describe_result(record, language("en")) for record in records)
    return {
        "primary_case_type": ("opsi", _FORM),
        "country": ("France", _FORM),
        "organisation_primary_sectorfield": (kept, f"{_FACTS}: sectors"),
        "name_of_innovation": (facts.title.en, f"{_FACTS}: title.en"),
        "year_innovation_launched": (_year(project), "deployments.csv: adopted_on"),
        "short_and_simple_explanation": (facts.innovation.en, f"{_FACTS}: innovation.en"),
        "executive_summary": _overview(project),
        "what_makes_your_project_innovative": (_novelty(project), f"{_FACTS}: facets"),
        "innovation_status": (facts.opsi_status, f"{_FACTS}: opsi_status"),
        "status_description": (_last_decision(project), "cycles.csv: reason_en"),
        "results_impact": (results, "estimates.json"),
        "conditions_to_success": (_assumptions(project), "theory_links.csv: assumption_en"),
    }


def describe_result(record: dict, lang: Language) -> str:
    """Say what a study asked and found, from its record: the verdict, the effect, the grade."""
    found, verdict, grade = record["estimate"], record["verdict"], record["grade"]
    # The estimate says by itself that its interval does not decide.
    undecided = (verdict["verdict"], verdict["reason"]) == ("inconclusive", "interval")
    told = undecided and found is not None
    said = [record["protocol"]["question"][lang.code]]
    if not told:
        checks = lang.join([lang(f"check.{check}.name") for check in verdict["checks"]])
        said.append(lang(f"verdict.{verdict['verdict']}.{verdict['reason']}", checks=checks))
    if found is not None:
        # The record writes what is not a finite number as text.
        numbers = {name: float(found[name]) for name in _NUMBERS}
        estimate = Estimate(**{**found, **numbers, "cautions": tuple(found["cautions"])})
        said.append(estimate.sentence(lang, concluded=not told))
    said.append(lang("grade.level", level=grade["level"], ceiling=grade["ceiling"]))
    if record["simulated"]:
        said.append(f"{lang('stamp.simulated')}.")
    return " ".join(said)


def _year(project: Project) -> str:
    adopted = project.tables["deployments"].adopted_on.dropna()
    return str(adopted.min().year) if len(adopted) else ""


def _overview(project: Project) -> tuple[str, str]:
    facts, planned = project.facts, project.facts.intervention
    told = {"problem.en": facts.problem, "innovation.en": facts.innovation}
    told |= {
        f"intervention.{name}.en": getattr(planned, name) for name in type(planned).model_fields
    }
    told = {key: text.en for key, text in told.items() if text}
    return "\n\n".join(told.values()), f"{_FACTS}: {', '.join(told)}"


def _novelty(project: Project) -> str:
    """Join the reasons of the facets the project leans to, the strongest first."""
    facets = sorted(project.facts.facets.values(), key=lambda facet: -facet.score)
    return " ".join(facet.reason_en for facet in facets if facet.score > 0)


def _last_decision(project: Project) -> str:
    reasons = project.tables["cycles"].sort_values("cycle", kind="stable").reason_en.dropna()
    return reasons.iloc[-1] if len(reasons) else ""


def _assumptions(project: Project) -> str:
    return " ".join(project.tables["theory_links"].assumption_en.dropna().drop_duplicates())
