# What tasks may call: AWS by its endpoints, the internet by HTTPS where there is a way out, and,
# where services have inner names, one another.

resource "aws_vpc_security_group_egress_rule" "tasks_to_endpoints" {
  for_each = local.tasks

  region                       = var.region
  security_group_id            = aws_security_group.task[each.key].id
  description                  = "to AWS interface endpoints"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.endpoints.id
}

resource "aws_vpc_security_group_ingress_rule" "endpoints_from_tasks" {
  for_each = local.tasks

  region                       = var.region
  security_group_id            = aws_security_group.endpoints.id
  description                  = "from ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.task[each.key].id
}

resource "aws_vpc_security_group_egress_rule" "tasks_to_gateway_endpoints" {
  for_each = merge([
    for service in local.tasks : {
      for endpoint, list in var.gateway_prefix_lists : "${service}/${endpoint}" => { service = service, endpoint = endpoint, list = list }
    }
  ]...)

  region            = var.region
  security_group_id = aws_security_group.task[each.value.service].id
  description       = "to ${each.value.endpoint}"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = each.value.list
}

resource "aws_vpc_security_group_egress_rule" "tasks_to_internet" {
  for_each = var.internet ? local.tasks : []

  region            = var.region
  security_group_id = aws_security_group.task[each.key].id
  description       = "HTTPS to the internet, through NAT"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

locals {
  inner_calls = var.inner_names ? merge([
    for callee, service in local.web : {
      for caller in keys(var.services) : "${caller}/${callee}" => { caller = caller, callee = callee, port = service.port }
    }
  ]...) : {}
}

resource "aws_vpc_security_group_egress_rule" "tasks_to_tasks" {
  for_each = local.inner_calls

  region                       = var.region
  security_group_id            = aws_security_group.task[each.value.caller].id
  description                  = "to ${each.value.callee}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = aws_security_group.task[each.value.callee].id
}

resource "aws_vpc_security_group_ingress_rule" "tasks_from_tasks" {
  for_each = local.inner_calls

  region                       = var.region
  security_group_id            = aws_security_group.task[each.value.callee].id
  description                  = "from ${each.value.caller}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = aws_security_group.task[each.value.caller].id
}
