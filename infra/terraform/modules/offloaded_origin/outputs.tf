output "address" {
  description = "Where records of the hosts point to."
  value       = { name = aws_cloudfront_distribution.this.domain_name, zone_id = aws_cloudfront_distribution.this.hosted_zone_id }
}

output "distribution_id" {
  description = "Id of the distribution, for metrics and invalidations."
  value       = aws_cloudfront_distribution.this.id
}
