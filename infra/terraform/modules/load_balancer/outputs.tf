output "arn" {
  description = "ARN of the load balancer."
  value       = aws_lb.this.arn
}

output "arn_suffix" {
  description = "How metrics name the load balancer."
  value       = aws_lb.this.arn_suffix
}

output "listener_arn" {
  description = "The HTTPS listener, to which services add their host rules."
  value       = aws_lb_listener.https.arn

  # A rule without a priority takes the next free one, so those that have theirs must stand first.
  depends_on = [aws_lb_listener_rule.preflight, aws_lb_listener_rule.inside_only]
}

output "address" {
  description = "Where records of hosts point to."
  value       = { name = aws_lb.this.dns_name, zone_id = aws_lb.this.zone_id }
}
