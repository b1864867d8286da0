"""A film in pieces, as players stream it: a collection with a playlist (HLS, RFC 8216) and its segments."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urljoin

import requests
from tests.system.client import Account, Client
from tests.system.expect import answer, empty
from tests.system.uploading import settled, upload

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
SEGMENT_TYPE = "video/mp2t"
SEGMENTS = [f"segment-{number}.ts" for number in range(3)]


def segment(number: int) -> bytes:
    """Return MPEG-TS packets of 188 bytes, each with the sync byte and padding (PID 0x1fff)."""
    return b"".join(
        b"\x47\x1f\xff" + bytes([0x10 | counter % 16]) + bytes([number]) * 184 for counter in range(200)
    )


def playlist() -> bytes:
    """Return a playlist that names its segments by where they are beside it."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:2", "#EXT-X-PLAYLIST-TYPE:VOD"]
    for name in SEGMENTS:
        lines += ["#EXTINF:2.0,", name]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""]).encode()


CONTENT = {"index.m3u8": playlist()} | {name: segment(number) for number, name in enumerate(SEGMENTS)}


@dataclass
class Film:
    """A collection of `owner`'s; the objects are below `hd/` in it."""

    owner: Account
    id: str
    objects: dict[str, str]

    @classmethod
    def made_by(cls, owner: Account) -> Film:
        """Upload the pieces and put them together."""
        made = answer(owner.client.post("media", "/v1/collections", {"name": "Film"}), 201)
        film = cls(owner, made["id"], {})
        for name, content in CONTENT.items():
            kind = PLAYLIST_TYPE if name.endswith(".m3u8") else SEGMENT_TYPE
            film.objects[name] = upload(owner, content, filename=name, content_type=kind)
        for name, object_id in film.objects.items():
            assert settled(owner, object_id)["status"] == "ready"
            path = f"/v1/collections/{film.id}/objects/{object_id}"
            answer(owner.client.call("PUT", "media", path, json={"path": f"hd/{name}"}))
        return film

    def grant(self, reader: Account, **body: Any) -> None:
        answer(self.owner.client.call("PUT", "media", self._grant(reader), json=body))

    def revoke(self, reader: Account) -> None:
        empty(self.owner.client.delete("media", self._grant(reader)))

    def _grant(self, reader: Account) -> str:
        return f"/v1/collections/{self.id}/grants/{reader.id}"

    def access(self, reader: Account, delivery: str, **body: Any) -> requests.Response:
        return reader.client.post(
            "media", f"/v1/collections/{self.id}/access", {"delivery": delivery, **body}
        )

    def urls(self, reader: Account, **body: Any) -> dict[str, str]:
        """Return the signed address of each file by its path."""
        return {one["path"]: one["url"] for one in answer(self.access(reader, "urls", **body))["items"]}

    def cookies(self, reader: Account, **body: Any) -> tuple[str, dict[str, str]]:
        """Return the address of the playlist, and the cookies that open it with all that is beside it."""
        given = self.access(reader, "cookies", **body)
        jar: SimpleCookie = SimpleCookie()
        for line in given.raw.headers.getlist("Set-Cookie"):
            jar.load(line)
        return f"{answer(given)['base_url']}hd/index.m3u8", {name: one.value for name, one in jar.items()}


def play(player: Client, address: str, cookies: dict[str, str]) -> dict[str, requests.Response]:
    """Fetch a playlist and then what it names, as a player does; return the answers by their address."""
    header = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
    answers = {address: player.fetch(address, headers=header)}
    named = answers[address].text if answers[address].ok else CONTENT["index.m3u8"].decode()
    for line in named.splitlines():
        if line and not line.startswith("#"):
            one = urljoin(address, line)
            answers[one] = player.fetch(one, headers=header)
    return answers
