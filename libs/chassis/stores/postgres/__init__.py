"""Postgres, through SQLAlchemy Core and psycopg2."""
