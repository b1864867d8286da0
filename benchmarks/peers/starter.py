"""A list read of the shape that FastAPI starters ship: SQLModel over Postgres, once with Redis in front.

The token is checked on every request, as such starters do; the answer is made of rows by the response model.
"""

import os
from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

import jwt
import redis
from fastapi import Depends, FastAPI, Header, HTTPException, Response
from sqlmodel import Field, Session, SQLModel, create_engine, select

engine = create_engine(os.environ["DATABASE_URL"], pool_size=8)
cache = redis.Redis.from_url(os.environ["REDIS_URL"])
app = FastAPI()


class Todo(SQLModel, table=True):
    """A to-do, as row and as answer."""

    id: UUID = Field(primary_key=True)
    owner: str = Field(index=True)
    list_id: UUID
    title: str
    notes: str | None = None
    done: bool = False
    priority: int = 0
    tags: str = ""
    position: float = 0
    created_at: str
    updated_at: str
    version: int = 1


class Page(SQLModel):
    """A page of to-dos."""

    items: list[Todo]
    next_cursor: str | None = None


def session() -> Iterator[Session]:
    """Give a session of its own to each request."""
    with Session(engine) as one:
        yield one


def owner(authorization: Annotated[str, Header()]) -> str:
    """Return whose token it is."""
    try:
        token = authorization.removeprefix("Bearer ")
        claims = jwt.decode(token, os.environ["TOKEN_SECRET"], algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise HTTPException(401) from error
    return str(claims["sub"])


Owner = Annotated[str, Depends(owner)]
Database = Annotated[Session, Depends(session)]


def page(subject: str, database: Session, limit: int) -> Page:
    """Read a page."""
    rows = database.exec(select(Todo).where(Todo.owner == subject).order_by(Todo.id).limit(limit))
    return Page(items=list(rows))


@app.get("/todos", response_model=Page)
def read_todos(subject: Owner, database: Database, limit: int = 50) -> Page:
    """Read from Postgres."""
    return page(subject, database, limit)


@app.get("/cached/todos", response_model=Page)
def read_todos_cached(subject: Owner, database: Database, limit: int = 50) -> Response:
    """Read from Redis, else from Postgres."""
    key = f"starter:{subject}:{limit}"
    kept = cache.get(key)
    if kept is None:
        kept = page(subject, database, limit).model_dump_json().encode()
        cache.set(key, kept, ex=60)
    return Response(kept, media_type="application/json")
