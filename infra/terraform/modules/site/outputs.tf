output "arn" {
  description = "ARN of the distribution."
  value       = aws_cloudfront_distribution.this.arn
}

output "distribution_id" {
  description = "Id of the distribution, for invalidations and metrics."
  value       = aws_cloudfront_distribution.this.id
}

output "url" {
  description = "Where the web app is."
  value       = "https://${local.app_host}"
}
