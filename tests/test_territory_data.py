"""The embedded territory tables say what is true of France, and agree with each other."""

import csv
import hashlib
import importlib
import json
import tomllib
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

DATA = Path(__file__).resolve().parent.parent / "data"
FOLDER = DATA / "territories"
YEARS = list(range(2016, 2024))
PARENTS = [("DEP", "department"), ("REG", "region"), ("EPCI", "epci")]


def read_csv(name):
    return pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def territories():
    return pd.read_parquet(FOLDER / "territories.parquet")


@pytest.fixture(scope="module")
def population():
    return pd.read_parquet(FOLDER / "population.parquet")


@pytest.fixture(scope="module")
def towns(territories):
    return territories[territories["level"] == "COM"].set_index("code")


@pytest.fixture(scope="module")
def predecessors():
    return read_csv("predecessors.csv")


@pytest.fixture(scope="module")
def pairs():
    return {tuple(row) for row in read_csv("adjacency.csv").itertuples(index=False)}


@pytest.fixture(scope="module")
def outlines():
    features = json.loads((FOLDER / "contours.geojson").read_text(encoding="utf-8"))["features"]
    return {(f["properties"]["level"], f["properties"]["code"]): f for f in features}


@pytest.fixture
def script(monkeypatch):
    """Import a module of the script that builds the tables."""
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module


def figures(population, level, code):
    rows = population[(population["level"] == level) & (population["code"] == code)]
    return rows.set_index("year")["population"]


class TestTerritories:
    def test_counts_are_those_of_france(self, territories):
        counts = territories["level"].value_counts().to_dict()
        assert counts == {"FR": 1, "REG": 18, "DEP": 101, "EPCI": 1255, "COM": 34875}

    def test_codes_are_text_of_the_right_shape(self, territories):
        shapes = {
            "REG": r"\d{2}",
            "DEP": r"\d{2}|2[AB]|97[12346]",
            "EPCI": r"2\d{8}",
            "COM": r"(?:\d{2}|2[AB])\d{3}",
        }
        for level, shape in shapes.items():
            codes = territories.loc[territories["level"] == level, "code"]
            assert codes.str.fullmatch(shape).all(), level

    def test_a_code_is_unique_in_its_level(self, territories):
        assert not territories.duplicated(["level", "code"]).any()

    @pytest.mark.parametrize(("level", "column"), PARENTS)
    def test_parents_exist_and_none_is_childless(self, territories, towns, level, column):
        known = set(territories.loc[territories["level"] == level, "code"])
        assert set(towns[column].dropna()) == known

    def test_only_four_islands_are_in_no_epci(self, towns):
        alone = set(towns.index[towns["epci"].isna()])
        assert alone == {"22016", "29083", "29155", "85113"}

    def test_seats_are_communes_of_their_territory(self, territories, towns):
        for level, column in PARENTS[:2]:
            rows = territories[territories["level"] == level]
            assert towns.loc[rows["seat"], column].tolist() == rows["code"].tolist()

    def test_known_territories(self, territories, towns):
        assert towns.loc["75056", "name"] == "Paris"
        assert towns.loc["2A004", ["name", "department", "region"]].tolist() == [
            "Ajaccio",
            "2A",
            "94",
        ]
        lyon = territories[territories["code"] == "200046977"].iloc[0]
        assert (lyon["kind"], lyon["department"], lyon["region"]) == ("MET69", "69", "84")

    def test_the_epci_perimeters_say_they_are_of_2025(self, territories):
        years = territories.groupby("level")["cog_year"].unique().map(list).to_dict()
        assert years == {"COM": [2026], "DEP": [2026], "EPCI": [2025], "FR": [2026], "REG": [2026]}

    def test_a_filter_on_a_departement_reads_few_rows(self):
        file = pq.ParquetFile(FOLDER / "population.parquet")
        names = file.schema_arrow.names
        spans = [
            (
                group.column(names.index("level")).statistics,
                group.column(names.index("department")).statistics,
                group.num_rows,
            )
            for group in map(file.metadata.row_group, range(file.num_row_groups))
        ]
        read = [
            rows
            for level, department, rows in spans
            if level.min <= "COM" <= level.max and department.min <= "23" <= department.max
        ]
        assert len(spans) == 103
        assert read == [8 * 255]  # the 255 communes of Creuse, 8 years

    def test_no_index_of_pandas_in_the_files(self):
        for name in ("territories", "population"):
            assert b"pandas" not in (pq.read_schema(FOLDER / f"{name}.parquet").metadata or {})


class TestPopulation:
    def test_every_territory_has_every_year_once(self, population, territories):
        assert len(population) == len(territories) * len(YEARS)
        assert not population.duplicated(["level", "code", "year"]).any()
        assert sorted(population["year"].unique()) == YEARS

    def test_no_number_if_and_only_if_nd(self, population):
        assert (population["population"].isna() == (population["status"] == "nd")).all()
        assert set(population["status"]) == {"ok", "nd", "imputed", "provisional"}

    def test_only_communes_lack_numbers(self, population):
        gaps = population[population["status"] == "nd"]
        assert set(gaps["level"]) == {"COM"}
        counts = gaps.groupby("year").size().to_dict()
        assert counts == {2016: 12, 2017: 34858, 2018: 14, 2019: 10, 2020: 10, 2021: 5}

    @pytest.mark.parametrize(("level", "column"), PARENTS)
    def test_communes_add_up_to_their_parents(self, population, towns, level, column):
        rows = population[population["level"] == "COM"].join(towns[["epci"]], on="code")
        groups = rows.groupby([column, "year"])["population"]
        totals = groups.agg(["sum", "size", "count"]).reset_index()
        parents = population[population["level"] == level]
        both = totals.merge(parents, left_on=[column, "year"], right_on=["code", "year"])
        assert len(both) == len(parents)
        whole = both["size"] == both["count"]
        assert (both.loc[whole, "sum"] == both.loc[whole, "population"]).all()
        assert (both.loc[~whole, "sum"] < both.loc[~whole, "population"]).all()
        assert whole[both["year"].isin([2022, 2023])].all()

    def test_departements_make_regions_and_regions_make_france(self, population):
        rows = {level: population[population["level"] == level] for level in ("DEP", "REG", "FR")}
        by_region = rows["DEP"].groupby(["region", "year"])["population"].sum()
        assert by_region.equals(
            rows["REG"].set_index(["region", "year"])["population"].sort_index()
        )
        by_year = rows["REG"].groupby("year")["population"].sum()
        assert by_year.equals(rows["FR"].set_index("year")["population"])

    def test_legal_populations(self, population):
        assert figures(population, "COM", "75056").loc[[2016, 2019, 2022]].tolist() == [
            2190327,
            2165423,
            2113705,
        ]
        assert figures(population, "COM", "13055").loc[2020] == 870321

    def test_france_without_mayotte_is_the_legal_total(self, population):
        rest = figures(population, "FR", "FR") - figures(population, "DEP", "976")
        assert rest.loc[[2016, 2019, 2020]].tolist() == [66361658, 66988403, 67162154]

    def test_mayotte_keeps_its_census_of_2017(self, population):
        rows = population[(population["level"] == "DEP") & (population["code"] == "976")]
        assert set(rows["population"]) == {256518}
        assert rows.loc[rows["status"] == "ok", "year"].tolist() == [2017]
        assert set(rows.loc[rows["year"] != 2017, "status"]) == {"imputed"}

    def test_a_merged_commune_counts_its_parts_in_every_year(self, population):
        # Oullins and Pierre-Bénite merged in 2024; a stale series would halve at that date.
        series = figures(population, "COM", "69149").drop(2017)
        assert series.between(35000, 40000).all()

    def test_a_commune_that_split_is_unknown_before_but_its_parents_are_not(self, population):
        celles = population[(population["level"] == "COM") & (population["code"] == "15031")]
        assert celles.set_index("year")["status"].loc[[2019, 2022]].tolist() == ["nd", "ok"]
        cantal = population[(population["level"] == "DEP") & (population["code"] == "15")]
        assert cantal.set_index("year")["status"].loc[2019] == "ok"

    def test_destroyed_villages_of_the_meuse_have_no_inhabitant(self, population):
        rows = population[(population["level"] == "COM") & (population["year"] == 2022)]
        assert set(rows.loc[rows["population"] == 0, "code"]) == {
            "55039",
            "55050",
            "55139",
            "55189",
            "55239",
            "55307",
        }

    def test_2023_is_provisional(self, population):
        rows = population[(population["year"] == 2023) & (population["department"] != "976")]
        assert set(rows.loc[rows["region"] != "06", "status"]) == {"provisional"}


class TestPredecessors:
    def test_each_resolves_to_one_commune_or_says_why_not(self, predecessors, towns):
        resolved = predecessors["successor"] != ""
        assert predecessors.loc[resolved, "successor"].isin(towns.index).all()
        assert (predecessors.loc[~resolved, "reason"] != "").all()
        assert (predecessors.loc[resolved, "reason"] == "").all()
        assert (~resolved).sum() == 8

    def test_none_is_a_commune_of_today_and_none_comes_twice(self, predecessors, towns):
        assert predecessors["code"].is_unique
        assert not predecessors["code"].isin(towns.index).any()

    @pytest.mark.parametrize(
        ("code", "successor", "kind"),
        [
            ("13201", "13055", "arrondissement"),
            ("69381", "69123", "arrondissement"),
            ("74011", "74010", "delegated"),  # Annecy-le-Vieux, in Annecy since 2017
            ("69152", "69149", "delegated"),  # Pierre-Bénite
            ("01120", "01262", "associated"),  # Cordieux, in Montluel
            ("75052", "94052", "recoded"),  # Nogent-sur-Marne left the Seine in 1968
            ("27058", "27676", "recoded"),  # Les Trois Lacs took its code of 2017 again
            ("95282", "95169", "merged"),  # Gouzangrez, in Commeny
            ("51385", "", "suppressed"),  # Moronvilliers, destroyed in 1917
        ],
    )
    def test_known_cases(self, predecessors, code, successor, kind):
        row = predecessors.set_index("code").loc[code]
        assert (row["successor"], row["kind"]) == (successor, kind)

    def test_the_45_arrondissements_of_paris_lyon_and_marseille(self, predecessors):
        rows = predecessors[predecessors["kind"] == "arrondissement"]
        assert rows["successor"].value_counts().to_dict() == {
            "75056": 20,
            "13055": 16,
            "69123": 9,
        }


class TestAdjacency:
    def test_pairs_are_ordered_departements(self, pairs, territories):
        codes = set(territories.loc[territories["level"] == "DEP", "code"])
        assert all(a < b and {a, b} <= codes for a, b in pairs)
        assert len(pairs) == 237

    @pytest.mark.parametrize(
        "pair",
        [
            *[("75", "92"), ("75", "93"), ("75", "94"), ("92", "93"), ("93", "94")],
            *[("38", "69"), ("2A", "2B"), ("07", "84"), ("35", "49"), ("59", "80")],
            *[("54", "67"), ("88", "90"), ("38", "42"), ("26", "84"), ("77", "93")],
        ],
    )
    def test_neighbours(self, pairs, pair):
        assert pair in pairs

    @pytest.mark.parametrize(
        "pair",
        [
            *[("75", "77"), ("75", "78"), ("07", "69"), ("02", "62"), ("08", "59"), ("18", "89")],
            *[("26", "69"), ("68", "70"), ("57", "88"), ("83", "84"), ("06", "2B")],
        ],
    )
    def test_not_neighbours(self, pairs, pair):
        assert pair not in pairs

    def test_overseas_departements_have_no_neighbour(self, pairs):
        assert not {"971", "972", "973", "974", "976"} & {code for pair in pairs for code in pair}

    def test_an_inland_departement_has_its_known_neighbours(self, pairs):
        creuse = {code for pair in pairs if "23" in pair for code in pair} - {"23"}
        assert creuse == {"03", "18", "19", "36", "63", "87"}


def polygons(feature):
    shape = feature["geometry"]
    return [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]


def signed_area(ring):
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def area(feature):
    return sum(signed_area(ring) for polygon in polygons(feature) for ring in polygon)


class TestContours:
    def test_there_is_one_for_each_departement_and_region(self, outlines, territories):
        rows = territories[territories["level"].isin(["DEP", "REG"])]
        assert set(outlines) == set(zip(rows["level"], rows["code"], strict=True))
        names = {key: feature["properties"]["name"] for key, feature in outlines.items()}
        assert names["DEP", "77"] == "Seine-et-Marne"
        assert (FOLDER / "contours.geojson").stat().st_size < 450_000

    def test_rings_are_closed_and_turn_as_rfc_7946_says(self, outlines):
        for feature in outlines.values():
            for polygon in polygons(feature):
                assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in polygon)
                assert signed_area(polygon[0]) > 0
                assert all(signed_area(hole) < 0 for hole in polygon[1:])

    def test_regions_cover_exactly_their_departements(self, outlines, territories):
        rows = territories[territories["level"] == "DEP"]
        for region, codes in rows.groupby("region")["code"]:
            parts = sum(area(outlines["DEP", code]) for code in codes)
            assert area(outlines["REG", region]) == pytest.approx(parts, abs=1e-9)

    @pytest.mark.parametrize(
        ("code", "longitude", "latitude"),
        [
            ("23", 1.87, 46.17),  # Guéret
            ("75", 2.35, 48.86),  # Paris
            ("69", 4.84, 45.76),  # Lyon
            ("2A", 8.90, 41.92),  # above Ajaccio
            ("84", 4.99, 44.38),  # Valréas, an enclave in the Drôme
            ("974", 55.53, -21.12),
            ("973", -53.0, 4.0),
        ],
    )
    def test_a_place_is_in_its_departement_alone(self, outlines, script, code, longitude, latitude):
        contains = script("contours").contains
        found = {
            key
            for (level, key), feature in outlines.items()
            if level == "DEP"
            # A hole holds the point a second time: an odd number of rings means inside.
            and sum(contains(r, (longitude, latitude)) for p in polygons(feature) for r in p) % 2
        }
        assert found == {code}


class TestVerification:
    def test_totals_are_those_of_the_population_table(self, population):
        evidence = read_csv("verification.csv").astype({"year": int}).set_index("year")
        france = figures(population, "FR", "FR")
        assert evidence["total"].astype(int).tolist() == france.loc[evidence.index].tolist()
        known = population[population["level"] == "COM"].groupby("year")["population"].count()
        assert evidence["communes"].astype(int).tolist() == known.tolist()

    def test_only_2023_is_provisional(self):
        evidence = read_csv("verification.csv").set_index("year")
        assert evidence.index[evidence["status"] == "provisional"].tolist() == ["2023"]

    @pytest.mark.parametrize(
        ("column", "value", "message"),
        [
            ("total_without_mayotte", 1, r"2022: the total differs by"),
            ("epci_equal", 1000, r"2022: 1000 of 1255 EPCI agree"),
            ("share_equal", 0.9, r"2022: the second series agrees on 0\.9 only"),
        ],
    )
    def test_the_script_fails_when_a_check_does_not_hold(self, script, column, value, message):
        evidence = pd.read_csv(FOLDER / "verification.csv")
        evidence.loc[evidence["year"] == 2022, column] = value
        verification = script("verification")
        with pytest.raises(script("packages").BuildError, match=message):
            verification.check_evidence(evidence, 0.01, verification.PUBLISHED_REGIONS_2023)

    def test_regions_match_the_published_populations_of_2023(self, population, script):
        verification = script("verification")
        ours, published = verification.regions_2023(population), verification.PUBLISHED_REGIONS_2023
        assert {code: ours[code] for code in published} == published

    def test_the_script_fails_when_a_region_is_not_the_published_one(self, script):
        evidence = pd.read_csv(FOLDER / "verification.csv")
        verification = script("verification")
        wrong = verification.PUBLISHED_REGIONS_2023 | {"94": 355_487}
        with pytest.raises(script("packages").BuildError, match=r"région 94 has 355487"):
            verification.check_evidence(evidence, 0.01, wrong)


class TestScript:
    def test_figures_that_share_a_commune_are_joined(self, script):
        population = script("population")
        blocks = population.join([(5, {"a"}), (2, {"b"}), (1, {"b", "c"}), (None, {"d"})])
        assert [(b.population, set(b.communes)) for b in blocks] == [
            (5, {"a"}),
            (3, {"b", "c"}),
            (None, {"d"}),
        ]

    def test_shares_are_whole_and_add_up(self, script):
        weights = pd.Series([1.0, 1.0, 1.0]).to_numpy()
        assert script("population").largest_remainder(10, weights).tolist() == [4, 3, 3]

    def test_a_tarball_of_other_bytes_is_refused(self, script, tmp_path):
        packages = script("packages")
        name = "etalab-decoupage-administratif-6.0.0.tgz"
        (tmp_path / name).write_bytes(b"not the package")
        with pytest.raises(packages.BuildError, match=r"has sha256 .*, not c189ffd5"):
            packages.Packages(tmp_path).read("6.0.0", "communes")


class TestDescription:
    def test_hashes_and_sizes_are_those_of_the_files(self):
        package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
        assert len(package["resources"]) == 6
        for resource in package["resources"]:
            content = (FOLDER / resource["path"]).read_bytes()
            assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
            assert resource["bytes"] == len(content)

    def test_fields_are_those_of_the_files(self):
        package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
        for resource in package["resources"]:
            path = FOLDER / resource["path"]
            fields = [field["name"] for field in resource.get("schema", {}).get("fields", [])]
            if path.suffix == ".parquet":
                assert fields == pq.read_schema(path).names
            elif path.suffix == ".csv":
                with path.open(encoding="utf-8", newline="") as lines:
                    assert fields == next(csv.reader(lines))

    def test_every_source_states_what_the_licence_asks(self):
        register = tomllib.loads((DATA / "sources.toml").read_text(encoding="utf-8"))["source"]
        wanted = {"id", "publisher", "title", "url", "licence", "attribution", "attribution_en"}
        wanted |= {"package", "sha256", "retrieved_on", "access", "personal_data"}
        packages = [source for source in register if source["access"] == "package"]
        assert len(packages) >= 11
        for source in packages:
            assert wanted <= set(source), source["id"]
            assert source["personal_data"] is False
