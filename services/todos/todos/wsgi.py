"""What gunicorn serves: `todos.wsgi:app`."""

from chassis.server.wsgi import wsgi_app
from todos.app import create_app
from todos.config import ApiSettings

app = wsgi_app(ApiSettings, create_app)
