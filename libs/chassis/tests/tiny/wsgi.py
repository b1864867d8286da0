"""The tiny service as gunicorn serves it."""

from libs.chassis.tests.tiny.app import create_app

from chassis.settings import ServiceSettings, load_settings
from chassis.telemetry import logs

logs.configure("tiny")
app = create_app(load_settings(ServiceSettings))
