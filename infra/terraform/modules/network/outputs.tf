output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer and NAT, by zone."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }

  # AWS makes no load balancer that faces the internet in a network without a gateway to it.
  depends_on = [aws_internet_gateway.this]
}

output "private_subnet_ids" {
  description = "Subnets of the tasks, by zone."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
}

output "isolated_subnet_ids" {
  description = "Subnets of the stores, by zone."
  value       = { for zone, subnet in aws_subnet.isolated : zone => subnet.id }
}

output "private_route_table_ids" {
  description = "Route tables of the private tier, by zone, for gateway endpoints."
  value       = { for zone, table in aws_route_table.private : zone => table.id }
}

output "nat_addresses" {
  description = "Public addresses that the tasks call out from, by zone."
  value       = { for zone, address in aws_eip.nat : zone => address.public_ip }
}
