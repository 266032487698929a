"""What click says by itself follows the language of the commands; exit codes do not."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from toolkit.cli.click_words import _MESSAGES
from toolkit.i18n import NBSP, language

ASK = """
import json
from click.testing import CliRunner
from toolkit.cli import main
asked = {commands!r}
told = [CliRunner().invoke(main, command.split()) for command in asked]
print(json.dumps([[run.exit_code, run.output] for run in told]))
"""
FR = {
    "batch --lvl": "Erreur : Il n’y a pas d’option '--lvl'. "
    "(Vouliez-vous dire une de celles-ci : '--all', '--level' ?)",
    "data pul": "Erreur : Il n’y a pas de commande 'pul'. Vouliez-vous dire 'pull' ?",
    "report": "« futurs report --help » donne l’aide.\n\n"
    "Erreur : Il manque l’argument 'TERRITORY'.",
    "study lock x": "Erreur : Il manque l’option '--role'.",
    "report 23 24": "Usage : futurs report [OPTIONS] TERRITORY",
    "batch --level XX": "Valeur refusée pour '--level' : 'XX' n’est pas de la liste 'reg', 'dep'",
    "batch --workers 0": "0 n’est pas dans l’intervalle x>=1.",
    "batch --workers x": "'x' n’est pas un nombre valable ici (entier).",
    "batch --set a": "Erreur : L’option '--set' demande 2 valeurs.",
    "batch --all=1": "Erreur : L’option '--all' ne prend pas de valeur.",
    "render absent.ipynb": "Fichier 'absent.ipynb' : introuvable.",
    "log p t --cycle 1 --date 13/04/2019": "Valeur refusée pour '--date' : "
    "« 13/04/2019 » n’est pas une date AAAA-MM-JJ, comme 2019-04-13.",
    "log --help": "--date AAAA-MM-JJ",
    "validate --help": "futurs validate [OPTIONS] [CHEMIN]\n",
    "study amend --help": '--reason-fr "Un département a arrêté."',
    "data --help": "Affiche ce message et s’arrête.",
    "batch --help": "[par défaut : reports]",
    "--help": "Commandes :",
}
EN = {
    "batch --lvl": "Error: No such option '--lvl'. (Did you mean one of: '--all', '--level'?)",
    "data pul": "Error: No such command 'pul'. Did you mean 'pull'?",
    "report": "Try 'futurs report --help' for help.\n\nError: Missing argument 'TERRITORY'.",
    "batch --help": "[default: reports]",
    "--help": "Commands:",
}


@pytest.mark.parametrize(("lang", "expected"), [("fr", FR), ("en", EN)])
def test_usage_errors_and_headings_follow_the_language(lang, expected):
    """The language is that of the process: each has its own."""
    script = ASK.format(commands=list(expected))
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env=os.environ | {"FUTURS_LANG": lang},
    )  # fmt: skip
    for (command, text), (code, output) in zip(
        expected.items(), json.loads(run.stdout), strict=True
    ):
        shown = output.replace("main", "futurs").replace(NBSP, " ")
        assert text in shown, (command, output)
        assert code == (0 if "--help" in command else 2), command
        other = ("Error", "Usage:", "Missing", "Invalid", "No such", "Options:", "Try ")
        assert lang == "en" or not any(word in output for word in other), output


def test_the_english_messages_are_the_words_that_click_looks_up():
    looked_up = {"required"}  # looked up under a name of click's own
    for path in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                looked_up |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    assert {language("en").template(f"click.{name}") for name in _MESSAGES} - looked_up == set()
