"""Make the two font files of the reports from the `font-source-sans-pro` package.

Usage (needs `pip install font-source-sans-pro==0.0.1 fonttools brotli`)::

    python toolkit/display/fonts/build.py

Source Sans Pro is under the SIL Open Font Licence 1.1, which reserves its name: a subset is a
modified version, so it is called "Futurs Sans".
"""

from pathlib import Path

FAMILY = "Futurs Sans"
# Latin letters of French and English, digits, punctuation, currency, minus, no-break spaces.
CHARACTERS = (
    "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180)]))
    + "ŸŒœ‐‑–—‘’“”„†•…‰‹›€™−×÷≈≠≤≥←→↑↓■□▲△●○◆◇✓\u2009\u200a\u202f"
)


def main() -> None:
    """Write FutursSans-{Regular,Bold}.{ttf,woff2} beside this file."""
    import font_source_sans_pro
    from fontTools import subset, ttLib

    for weight in ("Regular", "Bold"):
        source = {"Regular": "Regular", "Bold": "Semibold"}[weight]
        font = ttLib.TTFont(
            Path(font_source_sans_pro.__file__).parent / "files" / f"SourceSansPro-{source}.ttf",
            recalcTimestamp=False,
        )
        options = subset.Options(hinting=False, layout_features=["kern", "tnum", "liga"])
        cut = subset.Subsetter(options)
        cut.populate(text=CHARACTERS)
        cut.subset(font)
        for record in font["name"].names:
            new = {1: FAMILY, 2: weight, 4: f"{FAMILY} {weight}", 6: f"FutursSans-{weight}"}
            if record.nameID in new:
                record.string = new[record.nameID]
        font["name"].names = [
            n for n in font["name"].names if n.nameID in {0, 1, 2, 4, 5, 6, 13, 14}
        ]
        font["OS/2"].usWeightClass = {"Regular": 400, "Bold": 700}[weight]
        font.save(Path(__file__).parent / f"FutursSans-{weight}.ttf")
        font.flavor = "woff2"
        font.save(Path(__file__).parent / f"FutursSans-{weight}.woff2")


if __name__ == "__main__":
    main()
