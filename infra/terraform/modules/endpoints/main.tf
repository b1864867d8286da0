# AWS's own services without the internet: gateway endpoints cost nothing, interface endpoints
# are billed by the hour and zone, so each is chosen.

resource "aws_vpc_endpoint" "gateway" {
  for_each = var.gateway

  vpc_id            = var.vpc_id
  service_name      = "com.amazonaws.${var.region}.${each.key}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = values(var.route_table_ids)
  tags              = { Name = "${var.prefix}${each.key}" }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.interface

  vpc_id              = var.vpc_id
  service_name        = "com.amazonaws.${var.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = values(var.subnet_ids)
  security_group_ids  = [var.security_group_id]
  tags                = { Name = "${var.prefix}${each.key}" }
}
