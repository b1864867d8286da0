"""Makes the starter's table with some to-dos of one owner, and prints a token: `python fill.py COUNT`."""

import os
import sys
import time
from uuid import uuid4

import jwt
from sqlmodel import Session, SQLModel
from starter import Todo, engine

SQLModel.metadata.create_all(engine)
with Session(engine) as session:
    for number in range(int(sys.argv[1])):
        session.add(
            Todo(
                id=uuid4(),
                owner="bench",
                list_id=uuid4(),
                title=f"to-do number {number}",
                notes="two\nlines of notes",
                created_at="2026-01-31T12:00:00.000Z",
                updated_at="2026-01-31T12:00:00.000Z",
            )
        )
    session.commit()
claims = {"sub": "bench", "exp": int(time.time()) + 86_400}
sys.stdout.write(jwt.encode(claims, os.environ["TOKEN_SECRET"], algorithm="HS256"))
