mock_provider "aws" {}

variables {
  name        = "slipway-test-users/KEY"
  description = "Tests"
  bytes       = 32
  key_arn     = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "as_many_bytes_as_asked" {
  command = plan

  assert {
    condition     = local.letters == 42 && length(local.last) == 16 && local.padding == "="
    error_message = "42 letters of six bits, one of four, and what base64 fills up with: 32 bytes."
  }
}

run "too_few_are_refused" {
  command = plan

  variables {
    bytes = 8
  }

  expect_failures = [var.bytes]
}
