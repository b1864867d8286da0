"""The tiny service as gunicorn serves it."""

from libs.chassis.tests.tiny.app import create_app

from chassis import logs
from chassis.settings import ServiceSettings, load_settings

logs.configure("tiny")
app = create_app(load_settings(ServiceSettings))
