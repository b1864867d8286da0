variables {
  names = {
    partition     = "aws"
    region        = "eu-west-1"
    account_id    = "123456789012"
    prefix        = "slipway-test-"
    bucket_suffix = "-123456789012"
    domain        = "example.com"
  }
  permissions = [
    { allow = ["dynamodb:Query"], on = ["table/todos", "table/todos/index/by_due"] },
    { allow = ["s3:GetObject"], on = ["bucket/media/users/*"] },
    { allow = ["s3:ListBucket"], on = ["bucket/media"], when = { StringLike = { "s3:prefix" = ["users/*"] } } },
    { allow = ["sqs:SendMessage"], on = ["queue/uploads-dlq"] },
    { allow = ["sns:Publish"], on = ["topic/users-events"] },
    { allow = ["sts:AssumeRole"], on = ["role/user-storage"] },
    { allow = ["ses:SendEmail"], on = ["mail/identity", "mail/configuration-set"] },
  ]
}

run "every_kind_of_resource_has_its_arn" {
  command = plan

  assert {
    condition = flatten([for statement in output.statements : statement.Resource]) == [
      "arn:aws:dynamodb:eu-west-1:123456789012:table/slipway-test-todos",
      "arn:aws:dynamodb:eu-west-1:123456789012:table/slipway-test-todos/index/by_due",
      "arn:aws:s3:::slipway-test-media-123456789012/users/*",
      "arn:aws:s3:::slipway-test-media-123456789012",
      "arn:aws:sqs:eu-west-1:123456789012:slipway-test-uploads-dlq",
      "arn:aws:sns:eu-west-1:123456789012:slipway-test-users-events",
      "arn:aws:iam::123456789012:role/slipway-test-user-storage",
      "arn:aws:ses:eu-west-1:123456789012:identity/example.com",
      "arn:aws:ses:eu-west-1:123456789012:configuration-set/slipway-test-mail",
    ]
    error_message = "Names of this environment, in the manifest's order."
  }
}

run "ones_own_folder_only" {
  command = plan

  variables {
    own = "$${users.example.com:sub}"
  }

  assert {
    condition     = output.statements[1].Resource == ["arn:aws:s3:::slipway-test-media-123456789012/users/$${users.example.com:sub}/*"] && output.statements[2].Condition.StringLike["s3:prefix"] == ["users/$${users.example.com:sub}/*"]
    error_message = "What ends in * is narrowed to the one who asks, in patterns and in conditions."
  }
}

run "a_wildcard_is_refused" {
  command = plan

  variables {
    permissions = [{ allow = ["s3:*"], on = ["bucket/media"] }]
  }

  expect_failures = [var.permissions]
}

run "an_unknown_kind_is_refused" {
  command = plan

  variables {
    permissions = [{ allow = ["ec2:RunInstances"], on = ["instance/x"] }]
  }

  expect_failures = [var.permissions]
}
