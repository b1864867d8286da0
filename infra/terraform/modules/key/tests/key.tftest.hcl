mock_provider "aws" {}

variables {
  name        = "slipway-test-data"
  description = "Tests"
  account_id  = "123456789012"
  services = {
    Logs = {
      principal = "logs.eu-west-1.amazonaws.com"
      actions   = ["kms:Decrypt"]
      condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }
  }
}

run "rotates_and_names_every_action" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "A key is rotated."
  }

  assert {
    condition     = length(setsubtract(["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"], jsondecode(aws_kms_key.this.policy).Statement[0].Action)) == 0
    error_message = "Who makes and deletes an encrypted repository gives and retires a grant."
  }

  assert {
    condition     = !strcontains(join(",", flatten([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Action])), "*")
    error_message = "Actions are named one by one."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_kms_key.this.policy).Statement : can(statement.Condition) if can(statement.Principal.Service)])
    error_message = "A service uses the key for this account only."
  }
}

run "a_service_without_a_condition_is_refused" {
  command = plan

  variables {
    services = { Logs = { principal = "logs.amazonaws.com", actions = ["kms:Decrypt"], condition = {} } }
  }

  expect_failures = [var.services]
}

run "a_wildcard_is_refused" {
  command = plan

  variables {
    services = { Logs = { principal = "logs.amazonaws.com", actions = ["kms:*"], condition = { Bool = { x = "true" } } } }
  }

  expect_failures = [var.services]
}
