"""Effects of several studies side by side; pooled where they are of the same thing, or why not."""

from toolkit.display.blocks import Block, Heading, Paragraph
from toolkit.display.forest import plot_forest
from toolkit.display.portfolio import project_name
from toolkit.display.studies import in_language
from toolkit.display.writing import write_effect, write_number
from toolkit.display.zones import plot_zones
from toolkit.estimate import as_share
from toolkit.i18n import Language
from toolkit.study.findings import Finding
from toolkit.study.portfolio import Portfolio
from toolkit.study.portfolio_effects import Pool, pool_effects, scale_effects


def compare_effects(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Draw on which side of what would matter each effect lies, then what could be pooled.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    blocks: list[Block] = [
        Heading(lang("portfolio.effects.title")),
        Paragraph(lang("portfolio.effects.explain")),
    ]
    for part in portfolio.parts:
        studies = {finding.study: finding for finding in part.findings}
        for level, effects in scale_effects(part.findings).groupby("level"):
            found = [studies[study] for study in effects.study]
            told = effects.assign(
                study=[project_name(project, part, lang) for project in effects.project],
                effect=[write_effect(finding.found.estimate, lang) for finding in found],
                smallest=[_smallest(finding, lang) for finding in found],
            )
            blocks.append(plot_zones(told, level=level, lang=lang, simulated=part.is_simulated))
        blocks += _pooled(part, lang)
    return blocks


def _smallest(finding: Finding, lang: Language) -> str:
    """Write the smallest effect that would matter in the unit of the outcome."""
    size, unit = as_share(finding.protocol.thresholds.meaningful, finding.found.estimate.unit)
    return write_number(size, lang, 1, unit)


def _pooled(part: Portfolio, lang: Language) -> list[Block]:
    """Show what was pooled, and say in a sentence why the rest was not."""
    pools = pool_effects(part.findings)
    alone = [pool for pool in pools if pool.reason == "alone"]
    blocks: list[Block] = []
    if len(alone) > 1:
        key = f"portfolio.pool.alone.{'simulated' if part.is_simulated else 'real'}"
        blocks.append(Paragraph(lang(key, n=lang.number(len(alone)))))
    for pool in pools:
        if pool.result is not None:
            blocks += _show(pool, part, lang)
        elif pool.reason != "alone":
            values = {"studies": lang.join(list(pool.studies)), "message": pool.message}
            blocks.append(Paragraph(lang(f"portfolio.pool.{pool.reason}", **values)))
    return blocks


def _show(pool: Pool, part: Portfolio, lang: Language) -> list[Block]:
    found, measure = pool.result, in_language(pool.measured.label, lang)
    titles = {one.study: in_language(one.protocol.title, lang) for one in part.findings}
    return [
        plot_forest(
            found.studies.assign(study=found.studies.study.map(titles)),
            pooled=found,
            prediction=(found.prediction_low, found.prediction_high),
            measure=measure,
            unit=pool.unit,
            level=found.level,
            lang=lang,
            simulated=pool.simulated,
        ),
        Paragraph(found.sentence(lang)),
        *map(Paragraph, found.explanation(lang)),
    ]
