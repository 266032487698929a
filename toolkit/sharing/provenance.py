"""How a report was made, from its manifest: what it rests on, and the command to make it again."""

from toolkit.i18n import Language


def list_inputs(manifest: dict, lang: Language) -> list[tuple[str, str]]:
    """Return name and value of all that must stay equal for a report to stay equal."""
    parameter, absent = lang("page.how_made.parameter"), lang("page.how_made.absent")
    return [
        *((f"{parameter} {name}", str(value)) for name, value in manifest["parameters"].items()),
        (f"{manifest['notebook']} (sha256)", manifest["notebook_sha256"]),
        ("toolkit (sha256)", manifest["toolkit_sha256"]),
        *((f"{name} (sha256)", digest or absent) for name, digest in manifest["data"].items()),
        ("Python", manifest["python"]),
        *manifest["packages"].items(),
    ]


def rerun_command(manifest: dict) -> str:
    """Return the command that makes a report again, or nothing when no command made it."""
    on_project = "futurs project report --notebook"
    commands = {
        "territory_report.ipynb": ("futurs report", "territory"),
        "impact_evaluation.ipynb": ("futurs study run", "study"),
        "project_characterisation.ipynb": (f"{on_project} project_characterisation", "project"),
        "implementation.ipynb": (f"{on_project} implementation", "project"),
        "data_quality.ipynb": (f"{on_project} data_quality", "project"),
    }
    if manifest["notebook"] not in commands or manifest.get("rendered_later"):
        return ""
    command, subject = commands[manifest["notebook"]]
    parameters = manifest["parameters"]
    options = [f"--{kind}" for kind in ("code", "pdf", "executed") if kind in manifest["formats"]]
    return " ".join([command, parameters[subject], "--lang", parameters["lang"], *options])
