"""Pictures: thumbnails of the ones we can show, and a reason for those we cannot."""

import pytest
from tests.system import pictures
from tests.system.expect import empty, eventually, problem
from tests.system.uploading import look, settled, upload

# Where the colours of a 1200 by 800 picture are seen, by how the camera was held (EXIF orientation).
UPRIGHT = {
    1: (pictures.RED, pictures.GREEN, pictures.BLUE, pictures.YELLOW),
    3: (pictures.YELLOW, pictures.BLUE, pictures.GREEN, pictures.RED),
    6: (pictures.BLUE, pictures.RED, pictures.YELLOW, pictures.GREEN),
    8: (pictures.GREEN, pictures.YELLOW, pictures.RED, pictures.BLUE),
    2: (pictures.GREEN, pictures.RED, pictures.YELLOW, pictures.BLUE),
    5: (pictures.RED, pictures.BLUE, pictures.GREEN, pictures.YELLOW),
}
PLACES = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))


def thumbnails(client, ready):
    assert ready["status"] == "ready", ready
    for described in ready["thumbnails"]:
        response = client.fetch(described["url"])
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"] == described["content_type"]
        yield described, response.content, pictures.opened(response.content)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_thumbnails_stand_upright_however_the_camera_was_held(anna, anyone, orientation):
    ready = settled(anna, upload(anna, pictures.photograph(orientation)))
    turned = orientation >= 5
    for described, _, picture in thumbnails(anyone, ready):
        assert picture.size == (described["width"], described["height"])
        assert (picture.height > picture.width) is turned
        assert max(picture.size) / min(picture.size) == pytest.approx(1.5, rel=0.03)
        for place, colour in zip(PLACES, UPRIGHT[orientation], strict=True):
            assert pictures.is_near(pictures.corner(picture, *place), colour), (orientation, place)


def test_the_size_of_a_turned_picture_is_as_it_is_seen(anna):
    ready = settled(anna, upload(anna, pictures.photograph(6, 1200, 800)))
    assert (ready["width"], ready["height"]) == (800, 1200)


def test_there_are_three_thumbnails_of_different_sizes(anna, anyone):
    ready = settled(anna, upload(anna, pictures.photograph(1, 3000, 2000)))
    found = list(thumbnails(anyone, ready))
    assert len({described["name"] for described, _, _ in found}) == 3
    assert len({picture.size for _, _, picture in found}) == 3
    assert all(max(picture.size) < 3000 for _, _, picture in found)


def test_thumbnails_tell_nothing_of_where_and_with_what(anna, anyone):
    ready = settled(anna, upload(anna, pictures.photograph(6)))
    for _, content, picture in thumbnails(anyone, ready):
        assert not picture.getexif()
        assert b"Exif" not in content
        assert b"Slipway Optical" not in content
        assert not {"exif", "xmp", "comment", "photoshop"} & picture.info.keys()


@pytest.mark.parametrize(
    ("kind", "mode", "content_type"),
    [
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "L", "image/png"),
        ("PNG", "1", "image/png"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("WEBP", "RGB", "image/webp"),
        ("GIF", "P", "image/gif"),
    ],
)
def test_every_usual_kind_of_picture_gets_thumbnails(anna, anyone, kind, mode, content_type):
    content = pictures.encoded(kind, mode)
    ready = settled(anna, upload(anna, content, f"picture.{kind.lower()}", content_type))
    assert len(list(thumbnails(anyone, ready))) == 3


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2000, 1), (10, 10)])
def test_an_odd_size_is_no_trouble(anna, anyone, size):
    ready = settled(anna, upload(anna, pictures.encoded("PNG", "RGB", *size), "odd.png", "image/png"))
    assert (ready["width"], ready["height"]) == size
    for _, _, picture in thumbnails(anyone, ready):
        assert picture.width >= 1
        assert picture.height >= 1
        assert picture.width <= size[0]
        assert picture.height <= size[1]


REFUSED = {
    "a text": (lambda: b"I am not a picture.\n" * 20, "image/jpeg"),
    "a web page": (lambda: b"<html><script>alert(1)</script></html>", "image/png"),
    "zeros": (lambda: bytes(5000), "image/jpeg"),
    "a gigantic claim": (lambda: pictures.bomb(), "image/png"),
    "a claim beyond numbers": (lambda: pictures.bomb(2**31 - 1, 2**31 - 1), "image/png"),
    "a real bomb": (lambda: pictures.square_bomb(), "image/png"),
    "half a photograph": (lambda: pictures.photograph()[:4000], "image/jpeg"),
    "the first bytes of one": (lambda: pictures.photograph()[:3], "image/jpeg"),
    "half a PNG": (lambda: pictures.encoded("PNG")[:200], "image/png"),
    "postscript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "image/jpeg"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_is_rejected_with_a_reason(anna, name):
    make, content_type = REFUSED[name]
    rejected = settled(anna, upload(anna, make(), "photo.jpg", content_type))
    assert rejected["status"] == "rejected", rejected
    assert rejected["reason"]
    assert "Traceback" not in rejected["reason"]
    assert rejected["thumbnails"] == []


def test_a_drawing_with_a_script_is_rejected_or_handed_out_as_mere_bytes(anna, anyone):
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    found = settled(anna, upload(anna, drawing, "drawing.svg", "image/svg+xml"))
    assert found["thumbnails"] == []
    if found["status"] == "ready":
        headers = anyone.fetch(found["url"]).headers
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"].startswith("attachment")


def test_a_rejected_file_does_not_hold_up_the_next(anna):
    upload(anna, pictures.bomb(), "bomb.png", "image/png")
    assert settled(anna, upload(anna, pictures.photograph()))["status"] == "ready"


def test_a_rejected_file_can_be_deleted(anna):
    identifier = upload(anna, b"not a picture", "photo.jpg")
    settled(anna, identifier)
    empty(anna.client.delete("media", f"/v1/objects/{identifier}"))
    problem(anna.client.get("media", f"/v1/objects/{identifier}"), 404)


def test_a_deleted_file_leaves_nothing_behind(anna, anyone):
    identifier = upload(anna, pictures.photograph())
    ready = settled(anna, identifier)
    urls = [ready["url"], *(described["url"] for described in ready["thumbnails"])]
    empty(anna.client.delete("media", f"/v1/objects/{identifier}"))
    problem(anna.client.get("media", f"/v1/objects/{identifier}"), 404)
    assert anna.objects() == []
    eventually(
        lambda: {anyone.fetch(url).status_code for url in urls} <= {403, 404},
        "the addresses stop working",
        20,
    )


def test_deleting_while_it_is_being_worked_on_leaves_nothing_behind(anna):
    identifier = upload(anna, pictures.photograph(6, 4000, 3000))
    empty(anna.client.delete("media", f"/v1/objects/{identifier}"))
    problem(anna.client.get("media", f"/v1/objects/{identifier}"), 404)
    marker = upload(anna, pictures.photograph())
    settled(anna, marker)
    assert [found["id"] for found in anna.objects()] == [marker]


def test_a_deleted_file_cannot_be_deleted_again(anna):
    identifier = upload(anna, pictures.photograph())
    empty(anna.client.delete("media", f"/v1/objects/{identifier}"))
    problem(anna.client.delete("media", f"/v1/objects/{identifier}"), 404)


@pytest.mark.needs_enforcement
def test_a_signed_address_cannot_be_bent(anna, anyone):
    ready = settled(anna, upload(anna, pictures.photograph()))
    url = ready["thumbnails"][0]["url"]
    plain, _, query = url.partition("?")
    assert anyone.fetch(plain).status_code in {401, 403}
    assert anyone.fetch(f"{plain}x?{query}").status_code in {401, 403, 404}
    assert anyone.fetch(url[:-4] + "0000").status_code in {400, 401, 403}


def test_the_addresses_of_a_file_are_fresh_at_every_reading(anna, anyone):
    identifier = upload(anna, pictures.photograph())
    settled(anna, identifier)
    for _ in range(2):
        assert anyone.fetch(look(anna, identifier)["url"]).status_code == 200
