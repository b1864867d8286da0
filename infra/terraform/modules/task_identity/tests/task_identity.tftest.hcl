mock_provider "aws" {}

variables {
  names = {
    partition     = "aws"
    region        = "eu-west-1"
    account_id    = "123456789012"
    prefix        = "slipway-test-"
    bucket_suffix = "-123456789012"
  }
  service        = "todos"
  permissions    = [{ allow = ["dynamodb:Query"], on = ["table/todos"] }]
  key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  repository_arn = "arn:aws:ecr:eu-west-1:123456789012:repository/slipway-test/todos"
  log_group_arns = ["arn:aws:logs:eu-west-1:123456789012:log-group:/slipway-test-todos/api"]
  secret_arns    = { REDIS_URL = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x" }
}

run "exactly_what_the_manifest_allows" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role_policy.manifest[0].policy).Statement == [{ Effect = "Allow", Action = ["dynamodb:Query"], Resource = ["arn:aws:dynamodb:eu-west-1:123456789012:table/slipway-test-todos"] }]
    error_message = "One statement for each permission and no other."
  }
}

run "no_wildcard_in_either_role" {
  command = plan

  assert {
    condition     = !strcontains(join(",", flatten([for policy in [aws_iam_role_policy.platform.policy, aws_iam_role_policy.execution.policy] : [for statement in jsondecode(policy).Statement : statement.Action]])), "*")
    error_message = "Actions are named one by one."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Action[0] if contains(statement.Resource, "*")] == ["ecr:GetAuthorizationToken"]
    error_message = "Only the registry's token has no resource to name."
  }
}

run "no_shell_unless_asked_for" {
  command = plan

  assert {
    condition     = !strcontains(aws_iam_role_policy.platform.policy, "ssmmessages")
    error_message = "Nobody opens a shell in a container."
  }
}

run "a_task_without_a_log_is_refused" {
  command = plan

  variables {
    log_group_arns = []
  }

  expect_failures = [var.log_group_arns]
}
