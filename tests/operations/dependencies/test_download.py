"""Fetching from a server on this machine."""

import contextlib
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from guild_ipy.domain.declarations.dependency import SourceKind
from guild_ipy.errors import DependencyError, StoreError, UsageError
from guild_ipy.operations.dependencies.download import download
from guild_ipy.operations.dependencies.resolve import resolve_dependencies
from guild_ipy.store.left_behind import hold_in_use
from tests.required import need


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path.startswith("/missing"):
            self.send_error(404, "Not Found")
            return
        self.send_response(200)
        if self.path == "/endless":
            self.end_headers()
            with contextlib.suppress(OSError):  # who reads it has had enough
                while True:
                    self.wfile.write(bytes(2**16))
        self.send_header("Content-Length", {"/cut": "100", "/large": f"{2**50}"}.get(self.path, "4"))
        self.end_headers()
        self.wfile.write(b"data")

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    """A server that notes what it was asked for."""
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def url(server):
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def cache(tmp_path):
    return f"{tmp_path}/cache/resources"


def files_below(folder):
    return [name for _, _, names in os.walk(folder) for name in names]


def test_a_file_is_fetched_once(server, url, cache):
    path = download(f"{url}/sub/a.csv", cache)
    assert download(f"{url}/sub/a.csv", cache) == path
    with open(path, "rb") as file:
        assert (os.path.basename(path), file.read()) == ("a.csv", b"data")
    assert server.asked == ["/sub/a.csv"]


def test_two_urls_with_one_name_are_two_files(url, cache):
    assert download(f"{url}/a.csv?v=1", cache) != download(f"{url}/a.csv?v=2", cache)


@pytest.mark.parametrize("path", ["", "/", "/sub/", "/..", "/."])
def test_what_has_no_name_gets_one(url, cache, path):
    found = download(url + path, cache)
    assert (os.path.basename(found), os.path.dirname(os.path.dirname(found))) == ("index.html", cache)


def test_what_the_server_has_not_is_an_error(url, cache):
    with pytest.raises(StoreError) as caught:
        download(f"{url}/missing", cache)
    assert str(caught.value) == f"cannot fetch '{url}/missing': the server answers 404 Not Found"
    assert files_below(cache) == []


def test_what_ends_too_early_is_no_file(url, cache):
    with pytest.raises(StoreError, match="the server promises 100 bytes and gives 4"):
        download(f"{url}/cut", cache)
    assert files_below(cache) == []


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/large", "it has 1,125,899,906,842,624 bytes, and no more than 1,000,000 are taken"),
        ("/endless", "it has more than 1,000,000 bytes"),
    ],
)
def test_what_is_too_large_is_not_fetched(url, cache, path, why):
    with pytest.raises(StoreError) as caught:
        download(url + path, cache, limit=10**6)
    remedy = "fetch it yourself if that is right, and name the file, or allow more with GUILD_IPY_DOWNLOAD_LIMIT"
    assert str(caught.value) == f"cannot fetch '{url}{path}': {why}; {remedy}"
    assert os.listdir(cache) == []


@pytest.mark.parametrize("limit", ["4", "4B", "1k", "0.5 GiB", "200G"])
def test_the_limit_is_the_users_to_set(url, needs, monkeypatch, limit):
    monkeypatch.setenv("GUILD_IPY_DOWNLOAD_LIMIT", limit)
    assert resolve_dependencies([need(SourceKind.URL, f"{url}/a.csv")], needs()).dependencies


@pytest.mark.parametrize(
    ("limit", "why"), [("3", "no more than 3 are taken"), ("much", "'much', which is no size; give bytes, or a size")]
)
def test_a_limit_that_is_too_small_or_none_is_said(url, needs, monkeypatch, limit, why):
    monkeypatch.setenv("GUILD_IPY_DOWNLOAD_LIMIT", limit)
    with pytest.raises(DependencyError, match=why):
        resolve_dependencies([need(SourceKind.URL, f"{url}/a.csv")], needs())


def test_what_a_killed_download_has_left_is_removed_by_the_next(url, cache):
    os.makedirs(cache)
    for name in (".download-dead", ".download-lives"):
        open(f"{cache}/{name}", "w").close()
        os.utime(f"{cache}/{name}", (0, 0))
    in_use = hold_in_use(f"{cache}/.download-lives")
    download(f"{url}/a.csv", cache)
    os.close(in_use)
    assert sorted(files_below(cache)) == [".download-lives", "a.csv"]


def test_a_full_disk_is_not_taken_for_a_network_that_is_down(url, tmp_path):
    tmp_path.joinpath("file").touch()
    with pytest.raises(StoreError, match=r"cannot fetch '.*/a' to '.*/file/cache': Not a directory$"):
        download(f"{url}/a", f"{tmp_path}/file/cache")


def test_where_nobody_answers_is_an_error_of_one_line(cache, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/a"
        with pytest.raises(StoreError) as caught:
            download(url, cache)
    assert str(caught.value) == f"cannot fetch {url!r}: [Errno 111] Connection refused; is there a network?"
    assert files_below(cache) == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/a", "a.csv", "FILE:/etc/passwd", "data:,x"])
def test_other_schemes_are_refused(url, cache):
    with pytest.raises(UsageError, match="cannot be fetched: only http and https can"):
        download(url, cache)


@pytest.mark.parametrize("url", ["http://[", "http://127.0.0.1:x/a", "http://127.0.0.1/a b", "http:///a"])
def test_what_is_no_url_is_an_error(url, cache, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises((StoreError, UsageError)):
        download(url, cache)
    assert files_below(cache) == []


def test_a_source_is_fetched_and_taken(url, needs):
    resolution = resolve_dependencies([need(SourceKind.URL, f"{url}/data-${{n}}.csv")], needs(flags={"n": 3}))
    assert [file.path for file in resolution.dependencies[0].sources[0].files] == ["data-3.csv"]


def test_one_with_another_digest_is_fetched_anew_the_next_time(server, url, needs):
    for _ in range(2):
        with pytest.raises(DependencyError, match=r"has the SHA-256 .*, not abc"):
            resolve_dependencies([need(SourceKind.URL, f"{url}/a", sha256="abc")], needs())
    assert server.asked == ["/a", "/a"]


def test_what_cannot_be_fetched_is_a_dependency_that_is_not_met(url, needs):
    with pytest.raises(DependencyError, match=r"could not resolve 'data' in data resource: cannot fetch"):
        resolve_dependencies([need(SourceKind.URL, f"{url}/missing", name="data")], needs())


def test_another_file_can_be_given_where_there_is_no_network(needs, tmp_path):
    with open(f"{tmp_path}/mine.csv", "w"):
        pass
    dependency = need(SourceKind.URL, "http://127.0.0.1:1/a.csv")
    given = {dependency.sources[0]: f"{tmp_path}/mine.csv"}
    resolution = resolve_dependencies([dependency], needs(given=given))
    assert [file.path for file in resolution.dependencies[0].sources[0].files] == ["mine.csv"]
