mock_provider "aws" {}

variables {
  context = {
    region     = "eu-west-1"
    account_id = "123456789012"
  }

  name    = "slipway-test-users-events"
  key_arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "encrypted_and_tls_only" {
  command = plan

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.key_arn && jsondecode(aws_sns_topic_policy.this.policy).Statement[0].Effect == "Deny"
    error_message = "Messages are encrypted with our key and refused without TLS."
  }
}

run "a_publisher_without_a_condition_is_refused" {
  command = plan

  variables {
    publishers = { Bucket = { principal = "s3.amazonaws.com", condition = {} } }
  }

  expect_failures = [var.publishers]
}
