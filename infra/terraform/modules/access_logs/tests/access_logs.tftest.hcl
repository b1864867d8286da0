mock_provider "aws" {}

variables {
  context = {
    account_id = "123456789012"
  }

  name          = "slipway-test-access-logs-123456789012"
  expire_days   = 30
  force_destroy = false
}

run "cloudfronts_destination_is_in_us_east_1" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_delivery_destination.this[0].region == "us-east-1"
    error_message = "CloudFront's deliveries are arranged there."
  }
}

run "logs_end_some_day" {
  command = plan

  variables {
    expire_days = 0
  }

  expect_failures = [var.expire_days]
}
