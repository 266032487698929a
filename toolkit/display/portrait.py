"""What a study is about: the stake, the territories, the intervention, who looks at it."""

import pandas as pd

from toolkit.display.blocks import Block, Heading, Paragraph, Table
from toolkit.display.design_map import plot_design_map
from toolkit.display.facts import count_present, tabulate_facts, write_fact
from toolkit.display.writing import headed, spread_digits, write_period
from toolkit.i18n import Language
from toolkit.records.contours import load_contours
from toolkit.records.population import describe_populations
from toolkit.records.portfolio import Project
from toolkit.records.territories import load_territories
from toolkit.study.analyse import Study
from toolkit.study.completeness import tidier
from toolkit.study.judgements import rating_facts

# More treated territories than this are summed up, not listed.
_MOST_LISTED = 20
# Modes of association of those who take part in what is studied.
_INSIDE = ("A1", "A2")


def describe_stake(project: Project, *, lang: Language) -> list[Block]:
    """Say the problem, what is new, and how the stake (C1) was rated.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    facts = project.facts
    return [
        Heading(lang("study.stake_title")),
        Paragraph(lang.spaced(getattr(facts.problem, lang.code))),
        Paragraph(lang.spaced(getattr(facts.innovation, lang.code))),
        *(Paragraph(write_fact(fact, lang)) for fact in rating_facts(project, "C1", "C1")),
    ]


def portray_territories(study: Study, *, lang: Language, note: str = "") -> list[Block]:
    """Show where the project was, who is compared, and how the two differed before.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    sample = study.sample
    blocks: list[Block] = [Heading(lang("portrait.title"))]
    if all(name.startswith("DEP-") for name in (*sample.treated, *sample.comparison)):
        roles = dict.fromkeys(sample.comparison, "comparison")
        roles |= dict.fromkeys(sample.neighbours, "neighbour")
        roles |= dict.fromkeys(sample.treated, "treated")
        by_code = {name.removeprefix("DEP-"): role for name, role in roles.items()}
        places = load_territories("DEP").set_index("code").name.to_dict()
        told = lang("portrait.neighbours") if {*sample.neighbours} & {*sample.comparison} else ""
        common = {"lang": lang, "simulated": sample.simulated, "note": f"{told} {note}".strip()}
        blocks.append(plot_design_map(by_code, places, load_contours("DEP"), **common))
    people = _people(sample.treated + sample.comparison)
    blocks.append(_compare_groups(study, people, lang))
    if len(sample.treated) <= _MOST_LISTED:
        blocks.append(_list_treated(study, people, lang))
    return blocks


def describe_intervention(project: Project, *, lang: Language) -> list[Block]:
    """Describe the intervention by the twelve items of TIDieR, those missing included.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    facts = tidier(project)
    present, of = count_present(facts)
    return [
        Heading(lang("tidier.title")),
        Paragraph(lang("tidier.complete", n=present, of=of)),
        tabulate_facts(
            facts,
            caption=lang("tidier.caption"),
            names={fact.topic: lang(f"tidier.item.{fact.topic}") for fact in facts},
            head=lang("tidier.head"),
            lang=lang,
            simulated=project.facts.simulated,
        ),
    ]


def describe_positions(study: Study, project: Project, *, lang: Language) -> list[Block]:
    """Say whether those who study the project take part in it, and what they declare.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    roles = study.file.protocol.roles
    people = project.tables["participation"]
    insiders = any(role.mode in _INSIDE for role in roles)
    said = [lang("actors.insider" if insiders else "actors.outsider")]
    if ((people.role == "chercheur") & people["mode"].isin(_INSIDE)).any():
        said.append(lang("actors.researchers_inside"))
    said += [getattr(role.interests, lang.code) for role in roles]
    return [Heading(lang("actors.title"), level=3), *map(Paragraph, said)]


def _people(territories: tuple[str, ...]) -> pd.DataFrame:
    levels = sorted({name.partition("-")[0] for name in territories})
    described = pd.concat([describe_populations(level).assign(level=level) for level in levels])
    return described.set_index(described.level + "-" + described.code)


def _compare_groups(study: Study, people: pd.DataFrame, lang: Language) -> Table:
    """Set treated and comparison territories side by side as they were before any adoption."""
    sample = study.sample
    first = sample.panel.adoption.dropna().min()
    before = sample.panel[sample.panel.period < first].groupby("territory").value.mean()
    groups = {"treated": sample.treated, "comparison": sample.comparison}
    groups = {name: list(ids) for name, ids in groups.items() if ids}
    means = {name: before.reindex(ids).mean() for name, ids in groups.items()}
    digits = spread_digits(before)
    rows = tuple(
        (
            lang(f"study.{name}"),
            lang.number(len(ids)),
            lang.number(people["last"].reindex(ids).median()),
            "nd" if pd.isna(means[name]) else lang.number(means[name], digits),
        )
        for name, ids in groups.items()
    )
    return Table(
        caption=lang("portrait.groups"),
        header=(
            lang("portrait.group"),
            lang("portrait.number"),
            lang("portrait.population"),
            headed(lang("portrait.before"), sample.unit, lang),
        ),
        rows=rows,
        simulated=sample.simulated,
        lang=lang,
        note=lang("portrait.note", year=str(int(people.last_year.max()))),
    )


def _list_treated(study: Study, people: pd.DataFrame, lang: Language) -> Table:
    adoption = study.sample.panel.groupby("territory").adoption.first()
    rows = tuple(
        (
            people["name"][id_],
            lang.number(people["last"][id_]),
            lang.percent(people.yearly[id_], 2, sign=True),
            write_period(adoption[id_], lang),
        )
        for id_ in study.sample.treated
    )
    return Table(
        caption=lang("portrait.treated"),
        header=(
            lang("table.territory"),
            lang("portrait.inhabitants"),
            lang("portrait.yearly"),
            lang("portrait.adoption"),
        ),
        rows=rows,
        text_columns=frozenset({0, 3}),
        simulated=study.sample.simulated,
        lang=lang,
    )
