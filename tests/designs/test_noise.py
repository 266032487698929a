"""The noise of a size: fitted as least squares says, right on average, dealt out evenly."""

import numpy as np
import pytest
from scipy.optimize import nnls

from toolkit.designs.noise import _not_negative, beyond, deals, noise_by_size, noise_design


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_the_fit_without_negative_coefficients_is_that_of_scipy(columns):
    design = rng().normal(size=(50, 20, columns)) + 0.5
    values = rng(2).normal(size=(50, 20))
    found = _not_negative(design, values)
    expected = [nnls(one, two)[0] for one, two in zip(design, values, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-8)
    assert (found == 0).any()


def test_the_variance_is_right_on_average_whatever_the_effect_of_each_group():
    """500 draws of 60 units in 3 groups: the mean of a fit within 4 % of the truth."""
    sizes = np.exp(rng().normal(size=60))
    truth = 0.2 + 1 / sizes
    groups = np.repeat([0, 1, 2], [3, 5, 52])
    values = rng(2).normal(size=(60, 500)) * np.sqrt(truth)[:, None] + 10 * groups[:, None]
    design = noise_design(sizes)
    found = noise_by_size(values, groups, design).scale(design) ** 2
    assert (found.mean(axis=1) / truth).mean() == pytest.approx(1, abs=0.04)
    smallest = np.argsort(sizes)[:5]
    assert (found.mean(axis=1) / truth)[smallest].mean() == pytest.approx(1, abs=0.08)


def test_a_group_of_one_tells_nothing_and_units_play_no_part():
    sizes, groups = np.exp(rng().normal(size=20)), np.arange(20) > 0
    values = rng(2).normal(size=(20, 1))
    design = noise_design(sizes)
    moved = values + 100 * (groups[:, None] == 0)
    first = noise_by_size(values, groups, design).scale(design)
    np.testing.assert_allclose(noise_by_size(moved, groups, design).scale(design), first)
    huge = noise_by_size(values * 1e90, groups, design).scale(design)
    np.testing.assert_allclose(huge, first * 1e90)
    assert (noise_by_size(values * 0, groups, design).scale(design) == 1).all()


def test_the_mean_of_a_cluster_has_its_own_noise():
    """Two clusters of one and two of two: the columns are common, alone, and by size."""
    found = noise_design(np.array([1.0, 2, 2, 4, 2, 2]), np.array([0, 1, 2, 2, 3, 3]))
    np.testing.assert_allclose(found, [[1, 1, 2], [1, 1, 1], [1, 0.5, 1.5 / 4], [1, 0.5, 2 / 4]])
    assert noise_design(np.ones(4), np.array([0, 0, 1, 1])).shape == (2, 2)


def test_donors_are_dealt_without_replacement_and_again_where_they_are_few():
    full = np.concatenate(list(deals(7, 7, 500, rng())))
    assert full.shape == (500, 7)
    assert (np.sort(full, axis=1) == np.arange(7)).all()
    few = np.concatenate(list(deals(3, 7, 5_000, rng())))
    assert (np.sort(few[:, :3], axis=1) == np.arange(3)).all()
    assert np.bincount(few[:, 6]) / 5_000 == pytest.approx(np.full(3, 1 / 3), abs=0.03)


@pytest.mark.parametrize(
    ("treated", "said"), [([0], True), ([0, 1, 9], True), ([0, 9], False), ([5], False)]
)
def test_noise_beyond_every_comparison(treated, said):
    design = noise_design(np.arange(1.0, 11))
    assert beyond(design, np.isin(np.arange(10), treated)) == said
