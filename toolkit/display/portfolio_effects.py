"""Effects of several studies side by side; pooled where they are of the same thing, or why not."""

from toolkit.display.blocks import Block, Heading, Paragraph
from toolkit.display.forest import plot_forest
from toolkit.display.portfolio import project_name
from toolkit.display.studies import in_language
from toolkit.i18n import Language
from toolkit.study.portfolio import Portfolio
from toolkit.study.portfolio_effects import Pool, pool_effects, scale_effects


def compare_effects(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Draw the effects in multiples of what would matter, then what could be pooled."""
    blocks: list[Block] = [
        Heading(lang("portfolio.effects.title")),
        Paragraph(lang("portfolio.effects.explain")),
    ]
    for part in portfolio.parts:
        for level, effects in scale_effects(part.findings).groupby("level"):
            names = [project_name(project, part, lang) for project in effects.project]
            blocks.append(
                plot_forest(
                    effects.assign(study=names),
                    measure=lang("portfolio.effects.measure"),
                    level=level,
                    lang=lang,
                    simulated=part.is_simulated,
                    note=lang("portfolio.effects.note"),
                )
            )
        blocks += _pooled(part, lang)
    return blocks


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
