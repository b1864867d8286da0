output "bucket" {
  description = "Name of the bucket."
  value       = module.bucket.name
}

output "destination_arn" {
  description = "Log delivery destination for CloudFront; null where it delivers none."
  value       = one(aws_cloudwatch_log_delivery_destination.this[*].arn)
}
