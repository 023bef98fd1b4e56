"""Whom the services run as: Elasticsearch refuses root, and another user must reach its folders."""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.local.errors import LocalServiceError

SYSTEM_CACHE = Path("/var/cache/newswire")
SYSTEM_DATA = Path("/var/lib/newswire")


@dataclass(frozen=True)
class User:
    """A user and its group by number."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        """The user's name, or its number where the system has no name for it."""
        return name_of(self.uid)


def me() -> User:
    """Who runs this process."""
    return User(os.geteuid(), os.getegid())


def unprivileged() -> User:
    """Who is to run what refuses root: ``nobody`` when this process is root, else its own user."""
    if os.geteuid() != 0:
        return me()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return User(65534, 65534)
    return User(entry.pw_uid, entry.pw_gid)


def name_of(uid: int) -> str:
    """The user's name, or ``uid N``."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def barrier(path: Path, user: User) -> Path | None:
    """The first folder on the way to the path, or the path itself, that the user cannot enter.

    Args:
        path: an absolute path; what does not exist yet is taken for open.
        user: root may enter everything.
    """
    if user.uid == 0:
        return None
    for folder in [*reversed(path.parents), path]:
        if not folder.exists():
            return None
        if not _may_enter(folder.stat(), user):
            return folder
    return None


def _may_enter(entry: os.stat_result, user: User) -> bool:
    if entry.st_uid == user.uid:
        return bool(entry.st_mode & stat.S_IXUSR)
    if entry.st_gid == user.gid:
        return bool(entry.st_mode & stat.S_IXGRP)
    return bool(entry.st_mode & stat.S_IXOTH)


def reachable_cache(cache: Path, user: User) -> Path:
    """The cache folder, or the system's own where the user cannot reach it (root's home is closed)."""
    return SYSTEM_CACHE if barrier(cache, user) else cache


def reachable_folder(var: Path, name: str, user: User) -> Path:
    """A service's folder within ``var``, at a place that the service's user can reach.

    Where ``var`` lies in a folder closed to the user, the service's folder goes to ``/var/lib/newswire``
    and a link to it stands in ``var``.

    Args:
        var: the folder of all services; exists.
        name: the service's name, which is the folder's.
        user: who runs the service.
    """
    folder = var / name
    if folder.is_symlink():
        return folder.resolve()
    closed = None if user.uid == os.geteuid() else barrier(folder, user)
    if closed is None:
        return folder
    if folder.is_dir() and any(folder.iterdir()):
        raise LocalServiceError(
            f"{folder} holds data, but {closed} is closed to {user.name}, "
            f"whom {name} runs as. Open it (chmod o+x), or move {folder} away and run the command again."
        )
    make_folder(SYSTEM_DATA)
    # A new one each time: whoever removed `var` does not want the data of before.
    place = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=SYSTEM_DATA))
    place.chmod(0o755)
    if folder.is_dir():
        folder.rmdir()
    folder.symlink_to(place)
    return place


def make_folder(folder: Path) -> None:
    """Makes the folder and its missing parents, each open to be entered by all.

    Raises:
        LocalServiceError: it cannot be made; says why.
    """
    missing = [place for place in [folder, *folder.parents] if not place.exists()]
    try:
        for place in reversed(missing):
            place.mkdir(exist_ok=True)
            place.chmod(0o755)
    except OSError as error:
        raise LocalServiceError(
            f"cannot make the folder {folder}: {error.strerror}. Give the right to it, or name another one."
        ) from error


def write_file(file: Path, text: str) -> None:
    """Writes a file in one step, readable by all.

    What stands at its place is replaced and never written through: when root writes into a folder of
    another user, it might be a link to elsewhere.
    """
    descriptor, draft = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        os.fchmod(descriptor, 0o644)
    Path(draft).replace(file)


def give_to(folder: Path, user: User) -> None:
    """Makes the user the owner of the folder and of all in it; only root can, for others it does nothing."""
    if os.geteuid() != 0:
        return
    for place, _, files in os.walk(folder):
        for path in [place, *(os.path.join(place, file) for file in files)]:  # noqa: PTH118 - walk gives strings
            os.chown(path, user.uid, user.gid, follow_symlinks=False)


def require_owner(folder: Path, user: User, what: str) -> None:
    """Checks that the folder is ours to use, if it exists; root may use anybody's.

    Raises:
        LocalServiceError: it belongs to another user; names both.
    """
    if os.geteuid() == 0 or not folder.exists():
        return
    owner = folder.stat().st_uid
    if owner != user.uid:
        raise LocalServiceError(
            f"{folder} of {what} belongs to {name_of(owner)}, and this runs as {user.name}. "
            f"Run as {name_of(owner)}, or choose another folder by NEWSWIRE_VAR."
        )
