"""What the authority hands out, as files: the certificate with its intermediate, the root's, and the key it made."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from provisioning.authority import Authority, Issued
from provisioning.authority_files import certificate_pem
from provisioning.errors import AuthorityError
from provisioning.whole_files import FOR_EVERYBODY, make_private_folder, write_whole

CA_FILE: Final = "ca.crt"


def refuse_to_overwrite(out: Path, name: str) -> None:
    """Raise AuthorityError where a certificate or a key of this name lies already."""
    for file in (out / f"{name}.crt", out / f"{name}.key"):
        if file.exists():
            raise AuthorityError(f"{file} is there already; name another folder, or renew {name}.")


def hand_out(issued: Issued, authority: Authority, out: Path) -> list[Path]:
    """Write NAME.key (0600, where a key was made), NAME.crt and ca.crt; returns them. Raises FolderError."""
    make_private_folder(out)
    name, written = issued.signed.name, []
    if issued.key is not None:
        write_whole(out / f"{name}.key", issued.key)
        written.append(out / f"{name}.key")
    write_whole(out / f"{name}.crt", issued.chain, mode=FOR_EVERYBODY)
    write_whole(out / CA_FILE, certificate_pem(authority.root), mode=FOR_EVERYBODY)
    return [*written, out / f"{name}.crt", out / CA_FILE]
