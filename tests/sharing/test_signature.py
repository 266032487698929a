"""A signature holds for one list of checksums and one key; anything else is one clear sentence."""

import pytest

from toolkit.errors import ToolkitError
from toolkit.i18n import language
from toolkit.sharing.archive import pack
from toolkit.sharing.share import write_sums
from toolkit.sharing.signature import SIGNATURE, check_signature, sign
from toolkit.sharing.verify import check_bundle

from .conftest import new_signer

SUMS = b"0" * 64 + b"  README.md\n"


def said(faults, code: str) -> list[str]:
    return [fault.message(language(code)) for fault in faults]


def test_the_same_key_signs_the_same_list_with_the_same_bytes(signer):
    signature = sign(SUMS, signer.key)
    assert signature == sign(SUMS, signer.key)
    assert check_signature(SUMS, signature, signer.allowed) == ("Labo", [])


def test_a_list_that_changed_is_not_the_one_that_was_signed(signer):
    name, faults = check_signature(SUMS + b"\n", sign(SUMS, signer.key), signer.allowed)
    assert (name, [fault.rule for fault in faults]) == ("", ["signature_wrong"])
    assert "signature of Labo is not of this list" in said(faults, "en")[0]
    assert "la signature de Labo n’est pas celle de cette liste" in said(faults, "fr")[0]


def test_a_signature_for_something_else_is_none(signer, tmp_path):
    (tmp_path / "signers").write_text(
        signer.allowed.read_text("utf-8").replace("Labo ", 'Labo namespaces="git" '), "utf-8"
    )
    _, faults = check_signature(SUMS, sign(SUMS, signer.key), tmp_path / "signers")
    assert [fault.rule for fault in faults] == ["signature_wrong"]


@pytest.mark.parametrize("signature", [None, b"", b"none", "another's"])
def test_who_is_not_known_is_not_trusted(signer, tmp_path, signature):
    if signature == "another's":
        signature = sign(SUMS, new_signer(tmp_path, "Other").key)
    name, faults = check_signature(SUMS, signature, signer.allowed)
    rule = "signature_missing" if signature is None else "signature_unknown"
    assert (name, [fault.rule for fault in faults]) == ("", [rule])
    assert "not signed" in said(faults, "en")[0] or "none of your" in said(faults, "en")[0]
    assert faults[0].remedy(language("fr"))


def test_without_the_program_or_a_key_it_is_said(signer, tmp_path, monkeypatch):
    (tmp_path / "none").write_text("no key", encoding="utf-8")
    with pytest.raises(ToolkitError, match="cannot sign"):
        sign(SUMS, tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolkitError, match="apt install openssh-client"):
        sign(SUMS, signer.key)
    with pytest.raises(ToolkitError, match="apt install openssh-client"):
        check_signature(SUMS, b"", signer.allowed)


def test_whoever_makes_every_sum_anew_cannot_sign_them(shared, signer, tmp_path):
    files = shared | {SIGNATURE: sign(shared["SHA256SUMS"], signer.key)}
    path = tmp_path / "bundle.zip"
    path.write_bytes(pack(files))
    checked = check_bundle(path, signers=signer.allowed)
    assert (checked.signer, checked.faults) == ("Labo", [])
    files["toolkit/new.css"] = b""
    signed = {SIGNATURE: files.pop(SIGNATURE)}
    files |= {"SHA256SUMS": write_sums({n: c for n, c in files.items() if n != "SHA256SUMS"})}
    path.write_bytes(pack(files | signed))
    checked = check_bundle(path, signers=signer.allowed)
    assert checked.signer == ""
    assert "signature_wrong" in {fault.rule for fault in checked.faults}
