mock_provider "aws" {}

variables {
  names = {
    partition     = "aws"
    region        = "eu-west-1"
    account_id    = "123456789012"
    prefix        = "slipway-test-"
    bucket_suffix = "-123456789012"
    domain        = "example.com"
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

run "what_is_encrypted_with_our_key_can_be_used_through_its_store_only" {
  command = plan

  assert {
    condition = alltrue([for statement in jsondecode(aws_iam_role_policy.platform.policy).Statement :
      toset(statement.Condition.StringEquals["kms:ViaService"]) == toset([for store in ["dynamodb", "s3", "sns", "sqs"] : "${store}.eu-west-1.amazonaws.com"])
    ])
    error_message = "A table with a customer's key is read with the caller's right to that key, as are buckets, topics and queues."
  }
}

run "a_shell_is_written_down" {
  command = plan

  variables {
    shell               = true
    shell_log_group_arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/slipway-test/exec"
  }

  assert {
    condition     = contains(flatten([for statement in jsondecode(aws_iam_role_policy.platform.policy).Statement : statement.Resource if contains(statement.Action, "logs:PutLogEvents")]), "arn:aws:logs:eu-west-1:123456789012:log-group:/slipway-test/exec:*")
    error_message = "The agent may write to the group of shells."
  }

  assert {
    condition     = anytrue([for statement in jsondecode(aws_iam_role_policy.platform.policy).Statement : contains(statement.Action, "kms:Decrypt") && !can(statement.Condition)])
    error_message = "The agent opens the session's key itself, through no store."
  }
}

run "a_shell_that_leaves_no_trace_is_refused" {
  command = plan

  variables {
    shell = true
  }

  expect_failures = [var.shell_log_group_arn]
}

run "a_function_may_read_its_queues_and_streams_and_nothing_else_more" {
  command = plan

  variables {
    function = {
      queues  = ["arn:aws:sqs:eu-west-1:123456789012:slipway-test-uploads"]
      streams = ["arn:aws:dynamodb:eu-west-1:123456789012:table/slipway-test-todos/stream/*"]
      topic   = "arn:aws:sns:eu-west-1:123456789012:slipway-test-notices"
      network = false
    }
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role.task.assume_role_policy).Statement : statement.Principal.Service] == ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"]
    error_message = "One-off tasks go on in ECS."
  }

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.function[0].policy).Statement : statement.Action[0] => statement.Resource }) == jsonencode({
      "logs:CreateLogStream"          = ["arn:aws:logs:eu-west-1:123456789012:log-group:/slipway-test-todos/api:*"]
      "kms:Decrypt"                   = [var.key_arn]
      "secretsmanager:GetSecretValue" = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:x"]
      "sqs:GetQueueAttributes"        = var.function.queues
      "dynamodb:DescribeStream"       = var.function.streams
      "sns:Publish"                   = [var.function.topic]
    })
    error_message = "Without a store in the network it makes no network cards."
  }
}

run "a_function_in_the_network_may_have_a_network_card" {
  command = plan

  variables {
    secret_arns = {}
    function    = { queues = [], streams = [], network = true }
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.function[0].policy).Statement : statement.Action[0]] == ["logs:CreateLogStream", "kms:Decrypt", "ec2:AssignPrivateIpAddresses"]
    error_message = "And nothing of what it does not have."
  }
}
