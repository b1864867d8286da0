mock_provider "aws" {}
mock_provider "random" {}

variables {
  name        = "slipway-test-users/KEY"
  description = "Tests"
  bytes       = 32
  key_arn     = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "as_many_bytes_as_asked" {
  command = plan

  assert {
    condition     = random_bytes.this.length == 32 && random_bytes.this.keepers["generation"] == "1"
    error_message = "As long as the manifest says, made once."
  }
}

run "too_few_are_refused" {
  command = plan

  variables {
    bytes = 8
  }

  expect_failures = [var.bytes]
}
