"""What gunicorn serves: `blog.wsgi:app`."""

from blog.app import create_app
from blog.config import ApiSettings
from chassis.server.wsgi import wsgi_app

app = wsgi_app(ApiSettings, create_app)
