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
      deployment = { strategy = "canary", percent = 10, step_minutes = 5, bake_minutes = 15 }
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

run "a_canary_moves_between_two_groups" {
  command = plan

  assert {
    condition     = toset(keys(aws_lb_target_group.this)) == toset(["api/blue", "api/green"]) && length(aws_lb_listener_rule.web) == 1
    error_message = "Two target groups, and a rule that weighs them."
  }

  assert {
    condition     = aws_ecs_service.role["api"].deployment_configuration[0].strategy == "CANARY" && aws_ecs_service.role["api"].deployment_configuration[0].canary_configuration[0].canary_percent == 10 && aws_ecs_service.role["api"].deployment_configuration[0].bake_time_in_minutes == "15"
    error_message = "A tenth of the traffic first, and the old version stays a quarter of an hour."
  }

  assert {
    condition     = length(aws_ecs_service.role["api"].alarms[0].alarm_names) == 4
    error_message = "Both groups' alarms roll back."
  }

  assert {
    condition     = aws_ecs_service.role["worker"].deployment_configuration[0].strategy == "ROLLING"
    error_message = "A worker has no traffic to move."
  }
}

run "linear_in_steps" {
  command = plan

  variables {
    strategy = "linear"
  }

  assert {
    condition     = aws_ecs_service.role["api"].deployment_configuration[0].strategy == "LINEAR" && aws_ecs_service.role["api"].deployment_configuration[0].linear_configuration[0].step_percent == 10
    error_message = "Step by step."
  }
}

run "no_step_is_smaller_than_ecs_takes" {
  command = plan

  variables {
    strategy = "linear"
    roles = { api = {
      kind       = "web", cpu = 512, memory = 1024, stop_timeout = 30
      scaling    = { min = 2, max = 10, cpu_percent = 60, requests_per_target = 200, messages_per_task = null }
      deployment = { strategy = "canary", percent = 1, step_minutes = 5, bake_minutes = 15 }
    } }
  }

  assert {
    condition     = aws_ecs_service.role["api"].deployment_configuration[0].linear_configuration[0].step_percent == 3
    error_message = "Three per cent at least."
  }
}

run "blue_green_at_once" {
  command = plan

  variables {
    strategy = "blue_green"
  }

  assert {
    condition     = aws_ecs_service.role["api"].deployment_configuration[0].strategy == "BLUE_GREEN" && length(aws_ecs_service.role["api"].deployment_configuration[0].canary_configuration) == 0
    error_message = "All at once, with the old version beside it for a while."
  }
}

run "an_environment_may_decide_otherwise" {
  command = plan

  variables {
    strategy = "rolling"
  }

  assert {
    condition     = length(aws_lb_target_group.this) == 2 && length(aws_lb_listener_rule.web) == 1 && length(aws_iam_role.shift) == 0
    error_message = "Rolling keeps both groups and their rule, so that it can be changed while it has traffic; ECS needs no role for it."
  }
}

run "what_runs_as_functions_keeps_its_release_its_logs_and_its_tasks_here" {
  command = plan

  variables {
    functions = true
    host      = null
  }

  assert {
    condition     = length(aws_ecs_service.role) + length(aws_lb_target_group.this) + length(aws_appautoscaling_target.role) == 0 && keys(aws_ecs_task_definition.role) == ["migrate"]
    error_message = "Nothing keeps running on the cluster."
  }

  assert {
    condition     = length(aws_cloudwatch_log_group.role) == 3 && length(aws_ssm_parameter.release) == 3
    error_message = "Whoever moves keeps the logs and the release."
  }
}
