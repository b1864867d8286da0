mock_provider "aws" {}

variables {
  name        = "slipway-test-users/KEY"
  description = "Tests"
  key_arn     = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  value       = "hunter2"
  generation  = 1
}

run "under_our_key_and_recoverable" {
  command = plan

  assert {
    condition     = aws_secretsmanager_secret.this.kms_key_id == var.key_arn && aws_secretsmanager_secret.this.recovery_window_in_days == 30
    error_message = "Encrypted with our key; a mistake can be undone for a month."
  }
}

run "the_value_is_kept_by_nobody_else" {
  command = plan

  assert {
    condition     = aws_secretsmanager_secret_version.this.secret_string == null && aws_secretsmanager_secret_version.this.secret_string_wo_version == 1
    error_message = "It is written, and neither planned nor kept."
  }
}

run "a_copy_is_encrypted_with_its_regions_key" {
  command = plan

  variables {
    replica_keys = { eu-central-1 = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }

  assert {
    condition     = one(aws_secretsmanager_secret.this.replica).region == "eu-central-1" && one(aws_secretsmanager_secret.this.replica).kms_key_id == var.replica_keys["eu-central-1"]
    error_message = "A key is of one region."
  }
}

run "three_days_are_refused" {
  command = plan

  variables {
    recovery_days = 3
  }

  expect_failures = [var.recovery_days]
}
