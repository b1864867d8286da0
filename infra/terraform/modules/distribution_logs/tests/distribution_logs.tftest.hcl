mock_provider "aws" {}

variables {
  name             = "slipway-test-site"
  folder           = "site"
  distribution_arn = "arn:aws:cloudfront::123456789012:distribution/E1"
  destination_arn  = "arn:aws:logs:us-east-1:123456789012:delivery-destination:x"
}

run "by_day_from_us_east_1" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_delivery_source.this.region == "us-east-1" && aws_cloudwatch_log_delivery.this.region == "us-east-1"
    error_message = "CloudFront's deliveries are arranged in us-east-1."
  }

  assert {
    condition     = aws_cloudwatch_log_delivery.this.s3_delivery_configuration[0].suffix_path == "site/{yyyy}/{MM}/{dd}/"
    error_message = "By day below its folder."
  }
}

run "a_path_is_refused" {
  command = plan

  variables {
    folder = "/site/"
  }

  expect_failures = [var.folder]
}
