"""Unpacking, and what is refused."""

import gzip
import io
import os
import stat
import tarfile
import zipfile

import pytest

from guild_ipy.errors import StoreError
from guild_ipy.operations.dependencies.archive import DEFAULT_LIMITS, ArchiveLimits, is_archive, unpack_archive


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


def refuse(path, cache, limits=DEFAULT_LIMITS):
    """Check that nothing comes of an archive; why."""
    with pytest.raises(StoreError) as caught:
        unpack_archive(path, cache, limits)
    assert not os.path.exists(cache) or not os.listdir(cache)
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


ZEROS = bytes(2**20)
PACKED = ArchiveLimits(small_bytes=2**20)


class TestTooMuch:
    """Archives that hold more than they look like; nothing of them is left."""

    @pytest.fixture(params=["zip", "w", "w:gz", "w:bz2", "w:xz"])
    def make(self, request, make_zip, make_tar):
        return make_zip if request.param == "zip" else lambda **members: make_tar(mode=request.param, **members)

    @pytest.mark.parametrize(
        ("limits", "why"),
        [
            (
                ArchiveLimits(files=3),
                "it holds more than 3 files; unpack it yourself if that is right, and name the folder",
            ),
            (ArchiveLimits(total_bytes=2**21), "more than 2097152 bytes"),
        ],
    )
    def test_too_many_files_and_bytes_are_refused(self, make, cache, limits, why):
        assert why in refuse(make(a=ZEROS, b=ZEROS, c=ZEROS, d=ZEROS), cache, limits)

    def test_what_is_within_the_limits_is_unpacked(self, make, cache):
        limits = ArchiveLimits(files=2, total_bytes=2**22)
        assert tree(unpack_archive(make(a=ZEROS, b=b"1"), cache, limits)) == {"a": ZEROS, "b": b"1"}

    @pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
    def test_a_tar_that_is_packed_too_well_is_refused(self, make_tar, cache, mode):
        path = make_tar(mode=mode, a=ZEROS * 8)
        assert refuse(path, cache, PACKED).startswith("it holds more than 200 times its own size")

    def test_a_zip_that_is_packed_too_well_is_refused_before_anything_is_written(self, make_zip, cache):
        assert refuse(make_zip(a=ZEROS * 8), cache, PACKED).startswith("it holds more than 200 times its own size")

    def test_zeros_after_the_end_of_a_tar_count(self, make_tar, cache):
        path = make_tar(a=b"1")
        with open(path, "rb") as file:
            content = file.read()
        with gzip.open(f"{path}.gz", "wb") as packed:
            packed.write(content + ZEROS * 8)
        assert refuse(f"{path}.gz", cache, PACKED).startswith("it holds more than 200 times its own size")

    @pytest.mark.parametrize("type_", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
    def test_a_header_of_gigabytes_is_not_read(self, tmp_path, cache, type_):
        info = tarfile.TarInfo("a")
        info.type, info.size = type_, 2**32
        with gzip.open(f"{tmp_path}/a.tar.gz", "wb") as file:
            file.write(info.tobuf() + ZEROS)
        assert refuse(f"{tmp_path}/a.tar.gz", cache).startswith("a header of it has ")

    @pytest.mark.timeout(10)
    @pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
    def test_a_pipe_and_a_file_of_holes_are_refused_at_once(self, tmp_path, cache, name):
        os.mkfifo(f"{tmp_path}/{name}")
        with pytest.raises(StoreError, match="not a regular file"):
            unpack_archive(f"{tmp_path}/{name}", cache)
        with open(f"{tmp_path}/large-{name}", "wb") as file:
            file.truncate(2**40)
        with pytest.raises(StoreError, match="more than"):
            unpack_archive(f"{tmp_path}/large-{name}", cache)


def test_what_a_killed_process_has_left_is_removed_by_the_next(make_zip, cache):
    os.makedirs(f"{cache}/.unpack-dead/deep")
    os.utime(f"{cache}/.unpack-dead", (0, 0))
    folder = unpack_archive(make_zip(**{"a.txt": b"1"}), cache)
    assert os.listdir(cache) == [os.path.basename(folder)]
