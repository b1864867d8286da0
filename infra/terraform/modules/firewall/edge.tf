# The way in. Port 80 exists only to answer with a redirect to HTTPS.

locals {
  entrances = var.open_to == "internet" ? { https = 443, http = 80 } : { https = 443 }
}

data "aws_ec2_managed_prefix_list" "cloudfront" {
  count  = var.open_to == "cloudfront" && var.cloudfront_prefix_list_id == null ? 1 : 0
  region = var.region
  name   = "com.amazonaws.global.cloudfront.origin-facing"
}

locals {
  cloudfront = var.cloudfront_prefix_list_id == null ? one(data.aws_ec2_managed_prefix_list.cloudfront[*].id) : var.cloudfront_prefix_list_id
}

resource "aws_vpc_security_group_ingress_rule" "edge" {
  #checkov:skip=CKV_AWS_260:On port 80 the load balancer says where HTTPS is, and nothing else
  for_each = local.entrances

  region            = var.region
  security_group_id = aws_security_group.edge.id
  description       = "${each.key} from ${var.open_to == "internet" ? "everywhere" : "CloudFront"}"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  cidr_ipv4         = var.open_to == "internet" ? "0.0.0.0/0" : null
  prefix_list_id    = var.open_to == "cloudfront" ? local.cloudfront : null
}

data "aws_ec2_managed_prefix_list" "health_checks" {
  count  = local.health_checks
  region = var.region
  name   = "com.amazonaws.${coalesce(var.region, "-")}.route53-healthchecks"
}

# Port 80 says where HTTPS is: that is answer enough.
resource "aws_vpc_security_group_ingress_rule" "edge_health_checks" {
  count = local.health_checks

  region            = var.region
  security_group_id = aws_security_group.health_checks[0].id
  description       = "http from Route 53"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  prefix_list_id    = data.aws_ec2_managed_prefix_list.health_checks[0].id
}

# Answers to what a group itself has asked for come in by themselves; what is said about answers to clients does not.
resource "aws_vpc_security_group_ingress_rule" "edge_too_long" {
  region            = var.region
  security_group_id = aws_security_group.edge.id
  description       = "ICMP: fragmentation needed"
  ip_protocol       = "icmp"
  from_port         = 3 # the type
  to_port           = 4 # the code
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "edge_to_web" {
  for_each = local.web

  region                       = var.region
  security_group_id            = aws_security_group.edge.id
  description                  = "to ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = aws_security_group.task[each.key].id
}

resource "aws_vpc_security_group_ingress_rule" "web_from_edge" {
  for_each = local.web

  region                       = var.region
  security_group_id            = aws_security_group.task[each.key].id
  description                  = "from the load balancer"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = aws_security_group.edge.id
}
