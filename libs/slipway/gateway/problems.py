"""The gateway's own errors, in the two languages its clients read."""

from __future__ import annotations

from dataclasses import dataclass

_TYPE = "https://slipway.dev/problems/"


@dataclass(frozen=True)
class OwnError:
    """nginx's `causes` are answered with `status`."""

    causes: tuple[int, ...]
    status: int
    title: str
    detail: str
    s3_code: str

    @property
    def type(self) -> str:
        return _TYPE + self.title.lower().replace(" ", "-")


# Statuses in the 490s are nginx's own names for what went wrong before HTTP was understood.
OWN_ERRORS = (
    OwnError((400,), 400, "Bad Request", "The request could not be understood.", "BadRequest"),
    OwnError((495, 496), 400, "Bad Certificate", "The client certificate was not accepted.", "BadRequest"),
    OwnError(
        (497,),
        400,
        "HTTPS Required",
        "This port speaks HTTPS only; use https:// in the address.",
        "BadRequest",
    ),
    OwnError(
        (403,), 403, "Origin Not Allowed", "Pages of this origin may not call this service.", "AccessDenied"
    ),
    OwnError((404,), 404, "Not Found", "There is nothing at this address.", "NoSuchBucket"),
    OwnError((405,), 405, "Method Not Allowed", "This method is not allowed here.", "MethodNotAllowed"),
    OwnError((408,), 408, "Request Timeout", "The request took too long to arrive.", "RequestTimeout"),
    OwnError(
        (411,), 411, "Length Required", "The request must say how long its body is.", "MissingContentLength"
    ),
    OwnError(
        (413,), 413, "Content Too Large", "The body is larger than this service accepts.", "EntityTooLarge"
    ),
    OwnError((414,), 414, "URI Too Long", "The address is too long.", "BadRequest"),
    OwnError(
        (416,),
        416,
        "Range Not Satisfiable",
        "The file ends before the range that was asked for.",
        "InvalidRange",
    ),
    OwnError((421,), 421, "Misdirected Request", "This connection does not serve that host.", "BadRequest"),
    OwnError(
        (429,),
        429,
        "Too Many Requests",
        "Too many requests from this address; try again shortly.",
        "SlowDown",
    ),
    OwnError(
        (494,),
        431,
        "Request Header Fields Too Large",
        "The headers are too large.",
        "RequestHeaderSectionTooLarge",
    ),
    OwnError((500,), 500, "Internal Server Error", "Something went wrong at the gateway.", "InternalError"),
    OwnError(
        (501,),
        501,
        "Not Implemented",
        "The gateway does not support this transfer encoding.",
        "NotImplemented",
    ),
    OwnError(
        (502, 503),
        503,
        "Service Unavailable",
        "The service does not answer at the moment; try again shortly.",
        "ServiceUnavailable",
    ),
    OwnError((504,), 504, "Gateway Timeout", "The service took too long to answer.", "ServiceUnavailable"),
    OwnError((505,), 505, "HTTP Version Not Supported", "Use HTTP/1.1 or HTTP/2.", "BadRequest"),
)
