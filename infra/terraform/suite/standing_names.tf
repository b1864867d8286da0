# Where names lead when the first region's load balancer no longer answers: to where the services stand by. Only that is asked
# of it: a service that fails there would fail here too, by the same release, and its database does not lead here.

locals {
  primary      = local.fails_over ? [{ region = var.region, health_check_id = aws_route53_health_check.answers[var.region].id }] : []
  host_primary = local.front ? [] : local.primary

  # CloudFront is in no region: it finds the load balancers by their names below `origin`.
  failing_names = local.fails_over ? concat(
    ["*.origin.${var.domain}"],
    [for name in local.functions : local.origin_hosts[name] if contains(keys(local.origin_hosts), name)],
    local.front ? [] : values(local.hosts),
  ) : []
}

resource "aws_route53_health_check" "answers" {
  for_each = toset(local.fails_over ? [var.region] : [])

  # Port 80 says where HTTPS is, which is answer enough.
  type              = "HTTP"
  fqdn              = module.load_balancer.address.name
  port              = 80
  resource_path     = "/"
  request_interval  = 30
  failure_threshold = 3

  # Switched off and turned round it says no: names lead to the region that a failover has chosen.
  disabled           = local.owner_region != each.key
  invert_healthcheck = local.owner_region != each.key

  tags = { Name = "${local.prefix}${each.key}" }
}

resource "aws_route53_record" "secondary" {
  for_each = toset(local.failing_names)

  zone_id        = module.domain.zone_id
  name           = each.key
  type           = "A"
  set_identifier = one(keys(local.standing))

  failover_routing_policy {
    type = "SECONDARY"
  }

  alias {
    name                   = one(values(module.load_balancer_elsewhere)).address.name
    zone_id                = one(values(module.load_balancer_elsewhere)).address.zone_id
    evaluate_target_health = false # there is no third
  }

  # A second place for a name that has one only is refused.
  depends_on = [aws_route53_record.host, aws_route53_record.origin, aws_route53_record.function_origin]
}
