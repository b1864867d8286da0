"""What gunicorn serves: `users.wsgi:app`."""

from chassis.server.wsgi import wsgi_app
from users.app import create_app
from users.config import ApiSettings

app = wsgi_app(ApiSettings, create_app)
