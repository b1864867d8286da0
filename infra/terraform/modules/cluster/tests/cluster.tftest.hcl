mock_provider "aws" {}

variables {
  context = {
    log_retention_days = 30
    log_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  name    = "slipway-test"
  key_arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "fargate_and_spot_watched_and_recorded" {
  command = plan

  assert {
    condition     = aws_ecs_cluster_capacity_providers.this.capacity_providers == toset(["FARGATE", "FARGATE_SPOT"])
    error_message = "Both kinds of Fargate."
  }

  assert {
    condition     = one(aws_ecs_cluster.this.setting).value == "enhanced" && aws_ecs_cluster.this.configuration[0].execute_command_configuration[0].logging == "OVERRIDE"
    error_message = "Container Insights are on, and what people type into containers is kept."
  }
}

run "machines_stand_beside_fargate" {
  command = plan

  variables {
    machines = ["slipway-test-machines"]
  }

  assert {
    condition     = aws_ecs_cluster_capacity_providers.this.capacity_providers == toset(["FARGATE", "FARGATE_SPOT", "slipway-test-machines"])
    error_message = "One cluster has both, so that a service can move between them."
  }
}

run "whatever_is_logged_has_a_key_and_an_end" {
  command = plan

  assert {
    condition     = alltrue([for group in [aws_cloudwatch_log_group.insights, aws_cloudwatch_log_group.exec] : group.kms_key_id == var.context.log_key_arn && group.retention_in_days == 30])
    error_message = "What AWS would log by itself has our key and our retention."
  }

  assert {
    condition     = aws_cloudwatch_log_group.insights.name == "/aws/ecs/containerinsights/slipway-test/performance"
    error_message = "Under any other name Container Insights would make its own."
  }
}

run "inner_names_only_where_wanted" {
  command = plan

  assert {
    condition     = length(aws_service_discovery_http_namespace.inner) == 0
    error_message = "No namespace unless asked for."
  }
}
