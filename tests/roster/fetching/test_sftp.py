"""SFTP against real servers: Debian's sshd where it is to be had, and asyncssh's."""

from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest

from roster.fetching import NotYet, Unfinished, found, sources
from roster.fetching.sources import Settings
from roster.models import Arrival, Organization, Source
from roster.refusal import Refused
from tests.roster.fetching import servers
from tests.roster.fetching.conftest import Write, look_twice, nothing_came
from tests.roster.fetching.servers import PASSWORD, USER, Interrupting

Make = Callable[..., Source]


@pytest.fixture
def key() -> asyncssh.SSHKey:
    return servers.new_key()


@pytest.fixture
def out(tmp_path: Path, write: Write) -> Path:
    """The folder that the server shows, with one bundle in it."""
    folder = tmp_path / "out"
    folder.mkdir()
    write(folder / "night.zip")
    return folder


@pytest.fixture
def port(tmp_path: Path, out: Path, key: asyncssh.SSHKey) -> Iterator[int]:
    with servers.sftp(tmp_path, key) as port:
        yield port


def trusted(organization: Organization, port: int, **changes: str) -> Source:
    """Return a source whose server's host key is trusted."""
    settings = {
        "address": f"sftp://127.0.0.1:{port}/out/*.zip",
        "user": USER,
        "credential": "password",
        "secret": PASSWORD,
    } | changes
    source = sources.add(
        Source(organization=organization),
        Settings(schedule={"every_minutes": 5}, **settings),  # type: ignore[arg-type]
        by="test",
    )
    shown = sources.offered_fingerprint(source)
    return sources.trust(source, shown, by="test")


def test_a_bundle_is_pulled_with_a_password(riverside: Organization, port: int, out: Path) -> None:
    [arrival] = look_twice(trusted(riverside, port))
    assert (arrival.name, arrival.size) == ("night.zip", (out / "night.zip").stat().st_size)
    assert look_twice(Source.objects.get()) == []


def test_a_bundle_is_pulled_from_sshd_with_a_key(
    riverside: Organization, out: Path, tmp_path: Path
) -> None:
    program = servers.sshd_program()
    if program is None:
        pytest.skip("No sshd, and no way to install one; asyncssh's server was asked instead.")
    (tmp_path / "sshd").mkdir()
    with servers.sshd(tmp_path / "sshd", program) as (port, secret):
        source = trusted(
            riverside, port, user="root", credential="private key", secret=secret,
            address=f"sftp://127.0.0.1:{port}{out}/*.zip",
        )  # fmt: skip
        assert [each.name for each in look_twice(source)] == ["night.zip"]
        sources.change(
            source,
            Settings(
                credential="private key", secret=servers.new_key().export_private_key().decode()
            ),
            by="test",
        )
        with pytest.raises(Refused, match="doesn't accept the user “root” with this secret"):
            look_twice(Source.objects.get())
    assert Arrival.objects.count() == 1


def test_a_link_on_the_server_is_followed_there(
    riverside: Organization, port: int, out: Path
) -> None:
    (out / "latest").symlink_to("night.zip")
    (out / "dangling").symlink_to("nothing.zip")
    source = trusted(riverside, port, address=f"sftp://127.0.0.1:{port}/out/latest")
    assert [each.name for each in look_twice(source)] == ["latest"]
    Source.objects.update(address=f"sftp://127.0.0.1:{port}/out/dangling")
    with pytest.raises(Refused, match="There is no bundle at /out/dangling"):
        look_twice(Source.objects.get())


def test_csv_files_in_a_folder_are_one_bundle_with_one_checksum(
    riverside: Organization, port: int, tmp_path: Path
) -> None:
    (tmp_path / "csv").mkdir()
    for name in ("users.csv", "orgs.csv"):
        (tmp_path / "csv" / name).write_text("sourcedId\nx\n")
    source = trusted(riverside, port, address=f"sftp://127.0.0.1:{port}/csv/")
    [first] = look_twice(source)
    assert first.name == "csv"
    [again] = look_twice(Source.objects.get(), again=True)
    assert (again.checksum, again.state) == (first.checksum, "unchanged")


def test_nothing_is_sent_before_the_host_key_is_trusted(riverside: Organization, port: int) -> None:
    source = trusted(riverside, port)
    source.host_key = ""
    source.save()
    with pytest.raises(Refused, match=r"isn't trusted yet\. Compare the fingerprint"):
        look_twice(source)
    with pytest.raises(Refused, match=r"not SHA256:wrong\. Nothing is trusted"):
        sources.trust(source, "SHA256:wrong", by="test")
    assert nothing_came()


def test_another_host_key_ends_it(
    riverside: Organization, port: int, tmp_path: Path, key: asyncssh.SSHKey
) -> None:
    source = trusted(riverside, port)
    other = servers.new_key()
    with servers.sftp(tmp_path, other) as elsewhere:
        Source.objects.update(address=f"sftp://127.0.0.1:{elsewhere}/out/*.zip")
        with pytest.raises(Refused) as refusal:
            look_twice(Source.objects.get(pk=source.pk))
    assert other.get_fingerprint() in str(refusal.value)
    assert key.get_fingerprint() in str(refusal.value)
    assert "Ask its operator, then trust the new key" in str(refusal.value)
    assert nothing_came()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"secret": "wrong"},
            "doesn't accept the user “riverside” with this secret (password). Set it",
        ),
        ({"user": "lakeside"}, "doesn't accept the user “lakeside”"),
        ({"path": "/nowhere/*.zip"}, "There is no /nowhere/*.zip on 127.0.0.1. Look at the path"),
        ({"path": "/out/other.zip"}, "There is no bundle at /out/other.zip on 127.0.0.1"),
        ({"path": "/out/*.csv"}, "There is no bundle at /out/*.csv"),
    ],
)
def test_what_is_set_wrong_is_said_and_changes_nothing(
    changes: dict[str, str], words: str, riverside: Organization, port: int
) -> None:
    if "path" in changes:
        changes = {"address": f"sftp://127.0.0.1:{port}{changes['path']}"}
    source = trusted(riverside, port, **changes)
    with pytest.raises(Refused) as refusal:
        look_twice(source)
    assert words in str(refusal.value)
    assert nothing_came()
    source.refresh_from_db()
    assert source.problem == str(refusal.value)


def test_a_server_that_hangs_up_in_the_middle_is_asked_again(
    riverside: Organization, tmp_path: Path, out: Path, key: asyncssh.SSHKey
) -> None:
    (out / "night.zip").write_bytes((out / "night.zip").read_bytes() + bytes(3 << 20))

    def hang_up(server: Interrupting, offset: int) -> None:
        if offset > 1 << 20:
            server.hang_up()

    with servers.sftp(tmp_path, key, hang_up) as port:
        source = trusted(riverside, port)
        with pytest.raises(NotYet, match=r"hung up in the middle .* it is tried again"):
            look_twice(source)
    assert nothing_came()
    with pytest.raises(NotYet, match="can't be reached"):
        look_twice(Source.objects.get())


def test_a_file_that_grows_while_it_is_read_is_not_taken(
    riverside: Organization, tmp_path: Path, out: Path, key: asyncssh.SSHKey, write: Write
) -> None:
    def grow(server: Interrupting, offset: int) -> None:
        with (out / "night.zip").open("ab") as stream:
            stream.write(b"more")

    with servers.sftp(tmp_path, key, grow) as port:
        source = trusted(riverside, port)
        with pytest.raises(NotYet, match="changed while it was fetched"):
            look_twice(source)
    assert nothing_came()


@pytest.mark.parametrize("name", ["../../etc/night.zip", "a/b.zip", "a\nb.zip", "..\\b.zip"])
def test_a_server_that_names_files_elsewhere_is_not_believed(
    name: str, riverside: Organization, tmp_path: Path, out: Path, key: asyncssh.SSHKey
) -> None:
    with servers.sftp(tmp_path, key, invents=(name,)) as port:
        source = trusted(riverside, port)
        with pytest.raises(Refused, match="a path or a control character in it"):
            look_twice(source)
    assert nothing_came()


def test_half_a_zip_is_not_taken(riverside: Organization, port: int, out: Path) -> None:
    whole = (out / "night.zip").read_bytes()
    (out / "night.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unfinished, match="isn't a whole zip file: it is still being written, or"):
        look_twice(trusted(riverside, port))
    assert nothing_came()


def test_a_bundle_that_is_too_large_is_not_fetched(
    riverside: Organization, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "LARGEST", 100)
    with pytest.raises(Refused, match=r"“night\.zip” is larger than 1 MiB, which no roster is"):
        look_twice(trusted(riverside, port))
    assert nothing_came()
