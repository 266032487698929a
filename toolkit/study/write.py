"""Write a study's files: a new protocol, and the amendment of a locked one."""

import json
import os
from datetime import date
from pathlib import Path

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.atomic import write_atomically
from toolkit.records.sources import data_dir
from toolkit.records.toml_model import Text
from toolkit.study.draft import TEMPLATES, Draft
from toolkit.study.lock import lock_path
from toolkit.study.protocol import FOLDER, ProtocolFile, protocol_path


def new_study(draft: Draft) -> Path:
    """Write a protocol to fill, and the files of its reading.

    The files of the reading, for later, are commented templates; one that is there already stays.

    Raises
    ------
    DataError
        A study of that name exists.

    Examples
    --------
    See `draft_study`.
    """
    study = draft.protocol.id
    path = protocol_path(study)
    if path.exists():
        raise DataError(interface_language()("error.study_exists", path=path))
    (data_dir() / FOLDER).mkdir(exist_ok=True)
    write_atomically(path, draft.text)
    for ending in ("reading.toml", "fr.txt", "en.txt"):
        own = path.with_name(f"{study}.{ending}")
        if not own.exists():
            write_atomically(own, _template(ending).replace("{id}", study))
    return path


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def amend_study(file: ProtocolFile, *, reason: Text, today: date) -> Path:
    """Set a locked protocol and its lock aside, unchanged, and open the protocol to edits.

    The text is kept as ``<id>.before-1.toml``, its lock as ``<id>.before-1.lock.json``; the
    protocol gets an entry that says when, why, and which text it replaces.

    Returns
    -------
    Path
        Where the text that was locked is kept.

    Raises
    ------
    DataError
        The protocol is not locked: it can be edited as it is.
    """
    lock = file.lock
    if lock is None:
        raise DataError(interface_language()("error.not_locked", study=file.path.stem))
    number = 1 + len(list(file.path.parent.glob(f"{file.path.stem}.before-*.toml")))
    kept = file.path.with_name(f"{file.path.stem}.before-{number}.toml")
    entry = (
        f"\n[[amendments]]\namended_on = {today.isoformat()}\n"
        f'replaces = "{lock.protocol_sha256}"\n\n[amendments.reason]\n'
        f"fr = {json.dumps(reason.fr, ensure_ascii=False)}\n"
        f"en = {json.dumps(reason.en, ensure_ascii=False)}\n"
    )
    write_atomically(kept, lock.protocol)
    write_atomically(file.path, file.text.rstrip("\n") + "\n" + entry)
    os.replace(lock_path(file.path), lock_path(kept))
    return kept
