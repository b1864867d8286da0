mock_provider "aws" {}

variables {
  name = "slipway-test-media-123456789012"
  key  = { arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
}

run "private_versioned_encrypted" {
  command = plan

  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.ignore_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "Every kind of public access is blocked."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled" && one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "Versions are kept, under the key given."
  }

  assert {
    condition     = !var.force_destroy && !aws_s3_bucket.this.force_destroy
    error_message = "A bucket with objects is not destroyed."
  }
}

run "tls_only" {
  command = plan

  assert {
    condition     = [for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect] == ["Deny"] && jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "What is not TLS is refused, and nobody is let in by the bucket itself."
  }
}

run "only_what_is_asked_for" {
  command = plan

  assert {
    condition     = length(aws_s3_bucket_cors_configuration.this) == 0 && length(aws_s3_bucket_notification.this) == 0 && length(aws_s3_bucket_accelerate_configuration.this) == 0
    error_message = "No browsers, no announcements, no acceleration unless asked for."
  }
}

run "any_origin_is_refused" {
  command = plan

  variables {
    browser_origins = ["*"]
  }

  expect_failures = [var.browser_origins]
}

run "a_grant_to_the_world_is_refused" {
  command = plan

  variables {
    grants = { All = { principal = "s3.amazonaws.com", actions = ["s3:GetObject"], keys = ["x"], condition = {} } }
  }

  expect_failures = [var.grants]
}

run "uploads_that_nobody_finished_are_dropped" {
  command = plan

  assert {
    condition     = anytrue([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.status == "Enabled" && one(rule.abort_incomplete_multipart_upload[*].days_after_initiation) == 7])
    error_message = "Parts of an upload that was neither completed nor aborted are paid for and listed nowhere."
  }
}
