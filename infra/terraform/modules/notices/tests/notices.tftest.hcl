mock_provider "aws" {}

variables {
  context = {
    region     = "eu-west-1"
    account_id = "123456789012"
  }

  prefix  = "slipway-test-"
  key_arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  emails  = ["somebody@example.com"]
}

run "somebody_listens" {
  command = plan

  assert {
    condition     = keys(aws_sns_topic_subscription.email) == ["somebody@example.com"]
    error_message = "Every address is subscribed."
  }
}

run "something_else_is_refused" {
  command = plan

  variables {
    emails = ["somebody"]
  }

  expect_failures = [var.emails]
}
