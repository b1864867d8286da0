"""The application that gunicorn serves."""

from chassis.settings import load_settings
from chassis.telemetry import logs
from todos.app import create_app
from todos.config import TodosSettings

settings = load_settings(TodosSettings)
logs.configure("todos", settings.log_level)
app = create_app(settings)
