"""An environment with one service: a web role, a worker and migrations."""

from __future__ import annotations

from slipway.deploy.target import Service, Slots, Target

TODOS = Service(
    repository="https://registry.test/shop/todos",
    architecture="ARM64",
    release=Slots(next="/todos/next", current="/todos/current", image="/todos/image"),
    tags=Slots(next="1.2.0", current="1.2.0", image="sha256:2"),
    functions={},
    services={"api": "todos", "worker": "todos-worker"},
    floors={"api": 2, "worker": 0},
    one_off_tasks={"migrate": "todos-migrate"},
    log_groups={"migrate": "/shop/todos/migrate"},
    security_group="sg-1",
    url="https://todos.shop.test",
)
TARGET = Target(
    region="eu-central-1",
    cluster="shop",
    subnets=("subnet-a", "subnet-b"),
    architecture="ARM64",
    site_bucket="shop-site",
    services={"todos": TODOS},
    preparations={},
)
