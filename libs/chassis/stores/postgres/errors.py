"""What can go wrong with a database, and what each problem says."""

from __future__ import annotations

from chassis.errors import Transient


class DatabaseBusy(Transient):
    """Every connection of the pool is in use."""

    def __init__(self) -> None:
        super().__init__("The database is busy.")


class DatabaseAway(Transient):
    """The database refuses or ends the connection, for a reason that passes."""

    def __init__(self) -> None:
        super().__init__("The database is not available at the moment.")


class DatabaseSilent(Transient):
    """The database takes connections and does not answer."""

    def __init__(self) -> None:
        super().__init__("The database does not answer at the moment.")
