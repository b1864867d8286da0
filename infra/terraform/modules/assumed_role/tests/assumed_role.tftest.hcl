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
  name             = "user-storage"
  service          = "users"
  service_role_arn = "arn:aws:iam::123456789012:role/slipway-test-users"
  permissions      = [{ allow = ["s3:GetObject"], on = ["bucket/media/users/*"] }]
  key_arn          = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "handed_out_by_its_service_alone" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{ Effect = "Allow", Principal = { AWS = var.service_role_arn }, Action = ["sts:AssumeRole", "sts:TagSession"] }]
    error_message = "Nobody else assumes it."
  }

  assert {
    condition     = length(aws_iam_role.web) == 0
    error_message = "No twin unless asked for."
  }
}

run "the_twin_opens_ones_own_folder_only" {
  command = plan

  variables {
    web_identity = { issuer_host = "users.example.com", audience = "slipway" }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.web[0].policy).Statement[0].Resource == ["arn:aws:s3:::slipway-test-media-123456789012/users/$${users.example.com:sub}/*"]
    error_message = "A token opens the folder of its subject."
  }

  assert {
    condition     = jsondecode(aws_iam_role.web[0].assume_role_policy).Statement[0].Condition.StringEquals == { "users.example.com:aud" = "slipway" }
    error_message = "A token for somebody else is refused."
  }
}

run "an_empty_role_is_refused" {
  command = plan

  variables {
    permissions = []
  }

  expect_failures = [var.permissions]
}
