"""What gunicorn serves: `media.wsgi:app`."""

from chassis.server.wsgi import wsgi_app
from media.app import create_app
from media.config import ApiSettings

app = wsgi_app(ApiSettings, create_app)
