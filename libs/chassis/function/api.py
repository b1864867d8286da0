"""The function of a service's API: `chassis.function.api.handler`, for the service that SERVICE names.

Made once, before Lambda sends the first request; wrong settings end the process as `load_settings` says.
"""

from __future__ import annotations

import importlib
import os

from chassis.function.requests import request_handler

handler = request_handler(importlib.import_module(f"{os.environ['SERVICE']}.wsgi").app)
