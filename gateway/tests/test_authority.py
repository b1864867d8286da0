"""The local certificate authority."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from slipway.gateway import authority, ensure_authority

HOSTS = ("localhost", "shop.localhost")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "ca"


def names(tls):
    leaf = x509.load_pem_x509_certificate(tls.certificate.read_bytes())
    return set(
        leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
            x509.DNSName
        )
    )


def test_keys_are_for_their_owner_only(folder):
    ensure_authority(folder, "localhost", HOSTS)
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.key")} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_second_call_changes_nothing(folder):
    ensure_authority(folder, "localhost", HOSTS)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    ensure_authority(folder, "localhost", HOSTS)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_new_hosts_get_a_new_certificate_from_the_same_authority(folder):
    first = ensure_authority(folder, "localhost", HOSTS)
    root = first.root.read_bytes()
    second = ensure_authority(folder, "localhost", (*HOSTS, "more.localhost"))
    assert "more.localhost" in names(second)
    assert second.root.read_bytes() == root


def test_a_certificate_near_its_end_is_renewed(folder, monkeypatch):
    monkeypatch.setattr(authority, "_LEAF_DAYS", 20)
    tls = ensure_authority(folder, "localhost", HOSTS)
    monkeypatch.undo()
    ensure_authority(folder, "localhost", HOSTS)
    leaf = x509.load_pem_x509_certificate(tls.certificate.read_bytes())
    assert leaf.not_valid_after_utc > datetime.now(UTC) + timedelta(days=300)


def test_the_authority_can_sign_for_its_domain_only(folder):
    tls = ensure_authority(folder, "localhost", HOSTS)
    root = x509.load_pem_x509_certificate(tls.root.read_bytes())
    constraints = root.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert x509.DNSName("localhost") in constraints.value.permitted_subtrees


def test_another_domain_gets_another_authority(folder):
    root = ensure_authority(folder, "localhost", HOSTS).root.read_bytes()
    assert ensure_authority(folder, "suite.test", ("suite.test",)).root.read_bytes() != root


def test_a_lost_key_is_made_again_with_its_certificate(folder):
    tls = ensure_authority(folder, "localhost", HOSTS)
    tls.key.unlink()
    before = tls.certificate.read_bytes()
    assert ensure_authority(folder, "localhost", HOSTS).certificate.read_bytes() != before
