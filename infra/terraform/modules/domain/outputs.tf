output "zone_id" {
  description = "The zone."
  value       = local.zone_id
}

output "name_servers" {
  description = "Name servers to enter at the registrar, where this module made the zone."
  value       = var.zone_id == null ? aws_route53_zone.this[0].name_servers : []
}

output "regional_certificate_arn" {
  description = "Validated certificate for the load balancer."
  value       = aws_acm_certificate_validation.regional.certificate_arn
}

output "further_certificate_arns" {
  description = "Validated certificates for the load balancers of further regions, by region."
  value       = { for region, validation in aws_acm_certificate_validation.further : region => validation.certificate_arn }
}

output "global_certificate_arn" {
  description = "Validated certificate for CloudFront."
  value       = aws_acm_certificate_validation.global.certificate_arn
}
