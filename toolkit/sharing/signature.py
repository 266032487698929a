"""The signature of a bundle: who vouches for its list of checksums, by an SSH key.

`ssh-keygen` signs and checks (its format is OpenSSH's PROTOCOL.sshsig); nothing of it is made here.
An Ed25519 key signs the same list with the same bytes.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language
from toolkit.records.faults import Fault

SIGNATURE = "SHA256SUMS.sig"
# What is signed for: a signature made for something else by the same key is none of a bundle.
NAMESPACE = "futurs-publics-bundle"
_PROGRAM = "ssh-keygen"


def sign(sums: bytes, key: Path) -> bytes:
    """Return the signature of a list of checksums.

    Parameters
    ----------
    sums : bytes
    key : Path
        A private SSH key, or the public one of a key that an agent holds.

    Raises
    ------
    ToolkitError
        There is no ssh-keygen, or it cannot sign with this key.
    """
    done = _run("sign", "-q", "-n", NAMESPACE, "-f", str(key.absolute()), given=sums)
    if done.returncode:
        raise ToolkitError(
            interface_language()("error.no_signature", key=key, words=_words(done.stderr))
        )
    return done.stdout


def check_signature(sums: bytes, signature: bytes | None, signers: Path) -> tuple[str, list[Fault]]:
    """Return who signed a list of checksums, as the file of signers names them; or what is wrong.

    Parameters
    ----------
    sums : bytes
    signature : bytes or None
        None where the bundle has none.
    signers : Path
        Whom the reader trusts: OpenSSH's allowed signers, a name and a public key a line.

    Raises
    ------
    ToolkitError
        There is no ssh-keygen.
    """
    if signature is None:
        return "", [Fault(SIGNATURE, "signature_missing")]
    with tempfile.TemporaryDirectory(prefix="futurs-signature-") as folder:
        path = Path(folder, SIGNATURE)
        path.write_bytes(signature)
        files = ("-s", str(path), "-f", str(signers.absolute()))
        found = _run("find-principals", *files)
        name = found.stdout.decode("utf-8", "replace").partition("\n")[0].strip()
        if found.returncode or not name:
            return "", [Fault(SIGNATURE, "signature_unknown", value=_words(found.stderr))]
        done = _run("verify", *files, "-n", NAMESPACE, "-I", name, given=sums)
    if done.returncode:
        details = {"signer": name}
        return "", [Fault(SIGNATURE, "signature_wrong", value=_words(done.stderr), details=details)]
    return name, []


def _run(what: str, *words: str, given: bytes = b"") -> subprocess.CompletedProcess:
    program = shutil.which(_PROGRAM)
    if program is None:
        raise ToolkitError(interface_language()("error.no_ssh_keygen"))
    return subprocess.run(
        [program, "-Y", what, *words], input=given, capture_output=True, check=False
    )


def _words(said: bytes) -> str:
    return " ".join(said.decode("utf-8", "replace").split())
