"""Everything that concerns supervisord: its configuration, its process, and talking to it."""
