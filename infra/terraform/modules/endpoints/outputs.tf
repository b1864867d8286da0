output "gateway_prefix_lists" {
  description = "Prefix lists of the gateway endpoints, by service."
  value       = { for name, endpoint in aws_vpc_endpoint.gateway : name => endpoint.prefix_list_id }
}
