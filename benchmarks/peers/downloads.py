"""A service that sends files itself, as an update server does: what the edge takes off it."""

import os

from flask import Flask, Response, send_from_directory

app = Flask(__name__)


@app.get("/<path:name>")
def download(name: str) -> Response:
    """Send a file with its ETag, in parts where they are asked for."""
    return send_from_directory(os.environ["DOWNLOADS"], name, conditional=True)
