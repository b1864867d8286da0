output "bucket" {
  description = "Name of the bucket."
  value       = module.bucket.name
}

output "destination_arn" {
  description = "Log delivery destination for CloudFront."
  value       = aws_cloudwatch_log_delivery_destination.this.arn
}
