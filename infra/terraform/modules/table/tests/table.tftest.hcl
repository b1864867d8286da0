mock_provider "aws" {}

variables {
  name                = "slipway-test-todos"
  partition           = "pk"
  sort                = "sk"
  ttl                 = "expires_at"
  key_arn             = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  deletion_protection = true
  indexes = [
    { name = "by_due", partition = "pk", sort = "due", local = true },
    { name = "by_tag", partition = "tag", sort = "sk" },
  ]
}

run "as_the_manifest_says" {
  command = plan

  assert {
    condition     = toset([for attribute in aws_dynamodb_table.this.attribute : attribute.name]) == toset(["pk", "sk", "due", "tag"])
    error_message = "Exactly the keys are declared, each once."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.local_secondary_index).name == "by_due" && one(aws_dynamodb_table.this.global_secondary_index).name == "by_tag"
    error_message = "Local and global indexes are told apart."
  }
}

run "recoverable_encrypted_protected" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.point_in_time_recovery[0].enabled && aws_dynamodb_table.this.server_side_encryption[0].enabled && aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "A table can be restored, is encrypted with our key, and refuses to go."
  }

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "An idle table costs nothing but its storage."
  }
}

run "replicas_need_a_full_stream" {
  command = plan

  variables {
    stream       = "KEYS_ONLY"
    replica_keys = { "eu-central-1" = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }

  assert {
    condition     = aws_dynamodb_table.this.stream_view_type == "NEW_AND_OLD_IMAGES" && one(aws_dynamodb_table.this.replica).point_in_time_recovery
    error_message = "Replicas are fed by both images and can be restored too."
  }
}

run "a_local_index_without_a_sort_key_is_refused" {
  command = plan

  variables {
    indexes = [{ name = "x", partition = "pk", local = true }]
  }

  expect_failures = [var.indexes]
}
