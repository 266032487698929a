"""A pulled file is the pinned one or is refused; what was interrupted goes on.

The pinned addresses can be tested only online. What pulling does is tested here against a server
on loopback, which serves, breaks, ignores ranges and lies as asked.
"""

import hashlib
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from toolkit.errors import DataError
from toolkit.records import pull as pulling
from toolkit.records.pull import cached_path, is_pulled, pull, pull_state, pulled_path
from toolkit.records.pulled import load_pulled
from toolkit.records.sources import Source, load_sources

CONTENT = bytes(range(256)) * 1024  # four chunks of 64 kB
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Upstream:
    """What the server serves, and what it was asked (the Range of each request)."""

    url: str = ""
    content: bytes = CONTENT
    breaks_after: int | None = None
    ignores_ranges: bool = False
    status: int = 200
    ranges: list[str | None] = field(default_factory=list)


@pytest.fixture
def upstream():
    served = Upstream()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers["Range"]
            served.ranges.append(asked)
            start = 0 if asked is None or served.ignores_ranges else int(asked[6:-1])
            body = served.content[start:]
            self.send_response(206 if start else served.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: served.breaks_after])

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}/table.csv"
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def source(upstream, tmp_path, monkeypatch):
    """One source in the register, on the server; an empty cache; no mirror, no proxy."""
    entry = Source(
        id="demo",
        title={"fr": "Démonstration", "en": "Demonstration"},
        publisher="us",
        url=upstream.url,
        licence="none",
        attribution={"fr": "nous", "en": "us"},
        updated_on=None,
        access="pull",
        path="folder/table.csv",
        sha256=SHA256,
        bytes=len(CONTENT),
    )
    monkeypatch.setattr(pulling, "load_sources", lambda: {"demo": entry})
    monkeypatch.setenv("FUTURS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("FUTURS_DATA_MIRROR", raising=False)
    return entry


def part_of(source: Source):
    path = cached_path(source)
    return path.with_name(path.name + ".part")


def leave(source: Source, content: bytes) -> None:
    """Leave the part of a file that an interrupted pull would."""
    part_of(source).parent.mkdir(parents=True, exist_ok=True)
    part_of(source).write_bytes(content)


def test_a_file_is_fetched_once(source, upstream):
    assert pull_state(source) == "absent"
    path = pull("demo")
    assert path == cached_path(source)
    assert path.read_bytes() == CONTENT
    assert pull_state(source) == "intact"
    assert pull("demo") == pulled_path("demo") == path
    assert upstream.ranges == [None]
    assert not part_of(source).exists()


def test_progress_counts_the_bytes_up_to_the_whole(source):
    seen = []
    pull("demo", progress=lambda held, total: seen.append((held, total)))
    assert seen == [(n * 65536, len(CONTENT)) for n in (1, 2, 3, 4)]


def test_an_interrupted_pull_keeps_what_came_and_asks_for_the_rest(source, upstream):
    upstream.breaks_after = 100_000
    with pytest.raises(DataError, match=r"What came is kept.* FUTURS_DATA_MIRROR a folder"):
        pull("demo")
    assert pull_state(source) == "partial"
    assert part_of(source).read_bytes() == CONTENT[:100_000]
    upstream.breaks_after = None
    seen = []
    path = pull("demo", progress=lambda held, total: seen.append(held))
    assert path.read_bytes() == CONTENT
    assert upstream.ranges == [None, "bytes=100000-"]
    assert seen[0] > 100_000


def test_a_server_that_ignores_ranges_sends_the_whole_again(source, upstream):
    leave(source, CONTENT[:1000])
    upstream.ignores_ranges = True
    assert pull("demo").read_bytes() == CONTENT
    assert upstream.ranges == ["bytes=1000-"]


def test_a_part_that_is_whole_is_checked_without_asking(source, upstream):
    leave(source, CONTENT)
    assert pull("demo").read_bytes() == CONTENT
    assert upstream.ranges == []


def test_a_part_of_another_file_is_thrown_away_and_fetched_again(source, upstream):
    leave(source, b"of another version" * 10)
    assert pull("demo").read_bytes() == CONTENT
    assert upstream.ranges == ["bytes=180-", None]


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"?", CONTENT + b"more"], ids=["other", "more"])
def test_other_bytes_are_refused_with_both_hashes_and_not_kept(source, upstream, content):
    upstream.content = content
    seen = rf"has sha256 (?!{SHA256})[0-9a-f]{{64}} instead of {SHA256} "
    with pytest.raises(DataError, match=rf"folder/table\.csv {seen}.*it was not kept"):
        pull("demo")
    assert pull_state(source) == "absent"
    assert not part_of(source).exists()


def test_a_file_that_does_not_end_is_not_followed(source, upstream):
    upstream.content = CONTENT * 3
    seen = []
    with pytest.raises(DataError, match="it was not kept"):
        pull("demo", progress=lambda held, total: seen.append(held))
    assert max(seen) <= len(CONTENT) + 65536


def test_a_damaged_file_is_seen_refused_and_replaced(source):
    path = pull("demo")
    path.write_bytes(b"edited by hand")
    seen = hashlib.sha256(b"edited by hand").hexdigest()
    assert pull_state(source) == "damaged"
    with pytest.raises(
        DataError, match=rf"has sha256 {seen} instead of {SHA256}.*futurs data pull demo"
    ):
        pulled_path("demo")
    assert pull("demo").read_bytes() == CONTENT


def test_a_file_that_is_gone_is_an_error_with_the_reason(source, upstream):
    upstream.status = 404
    with pytest.raises(DataError, match=r"could not be fetched \(HTTP Error 404: Not Found\)"):
        pull("demo")
    assert pull_state(source) == "absent"


def test_without_a_network_the_mirror_is_the_remedy(source, monkeypatch):
    closed = Source(**{**vars(source), "url": "http://127.0.0.1:9/table.csv"})
    monkeypatch.setattr(pulling, "load_sources", lambda: {"demo": closed})
    with pytest.raises(
        DataError, match=r"FUTURS_DATA_MIRROR a folder that holds folder/table\.csv"
    ):
        pull("demo")


class TestMirror:
    @pytest.fixture
    def mirror(self, source, tmp_path, monkeypatch):
        folder = tmp_path / "mirror" / "folder"
        folder.mkdir(parents=True)
        (folder / "table.csv").write_bytes(CONTENT)
        monkeypatch.setenv("FUTURS_DATA_MIRROR", str(tmp_path / "mirror"))
        return folder

    def test_takes_the_same_bytes_without_asking_the_network(self, mirror, source, upstream):
        assert pull("demo").read_bytes() == CONTENT
        assert upstream.ranges == []

    def test_begins_again_over_a_part(self, mirror, source):
        leave(source, b"something else")
        assert pull("demo").read_bytes() == CONTENT

    def test_other_bytes_are_refused(self, mirror, source):
        (mirror / "table.csv").write_bytes(b"not the file")
        with pytest.raises(DataError, match=rf"instead of {SHA256}.*FUTURS_DATA_MIRROR"):
            pull("demo")
        assert pull_state(source) == "absent"

    def test_a_missing_file_is_named_with_the_folder(self, mirror, source):
        (mirror / "table.csv").unlink()
        with pytest.raises(
            DataError, match=r"mirror .*mirror \(.*no readable file folder/table\.csv"
        ):
            pull("demo")


def test_what_was_not_pulled_says_how(source):
    assert not is_pulled("demo")
    with pytest.raises(DataError, match=r"was not pulled yet .*futurs data pull demo"):
        pulled_path("demo")


def test_an_unknown_source_names_those_there_are(source):
    with pytest.raises(DataError, match=r"'eurostat' is not a source that is pulled.*: demo\."):
        pull("eurostat")


def test_the_cache_is_the_users_own_unless_told(monkeypatch):
    monkeypatch.delenv("FUTURS_CACHE", raising=False)
    assert pulling.cache_dir().name == "futurs-publics"
    monkeypatch.setenv("FUTURS_CACHE", "elsewhere")
    assert str(pulling.cache_dir()) == "elsewhere"


def test_every_source_that_is_pulled_has_a_loader(mirrored, tmp_path, monkeypatch):
    monkeypatch.setenv("FUTURS_CACHE", str(tmp_path))
    monkeypatch.setenv("FUTURS_DATA_MIRROR", str(mirrored("etalab-barometre").parents[1]))
    for source_id in pulling.pulled_sources():
        pull(source_id)
        table = load_pulled(source_id)
        assert set(table.source) == {source_id}
        assert not table.duplicated(["territory", "indicator", "period"]).any()
        assert (table.value.isna() == (table.status == "nd")).all()


def test_a_source_asked_online_has_no_loader():
    assert load_sources()["eurostat"].access == "live"
    with pytest.raises(DataError, match="'eurostat' is not a source that is pulled"):
        load_pulled("eurostat")
