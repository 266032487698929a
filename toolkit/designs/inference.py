"""Which inference a design gets, and why: one rule, read from who is treated and what is known.

With few treated territories usual standard errors reject a true null far too often, and only
permutation holds; it takes the noise of the territories to be alike, or to depend on a size that
is known. With ten or more on both sides the wild bootstrap holds without that. The numbers behind
the rule stand in docs/methods/inference.md.
"""

from typing import Literal

Inference = Literal["auto", "randomisation", "size_adjusted", "wild", "crv1", "crv3"]
# From this many treated, and as many compared, territories have noise of their own.
FEWEST_WILD = 10
# Above this many clusters the bootstrap would take gigabytes, and changes nothing.
MOST_WILD = 2_500


def choose_inference(
    n_treated: int, n_comparison: int, *, sizes_known: bool, asked: Inference = "auto"
) -> tuple[str, str]:
    """Return the code of the inference, and that of why it is used.

    Parameters
    ----------
    n_treated, n_comparison : int
        Territories, or clusters where these were treated as a whole.
    sizes_known : bool
        Whether a column says what the noise of a territory depends on.
    asked : str
        What the caller asked for; anything but "auto" is kept.

    Returns
    -------
    inference, reason : str
        They have words in the catalogue: ``inference.<inference>``, ``inference.why.<reason>``.

    Examples
    --------
    >>> choose_inference(3, 97, sizes_known=False)
    ('randomisation', 'few')
    >>> choose_inference(3, 97, sizes_known=True)
    ('size_adjusted', 'few_sizes_known')
    >>> choose_inference(30, 70, sizes_known=True)
    ('wild', 'enough')
    >>> choose_inference(500, 34_000, sizes_known=False)
    ('crv3', 'very_many')
    """
    if asked != "auto":
        return asked, "asked"
    if min(n_treated, n_comparison) < FEWEST_WILD:
        return ("size_adjusted", "few_sizes_known") if sizes_known else ("randomisation", "few")
    if n_treated + n_comparison > MOST_WILD:
        return "crv3", "very_many"
    return "wild", "enough"
