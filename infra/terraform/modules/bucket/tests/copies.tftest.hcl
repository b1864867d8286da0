mock_provider "aws" {}

variables {
  name = "slipway-test-media-123456789012"
  key  = { arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555" }

  copies = {
    role_name  = "slipway-test-media-copies"
    account_id = "123456789012"
    source     = "eu-west-1"
    buckets = { eu-central-1 = {
      arn     = "arn:aws:s3:::slipway-test-media-eu-central-1-123456789012"
      key_arn = "arn:aws:kms:eu-central-1:123456789012:key/66666666-7777-8888-9999-000000000000"
    } }
  }
}

run "every_object_is_copied_under_the_key_of_its_new_place" {
  command = plan

  assert {
    condition     = one(aws_s3_bucket_replication_configuration.this[0].rule).destination[0].encryption_configuration[0].replica_kms_key_id == var.copies.buckets["eu-central-1"].key_arn && one(aws_s3_bucket_replication_configuration.this[0].rule).destination[0].replication_time[0].time[0].minutes == 15
    error_message = "Under the other region's key, within a quarter of an hour."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.copies[0].policy).Statement : statement.Resource[0] if contains(statement.Action, "s3:ReplicateObject")] == ["${var.copies.buckets["eu-central-1"].arn}/*"]
    error_message = "Its role writes there alone."
  }
}

run "without_a_key_nothing_is_copied" {
  command = plan

  variables {
    key = null
  }

  expect_failures = [var.copies]
}
