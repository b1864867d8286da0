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
}

output "dns_name" {
  description = "The load balancer's own address."
  value       = aws_lb.this.dns_name
}
