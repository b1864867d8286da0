mock_provider "aws" {}

variables {
  context = {
    prefix             = "slipway-test-"
    region             = "eu-west-1"
    log_retention_days = 30
    log_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  name           = "media"
  port           = 8080
  first_release  = "1.0.0-abc"
  repository_url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/slipway-test/media"
  environment    = { LOG_LEVEL = "INFO" }
  secrets        = { DATABASE_URL = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x" }

  task_role_arn      = "arn:aws:iam::123456789012:role/task"
  execution_role_arn = "arn:aws:iam::123456789012:role/execution"

  cluster_arn       = "arn:aws:ecs:eu-west-1:123456789012:cluster/slipway-test"
  cluster_name      = "slipway-test"
  vpc_id            = "vpc-1"
  subnet_ids        = { a = "subnet-1", b = "subnet-2" }
  security_group_id = "sg-1"

  listener_arn         = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/x/1/1"
  load_balancer_suffix = "app/x/1"
  host                 = "media.example.com"

  topic_arn    = "arn:aws:sns:eu-west-1:123456789012:notices"
  spot_percent = 50
  queue_names  = { worker = ["uploads", "events"] }

  roles = {
    api = {
      kind       = "web", cpu = 512, memory = 1024, stop_timeout = 30
      scaling    = { min = 2, max = 10, cpu_percent = 60, requests_per_target = 200, messages_per_task = null }
      deployment = { strategy = "rolling", percent = 10, step_minutes = 5, bake_minutes = 15 }
    }
    worker = {
      kind       = "worker", cpu = 1024, memory = 2048, stop_timeout = 60
      scaling    = { min = 1, max = 20, cpu_percent = 60, requests_per_target = null, messages_per_task = 20 }
      deployment = { strategy = "rolling", percent = 10, step_minutes = 5, bake_minutes = 5 }
    }
    migrate = {
      kind       = "task", cpu = 256, memory = 512, stop_timeout = 30, scaling = null
      deployment = { strategy = "rolling", percent = 10, step_minutes = 5, bake_minutes = 5 }
    }
  }
}

run "a_service_runs_hardened_scales_on_what_it_feels_and_comes_back_from_bad_versions" {
  command = plan

  assert {
    condition = alltrue([for task in values(aws_ecs_task_definition.role) :
      jsondecode(task.container_definitions)[0].readonlyRootFilesystem && jsondecode(task.container_definitions)[0].linuxParameters.capabilities.drop == ["ALL"] && jsondecode(task.container_definitions)[0].linuxParameters.initProcessEnabled && jsondecode(task.container_definitions)[0].user == "10001:10001"
    ])
    error_message = "No root, no capabilities, a read-only root and an init."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.role["worker"].container_definitions)[0].stopTimeout == 60 && can(jsondecode(aws_ecs_task_definition.role["worker"].container_definitions)[0].healthCheck.command)
    error_message = "A worker has its time to finish, and is looked after."
  }

  assert {
    condition     = alltrue([for task in values(aws_ecs_task_definition.role) : alltrue([for secret in jsondecode(task.container_definitions)[0].secrets : startswith(secret.valueFrom, "arn:")])])
    error_message = "Secrets are references."
  }

  assert {
    condition = alltrue([for task in values(aws_ecs_task_definition.role) :
      length(task.volume) == 0 && length(jsondecode(task.container_definitions)[0].mountPoints) == 0
    ])
    error_message = "Without a shell a container has no place to write to but /tmp."
  }

  assert {
    condition     = toset(keys(aws_ecs_service.role)) == toset(["api", "worker"]) && toset(keys(aws_ecs_task_definition.role)) == toset(["api", "worker", "migrate"])
    error_message = "A migration runs when it is told to."
  }

  assert {
    condition     = toset(keys(aws_appautoscaling_policy.cpu)) == toset(["api", "worker"]) && toset(keys(aws_appautoscaling_policy.memory)) == toset(["api", "worker"]) && keys(aws_appautoscaling_policy.requests) == ["api"] && keys(aws_appautoscaling_policy.messages) == ["worker"]
    error_message = "CPU and memory for all, requests for the web, messages for workers."
  }

  assert {
    condition     = aws_appautoscaling_target.role["api"].min_capacity == 2 && aws_appautoscaling_target.role["api"].max_capacity == 10
    error_message = "Between the manifest's floor and ceiling."
  }

  assert {
    condition     = strcontains(jsonencode(aws_appautoscaling_policy.messages["worker"].target_tracking_scaling_policy_configuration), "q0 + q1")
    error_message = "All of a worker's queues count."
  }

  assert {
    condition = [for metric in aws_appautoscaling_policy.requests["api"].target_tracking_scaling_policy_configuration[0].customized_metric_specification[0].metrics : metric.expression if metric.return_data] == [
      "(FILL(blue, 0) + FILL(green, 0)) / 60 / IF(FILL(tasks, 1) > 1, tasks, 1)"
    ]
    error_message = "The load balancer counts by the minute, the manifest says how many a second and task."
  }

  assert {
    condition     = alltrue([for service in values(aws_ecs_service.role) : service.force_new_deployment])
    error_message = "Without a new deployment the provider would destroy a service to change what it runs on."
  }

  assert {
    condition     = alltrue([for service in values(aws_ecs_service.role) : service.deployment_configuration[0].strategy == "ROLLING"])
    error_message = "A strategy that is not written would stay what it was before."
  }

  assert {
    condition     = alltrue([for service in values(aws_ecs_service.role) : service.deployment_circuit_breaker[0].enable && service.deployment_circuit_breaker[0].rollback])
    error_message = "Every role has a circuit breaker that rolls back."
  }

  assert {
    condition     = length(aws_ecs_service.role["api"].alarms[0].alarm_names) == 4 && aws_ecs_service.role["api"].alarms[0].rollback
    error_message = "Errors and slowness roll the web role back."
  }
}

run "a_store_that_is_away_kills_no_task" {
  command = plan

  assert {
    condition     = alltrue([for group in values(aws_lb_target_group.this) : group.health_check[0].path == "/livez"])
    error_message = "The load balancer asks whether the process is alive; ECS kills what does not answer."
  }
}

run "a_shell_has_places_for_its_agent" {
  command = plan

  variables {
    shell = true
  }

  assert {
    condition = alltrue([for task in values(aws_ecs_task_definition.role) :
      toset(jsondecode(task.container_definitions)[0].mountPoints[*].containerPath) == toset(["/var/lib/amazon", "/var/log/amazon"])
      && toset(jsondecode(task.container_definitions)[0].mountPoints[*].sourceVolume) == toset(task.volume[*].name)
      && jsondecode(task.container_definitions)[0].readonlyRootFilesystem
    ])
    error_message = "The root stays read-only; what the agent of a shell writes goes to volumes."
  }
}

run "another_port_is_no_other_group" {
  command = plan

  variables {
    port = 9090
  }

  assert {
    condition     = aws_lb_target_group.this["api/blue"].port == 80 && one(aws_ecs_service.role["api"].load_balancer).container_port == 9090
    error_message = "ECS registers tasks with their port; a group that is replaced cannot go while a shifted rule holds it."
  }
}

run "the_clock_moves_the_floor" {
  command = plan

  variables {
    floors = { morning = { schedule = "cron(0 7 ? * MON-FRI *)", timezone = "Europe/Berlin", min = 5 } }
  }

  assert {
    condition     = toset(keys(aws_appautoscaling_scheduled_action.floor)) == toset(["api/morning", "worker/hourly"]) && aws_appautoscaling_scheduled_action.floor["api/morning"].scalable_target_action[0].min_capacity == "5"
    error_message = "The web role's floor is the clock's; a worker has its queue."
  }
}

run "before_the_first_release_nothing_runs" {
  command = plan

  variables {
    first_release = "none"
  }

  assert {
    condition     = alltrue([for service in values(aws_ecs_service.role) : service.desired_count == 0]) && length(aws_appautoscaling_target.role) == 0
    error_message = "There is no image yet to run."
  }
}

run "without_a_public_host_nobody_outside_reaches_it" {
  command = plan

  variables {
    host = null
  }

  assert {
    condition     = length(aws_lb_target_group.this) == 0 && length(aws_lb_listener_rule.web) == 0
    error_message = "A private service has no place at the load balancer."
  }
}

run "latest_is_refused" {
  command = plan

  variables {
    first_release = "latest"
  }

  expect_failures = [var.first_release]
}

run "an_endpoint_is_refused" {
  command = plan

  variables {
    environment = { AWS_ENDPOINT_URL_S3 = "http://localhost:4566" }
  }

  expect_failures = [var.environment]
}

run "a_secret_by_value_is_refused" {
  command = plan

  variables {
    secrets = { DATABASE_URL = "postgresql://users:hunter2@db/users" }
  }

  expect_failures = [var.secrets]
}

run "a_schedule_that_aws_refuses_is_refused" {
  command = plan

  variables {
    floors = { night = { schedule = "rate(1 days)", timezone = "Etc/UTC", min = 1 } }
  }

  expect_failures = [var.floors]
}

run "root_is_refused" {
  command = plan

  variables {
    user = "0:0"
  }

  expect_failures = [var.user]
}

run "a_size_that_fargate_does_not_have_is_refused" {
  command = plan

  variables {
    roles = {
      api = {
        kind       = "web", cpu = 256, memory = 4096, stop_timeout = 30, scaling = null
        deployment = { strategy = "rolling", percent = 10, step_minutes = 5, bake_minutes = 5 }
      }
    }
  }

  expect_failures = [aws_ecs_task_definition.role["api"]]
}

run "on_machines_there_is_no_fargate_and_empty_machines_can_go" {
  command = plan

  variables {
    machines = "slipway-test-machines"
  }

  assert {
    condition     = alltrue([for service in values(aws_ecs_service.role) : join(",", [for one in service.capacity_provider_strategy : one.capacity_provider]) == "slipway-test-machines"])
    error_message = "ECS takes no strategy that mixes machines and Fargate."
  }

  assert {
    condition     = alltrue([for service in values(aws_ecs_service.role) : join(",", [for one in service.ordered_placement_strategy : one.type]) == "spread,binpack"])
    error_message = "Zones first: rebalancing takes no other order."
  }

  assert {
    condition     = alltrue([for task in values(aws_ecs_task_definition.role) : task.requires_compatibilities == toset(["EC2", "FARGATE"])])
    error_message = "The same definitions run on both."
  }
}

run "where_it_stands_by_its_workers_are_there_and_do_not_run" {
  command = plan

  variables {
    standby   = true
    floor_cap = 1
    release   = { next = "1.0.0-abc", current = "1.0.0-abc", image = "none" }
  }

  assert {
    condition     = aws_ecs_service.role["api"].desired_count == 1 && aws_ecs_service.role["worker"].desired_count == 0
    error_message = "The web role answers, the worker waits."
  }

  assert {
    condition     = keys(aws_appautoscaling_target.role) == ["api"] && output.floors == { api = 1 }
    error_message = "Nothing starts a worker by itself."
  }

  assert {
    condition     = length(aws_ssm_parameter.release) == 0
    error_message = "Which release runs is the first region's to say."
  }
}
