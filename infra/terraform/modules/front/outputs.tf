output "arn" {
  description = "ARN of the distribution."
  value       = aws_cloudfront_distribution.this.arn
}

output "distribution_id" {
  description = "Id of the distribution, for metrics."
  value       = aws_cloudfront_distribution.this.id
}
