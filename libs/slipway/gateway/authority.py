"""The certificate authority of one suite, and the certificate its gateway shows."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from slipway.state.layout import write_private

_ROOT_DAYS = 3650
_LEAF_DAYS = 397
_RENEW_DAYS = 30
_LOOPBACK = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))


@dataclass(frozen=True)
class Tls:
    """Files in PEM: `root` is what clients have to trust."""

    root: Path
    certificate: Path
    key: Path


def ensure_authority(folder: Path, domain: str, hosts: Sequence[str]) -> Tls:
    """Return a certificate for `hosts` and loopback, made or renewed as needed.

    The authority is made once for a domain and kept; it can sign for that domain
    and loopback only, so trusting it endangers nothing else. The certificate is
    renewed when the hosts change or it has less than a month to go.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    tls = Tls(folder / "root.pem", folder / "leaf.pem", folder / "leaf.key")
    root_key_path = folder / "root.key"
    if not _signs_for(tls.root, root_key_path, domain):
        _make_root(tls.root, root_key_path, domain)
    root = x509.load_pem_x509_certificate(tls.root.read_bytes())
    if not _is_good(tls, root, hosts):
        _make_leaf(tls, root, _load_key(root_key_path), hosts)
    return tls


def _make_root(path: Path, key_path: Path, domain: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Slipway"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Slipway local authority for {domain}"),
        ]
    )
    networks = [ipaddress.ip_network(address) for address in _LOOPBACK]
    permitted: list[x509.GeneralName] = [
        x509.DNSName(domain),
        *(x509.IPAddress(network) for network in networks),
    ]
    certificate = (
        _builder(name, name, key.public_key(), _ROOT_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(key_path, _pem(key))
    write_private(path, _text(certificate))


def _make_leaf(
    tls: Tls, root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey, hosts: Sequence[str]
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    certificate = (
        _builder(subject, root.subject, key.public_key(), _LEAF_DAYS)
        .add_extension(x509.SubjectAlternativeName(_names(hosts)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    write_private(tls.key, _pem(key))
    write_private(tls.certificate, _text(certificate))


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        # Clocks differ a little between machines and virtual machines.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _names(hosts: Sequence[str]) -> list[x509.GeneralName]:
    return [*(x509.DNSName(host) for host in hosts), *(x509.IPAddress(address) for address in _LOOPBACK)]


def _signs_for(path: Path, key_path: Path, domain: str) -> bool:
    if not (path.exists() and key_path.exists()):
        return False
    root = x509.load_pem_x509_certificate(path.read_bytes())
    constraints = root.extensions.get_extension_for_class(x509.NameConstraints).value
    same_key = root.public_key() == _load_key(key_path).public_key()
    return same_key and _lasts(root) and x509.DNSName(domain) in (constraints.permitted_subtrees or [])


def _is_good(tls: Tls, root: x509.Certificate, hosts: Sequence[str]) -> bool:
    if not (tls.certificate.exists() and tls.key.exists()):
        return False
    leaf = x509.load_pem_x509_certificate(tls.certificate.read_bytes())
    try:
        leaf.verify_directly_issued_by(root)
    except Exception:  # noqa: BLE001 - several kinds, all mean that another authority made it
        return False
    same_key = leaf.public_key() == _load_key(tls.key).public_key()
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return same_key and _lasts(leaf) and list(names) == _names(hosts)


def _lasts(certificate: x509.Certificate) -> bool:
    return certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=_RENEW_DAYS)


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} holds another kind of key")
    return key


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
