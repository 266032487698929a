"""What these tests share: a small project to break, the mirror of real files, tiny workbooks."""

import shutil
from pathlib import Path

import pytest

from toolkit.records.sources import data_dir, load_sources


@pytest.fixture(scope="session")
def mirrored(mirror):
    """Return the file of a source in the mirror, by the source's id; skip where it lacks it."""

    def find(source_id: str) -> Path:
        path = mirror / load_sources()[source_id].path
        if not path.is_file():
            pytest.skip(f"the mirror {mirror} has no {path.relative_to(mirror)}")
        return path

    return find


@pytest.fixture
def workbook(tmp_path):
    """Write a workbook from rows by sheet and return its path."""
    from openpyxl import Workbook

    def write(sheets: dict[str, list[list]]) -> Path:
        book = Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "book.xlsx"
        book.save(path)
        return path

    return write


# A small project, complete and without a fault, for tests to break.
FACTS = """\
id = "petit-projet"
mission = "M1"
mode = "experimenter"
simulated = true
sectors = ["public_admin"]
publics = ["U1"]
opsi_status = "evaluation"
reintegration = "none"
signalled_on = 2014-01-01
idea_on = 2014-02-01
started_on = 2014-03-01

[title]
fr = "Petit projet"
en = "Small project"

[problem]
fr = "Un problème."
en = "A problem."

[innovation]
fr = "Une idée."
en = "An idea."

[facets.mission]
score = 2
reason_fr = "Un but."
reason_en = "A goal."
"""
TABLES = {
    "deployments": """\
territory,role,adopted_on,ended_on,dose,signed_off_on,reason
DEP-01,treated,2015-04-01,,1,2015-03-01,volontaire
DEP-2A,comparison,,,,,
DEP-971,excluded,,,,,autre dispositif
""",
    "indicators": """\
indicator,label_fr,label_en,definition_fr,definition_en,unit,direction,frequency,source,\
min_count,censored_below,publics,measures,dac
delai,Délai,Delay,Jours entre demande et décision,Days from claim to decision,days,decrease,\
quarter,simulation,11,,U1 U3,Q2 P7,effectiveness
""",
    "observations": """\
territory,indicator,period,value,n,status,source
DEP-01,delai,2015-Q1,12.5,120,ok,simulation
DEP-01,delai,2015-Q2,10,118,ok,simulation
DEP-2A,delai,2015-Q1,,,secret,simulation
DEP-2A,delai,2015-Q2,-0.5,30,imputed,simulation
""",
    "theory_nodes": """\
node,level,label_fr,label_en,indicator
agents,input,Agents,Staff,
guichet,activity,Guichet,Counter,
delai-court,outcome,Délai court,Short delay,delai
""",
    "theory_links": """\
from,to,mechanism_fr,mechanism_en,assumption_fr,assumption_en,status
agents,guichet,Ils ouvrent,They open,Formés,Trained,held
guichet,delai-court,Moins de pièces,Fewer papers,Données partagées,Shared data,untested
""",
    "cycles": """\
cycle,phase,started_on,ended_on,question_fr,question_en,decision,reason_fr,reason_en
1,plan,2014-03-01,2014-04-30,Que tester ?,What to test?,,,
1,reflect,2014-09-01,2014-09-30,,,adapt,Trop lent,Too slow
""",
    "logbook": """\
entry,cycle,date,kind,lang,text,lesson,confidentiality,text_translated,lesson_translated
J001,1,2014-04-02,erreur,fr,"Le formulaire, trop long",Le couper,public,"The form, too long",Cut it
J002,1,2014-09-15,decision,en,We go on,,team,,
""",
    "ratings": """\
criterion,rater,role,round,moment,score,evidence
C1,R01,praticien,1,admission,3,enjeu fort
C1,R02,chercheur,1,admission,2,peu de données
""",
    "participation": """\
pseudonym,role,mode,lens,scope,from,to,interests_declared,interests_declared_en
R01,praticien,A1,,,2014-03-01,,membre du comité,
R02,chercheur,A4,,territory,2014-03-01,2015-01-01,aucun,none
""",
    "costs": """\
territory,date,category,plan,amount,person_days,profile,home_unit
DEP-01,2015-01-31,personnel,actual,1200.50,4,agent,true
,2015-01-31,evaluation,planned,,2.5,chercheur,false
""",
    "artefacts": """\
artefact,kind,version,label_fr,label_en,made_on,adoption,adopted_on,open,reused_from,url,reused_from_en
formulaire,prototype,1,Formulaire,Form,2014-06-01,partial,,true,,https://example.org/form,
""",
    "evidence": """\
evidence,type,source,claim_fr,claim_en,strength,direction,node,criterion
V01,qual,entretiens,Le délai baisse,The delay falls,2,for,delai-court,C1
""",
    "partners": """\
partner,kind,cycle,contribution,partner_en,contribution_en
Caf,operator,1,données,Caf,data
""",
    "freedoms": """\
date,kind,granted_by,text_fr,text_en,ends_on,granted_by_en
2014-05-01,derogation,préfecture,Pièces différées,Papers later,2015-05-01,prefecture
""",
}


@pytest.fixture
def project(tmp_path):
    """The folder of the small project; it has every table."""
    folder = tmp_path / "projects" / "petit-projet"
    folder.mkdir(parents=True)
    (folder / "project.toml").write_text(FACTS, encoding="utf-8")
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def data(project, monkeypatch):
    """A data folder of its own: the real schemas and vocabularies, and one small project."""
    root = project.parents[1]
    real = data_dir()
    for name in ("schemas", "programme", "territories"):
        (root / name).symlink_to(real / name)
    for name in ("sources.toml", "disclosure.toml"):
        shutil.copy(real / name, root)
    monkeypatch.setenv("FUTURS_DATA", str(root))
    return root
