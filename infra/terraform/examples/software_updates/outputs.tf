output "url" {
  description = "Where devices ask, before and after."
  value       = "https://${var.host}/"
}

output "served_by" {
  description = "Where the name leads to: the load balancer's host, or CloudFront's."
  value       = local.address.name
}
