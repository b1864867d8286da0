"""What gunicorn serves: `media.wsgi:app`."""

from chassis.settings import load_settings
from chassis.telemetry import logs
from media.app import INFO, create_app
from media.config import MediaSettings

_settings = load_settings(MediaSettings)
logs.configure(INFO.name, _settings.log_level)
app = create_app(_settings)
