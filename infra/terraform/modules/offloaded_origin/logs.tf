# Access logs by CloudWatch's log delivery, which for CloudFront lives in us-east-1 and writes to S3 itself.

resource "aws_cloudwatch_log_delivery_source" "this" {
  count  = var.log_destination_arn == null ? 0 : 1
  region = "us-east-1"

  name         = "${var.prefix}offloaded"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.this.arn
}

resource "aws_cloudwatch_log_delivery" "this" {
  count  = var.log_destination_arn == null ? 0 : 1
  region = "us-east-1"

  delivery_source_name     = aws_cloudwatch_log_delivery_source.this[0].name
  delivery_destination_arn = var.log_destination_arn

  s3_delivery_configuration = [{
    suffix_path                 = "offloaded/{yyyy}/{MM}/{dd}/"
    enable_hive_compatible_path = false
  }]
}
