"""Unpacking, and what is refused."""

import io
import os
import stat
import tarfile
import zipfile

import pytest

from guild_ipy.errors import StoreError
from guild_ipy.operations.dependencies.archive import is_archive, unpack_archive


@pytest.fixture
def cache(tmp_path):
    return f"{tmp_path}/cache/resources"


@pytest.fixture
def make_tar(tmp_path):
    """Write a tar of such members: content, or a TarInfo."""

    def make(name="a.tar", mode="w", **members):
        path = f"{tmp_path}/{name}"
        with tarfile.open(path, mode) as archive:
            for member, content in members.items():
                archive.addfile(*_tar_member(member, content))
        return path

    return make


@pytest.fixture
def make_zip(tmp_path):
    def make(**members):
        path = f"{tmp_path}/a.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return path

    return make


def _tar_member(name, content):
    if isinstance(content, bytes):
        info = tarfile.TarInfo(name)
        info.size = len(content)
        return info, io.BytesIO(content)
    info = tarfile.TarInfo(name)
    info.type, info.linkname = content
    return (info,)


def tree(folder):
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(root, name), "rb") as file:
                found[os.path.relpath(os.path.join(root, name), folder)] = file.read()
    return found


def refuse(path, cache):
    """Check that nothing comes of an archive; why."""
    with pytest.raises(StoreError) as caught:
        unpack_archive(path, cache)
    assert os.listdir(cache) == []
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"cannot unpack {path!r}: ")
    return str(caught.value).removeprefix(f"cannot unpack {path!r}: ")


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz", "A.TAR.GZ", "a.tar.bz2", "a.tar.xz"])
def test_archives_are_known_by_their_names(name):
    assert is_archive(name)
    assert not is_archive(name + ".part")


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_is_unpacked(make_tar, cache, mode):
    path = make_tar(mode=mode, **{"a.txt": b"1", "sub/b.txt": b"2", "./c.txt": b"3", "empty": (tarfile.DIRTYPE, "")})
    folder = unpack_archive(path, cache)
    assert tree(folder) == {"a.txt": b"1", "sub/b.txt": b"2", "c.txt": b"3"}
    assert os.path.isdir(f"{folder}/empty")


def test_a_zip_is_unpacked(make_zip, cache):
    folder = unpack_archive(make_zip(**{"a.txt": b"1", "sub/": b"", "sub/b.txt": b"2"}), cache)
    assert tree(folder) == {"a.txt": b"1", "sub/b.txt": b"2"}


def test_it_is_unpacked_once(make_zip, cache):
    path = make_zip(**{"a.txt": b"1"})
    folder = unpack_archive(path, cache)
    os.unlink(f"{folder}/a.txt")
    assert (unpack_archive(path, cache), os.listdir(folder)) == (folder, [])


@pytest.mark.parametrize("name", ["../a", "/etc/a", "sub/../../a", "\\a", "sub\\..\\..\\a", ".."])
def test_names_that_lead_out_are_refused(make_zip, make_tar, cache, name):
    assert refuse(make_zip(**{"fine": b"", name: b"x"}), cache).endswith("leads out of the archive")
    assert refuse(make_tar(**{"fine": b"", name: b"x"}), cache).endswith("leads out of the archive")


@pytest.mark.parametrize(
    "type_", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_of_a_tar_are_refused(make_tar, cache, type_):
    assert refuse(make_tar(fine=b"", bad=(type_, "fine")), cache) == "'bad' is a link or a device"


def test_links_of_a_zip_are_refused(make_zip, cache, tmp_path):
    info = zipfile.ZipInfo("bad")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = f"{tmp_path}/links.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("fine", b"")
        archive.writestr(info, "/etc/passwd")
    assert refuse(path, cache) == "'bad' is a link"


def test_two_members_of_one_name_are_refused(tmp_path, cache):
    path = f"{tmp_path}/twice.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(*_tar_member("a", b"1"))
        archive.addfile(*_tar_member("a", b"2"))
    assert refuse(path, cache) == "File exists"


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken"])
@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz"])
def test_what_is_no_archive_is_an_error(tmp_path, cache, content, ending):
    path = f"{tmp_path}/a.{ending}"
    with open(path, "wb") as file:
        file.write(content)
    refuse(path, cache)


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("damage", ["cut", "flip"])
def test_a_damaged_archive_is_an_error(make_tar, cache, mode, damage):
    path = make_tar(mode=mode, a=os.urandom(50_000), b=os.urandom(50_000))
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if damage == "cut":
            file.truncate(size // 2)
        file.seek(size // 3)
        file.write(b"\0" * 100 * (damage == "flip"))
    refuse(path, cache)


def test_a_zip_with_damaged_content_is_an_error(make_zip, cache):
    path = make_zip(a=b"abc" * 10_000)
    with open(path, "r+b") as file:
        file.seek(40)
        file.write(b"\xff" * 10)
    refuse(path, cache)
