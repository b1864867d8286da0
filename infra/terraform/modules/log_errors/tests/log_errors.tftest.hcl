mock_provider "aws" {}

variables {
  namespace = "slipway/test"
  groups    = { users-api = "/slipway-test-users/api" }
}

run "counts_errors" {
  command = plan

  assert {
    condition     = strcontains(aws_cloudwatch_log_metric_filter.this["users-api"].pattern, "ERROR") && aws_cloudwatch_log_metric_filter.this["users-api"].metric_transformation[0].default_value == "0"
    error_message = "No error is a nought, not a gap."
  }
}

run "awss_own_namespace_is_refused" {
  command = plan

  variables {
    namespace = "AWS/Slipway"
  }

  expect_failures = [var.namespace]
}
