module "logs" {
  source = "../distribution_logs"
  count  = var.log_destination_arn == null ? 0 : 1

  name             = "${var.prefix}offloaded"
  folder           = "offloaded"
  distribution_arn = aws_cloudfront_distribution.this.arn
  destination_arn  = var.log_destination_arn
}
