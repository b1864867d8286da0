module "logs" {
  source = "../distribution_logs"

  name             = "${var.prefix}delivery"
  folder           = "delivery"
  distribution_arn = aws_cloudfront_distribution.this.arn
  destination_arn  = var.log_destination_arn
}

moved {
  from = aws_cloudwatch_log_delivery_source.this
  to   = module.logs.aws_cloudwatch_log_delivery_source.this
}

moved {
  from = aws_cloudwatch_log_delivery.this
  to   = module.logs.aws_cloudwatch_log_delivery.this
}
