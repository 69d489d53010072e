"""Pseudonyms: what a number or a name becomes by a secret that stays in the user's own folder.

The same household has the same pseudonym in every file as long as the secret is the same; without it nobody gets from
one to the other, even by trying all numbers there are (HMAC with SHA-256, RFC 2104). When the secret is deleted nobody
ever does.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from sim.core.errors import UserError

KEY_BYTES = 32
MARK = b"villagesim roster key 1\n"
"""What a key file begins with, so that no other file is taken for one."""
SHOWN = 16
"""Hexadecimal digits of a pseudonym: of a million households two share one in one of thirty million cases."""
WINDOWS = (
    "Windows keeps rights by folder: the key is as safe as your user account / "
    "Windows 按文件夹管理权限：密钥的安全取决于您的登录账户"
)


def key_path() -> Path:
    """Where the secret is unless another place is named: in the user's own folder."""
    return Path.home() / ".villagesim" / "roster.key"


class Pseudonyms:
    """Makes pseudonyms by a secret.

    Args:
        secret: The secret.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, kind: str, text: str) -> str:
        """The pseudonym of a number or a name.

        Args:
            kind: "household" or "helper": the same text is somebody else as another kind.
            text: The number or name, as `values.text_of` gives it.
        """
        return hmac.new(self._secret, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()[:SHOWN]


def open_key(path: Path, create: bool) -> Pseudonyms:
    """The pseudonyms of a key file, made if there is none yet.

    Args:
        path: The key file.
        create: Whether to make one.

    Raises:
        UserError: There is none and none is to be made, others can read it, or it is no key.
    """
    if create and not path.exists():
        _create(path)
    try:
        found = os.lstat(path)
        secret = _secret(path, found)
    except FileNotFoundError:
        raise UserError(
            "there is no key of pseudonyms / 没有化名密钥", file=path, mend="village roster import makes one"
        ) from None
    if not secret:
        raise UserError("this is no key of pseudonyms / 不是化名密钥文件", file=path, mend="name another with --key")
    if os.name != "nt" and stat.S_IMODE(found.st_mode) & 0o077:
        raise UserError("others can read this key / 他人可读取此密钥", file=path, mend=f"chmod 600 {path}")
    return Pseudonyms(secret)


def _secret(path: Path, found: os.stat_result) -> bytes:
    """The secret of a key file; nothing if it is none."""
    if not stat.S_ISREG(found.st_mode) or found.st_size != len(MARK) + 2 * KEY_BYTES:
        return b""
    content = path.read_bytes()
    return content.removeprefix(MARK) if content.startswith(MARK) else b""


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Else Windows would write two signs for the end of a line.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        os.write(descriptor, MARK + secrets.token_hex(KEY_BYTES).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def forget(path: Path) -> bool:
    """Delete a key file; what was imported with it can be joined with names no more.

    Returns:
        Whether there was one.

    Raises:
        UserError: The file is no key of pseudonyms; it is left alone.
    """
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return False
    if not _secret(path, found):
        raise UserError("this is no key of pseudonyms; it was left alone / 不是化名密钥文件，未删除", file=path)
    # Written over first: on most disks of today this is no guarantee, and it costs nothing.
    with open(path, "r+b", buffering=0) as file:
        file.write(secrets.token_bytes(found.st_size))
        os.fsync(file.fileno())
    path.unlink()
    return True
