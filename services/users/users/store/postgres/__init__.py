"""The stores on Postgres, through SQLAlchemy Core and psycopg2."""
