# Network ACLs, the second fence behind the security groups: each tier's ways in and out, one by one.
# They keep no state, so answers need their own rules: to the ports that clients and NAT gateways use (1024 and up).
# Those leave out 3389, the one port in that range that people are attacked on. And what is too long for a part of the way
# is told by ICMP, to whoever has sent it: without it such a connection stands still.

locals {
  anywhere = "0.0.0.0/0"
  answers  = { low = [1024, 3388], high = [3390, 65535] }

  rules = {
    public = {
      ingress = merge(
        { http = [local.anywhere, 80, 80], https = [local.anywhere, 443, 443] },
        { for part, ports in local.answers : "answers-${part}" => concat([local.anywhere], ports) },
      )
      egress = merge(
        { https = [local.anywhere, 443, 443] },
        { for part, ports in local.answers : "answers-${part}" => concat([local.anywhere], ports) },
      )
    }
    private = {
      ingress = merge(
        { https-inside = [var.cidr, 443, 443] },
        { for part, ports in local.answers : "answers-${part}" => concat([local.anywhere], ports) },
      )
      egress = merge(
        { https = [local.anywhere, 443, 443] },
        { for part, ports in local.answers : "inside-${part}" => concat([var.cidr], ports) },
      )
    }
    isolated = {
      # A proxy asks its database from one of these subnets to another.
      ingress = merge(
        { for port in var.store_ports : "store-${port}" => [var.cidr, port, port] },
        { for part, ports in local.answers : "answers-${part}" => concat([local.stores], ports) },
      )
      egress = { for part, ports in local.answers : "answers-${part}" => concat([var.cidr], ports) }
    }
  }

  acl_subnets = {
    public   = values(aws_subnet.public)[*].id
    private  = values(aws_subnet.private)[*].id
    isolated = values(aws_subnet.isolated)[*].id
  }

  acl_rules = merge(flatten([
    for tier, ways in local.rules : [
      for way, rules in ways : {
        for position, name in keys(rules) : "${tier}/${way}/${name}" => {
          tier = tier, egress = way == "egress", number = 100 + 10 * position
          cidr = rules[name][0], from = rules[name][1], to = rules[name][2]
        }
      }
    ]
  ])...)
}

resource "aws_network_acl" "tier" {
  #checkov:skip=CKV2_AWS_1:Its subnets are given by the tier they are in, which the check does not follow
  for_each = local.rules

  region     = var.context.region
  vpc_id     = aws_vpc.this.id
  subnet_ids = local.acl_subnets[each.key]
  tags       = { Name = "${var.name}-${each.key}" }
}

resource "aws_network_acl_rule" "this" {
  for_each = local.acl_rules

  region         = var.context.region
  network_acl_id = aws_network_acl.tier[each.value.tier].id
  egress         = each.value.egress
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}

# "Fragmentation needed", which path MTU discovery lives by.
resource "aws_network_acl_rule" "too_long" {
  #checkov:skip=CKV_AWS_352:It is ICMP and has no ports; one type and one code of it are allowed
  for_each = merge([for tier in keys(local.rules) : { for way in ["ingress", "egress"] : "${tier}/${way}/too-long" => { tier = tier, egress = way == "egress" } }]...)

  region         = var.context.region
  network_acl_id = aws_network_acl.tier[each.value.tier].id
  egress         = each.value.egress
  rule_number    = 90
  rule_action    = "allow"
  protocol       = "icmp"
  icmp_type      = 3
  icmp_code      = 4
  cidr_block     = each.value.tier == "isolated" ? var.cidr : local.anywhere
}

# Stores talk among their own zones (replication) outside this network; the default ACL is for nobody.
resource "aws_default_network_acl" "closed" {
  region                 = var.context.region
  default_network_acl_id = aws_vpc.this.default_network_acl_id
  tags                   = { Name = "${var.name}-default-closed" }
}
