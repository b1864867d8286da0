# Access logs by CloudWatch's log delivery, which for CloudFront lives in us-east-1 and writes to S3 itself.

resource "aws_cloudwatch_log_delivery_source" "this" {
  region = "us-east-1"

  name         = var.name
  log_type     = "ACCESS_LOGS"
  resource_arn = var.distribution_arn
}

resource "aws_cloudwatch_log_delivery" "this" {
  region = "us-east-1"

  delivery_source_name     = aws_cloudwatch_log_delivery_source.this.name
  delivery_destination_arn = var.destination_arn

  s3_delivery_configuration = [{
    suffix_path                 = "${var.folder}/{yyyy}/{MM}/{dd}/"
    enable_hive_compatible_path = false
  }]
}
