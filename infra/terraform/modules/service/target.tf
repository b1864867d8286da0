# Where the load balancer finds the web role: always two target groups behind one weighted rule, whatever the strategy.
# ECS moves the weights while it shifts traffic, so Terraform leaves them alone; a rolling role stays in the group that
# has the traffic, whichever a shift before has left it in.

locals {
  colors        = ["blue", "green"]
  target_groups = merge([for role in keys(local.web) : { for color in local.colors : "${role}/${color}" => role }]...)

  # The group that the rule sends to: the weights as they are, not as they were made.
  serving = { for role, rule in aws_lb_listener_rule.web : role => [
    for group in rule.action[0].forward[0].target_group : group.arn if group.weight >= 50
  ][0] }

  primary = { for role, arn in local.serving : role => contains(keys(local.rolling), role) ? arn : aws_lb_target_group.this["${role}/blue"].arn }
}

resource "aws_lb_target_group" "this" {
  for_each = var.host == null ? {} : local.target_groups

  #checkov:skip=CKV_AWS_378:Inside the VPC the network's hardware encrypts; a certificate in each task would be verified by nobody
  region               = var.context.region
  name_prefix          = "${substr(replace(var.name, "_", "-"), 0, 5)}-"
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = 80 # only the default: ECS registers each task with its own port, and another port here is another group
  vpc_id               = var.vpc_id
  deregistration_delay = 30

  load_balancing_algorithm_type = "least_outstanding_requests"

  health_check {
    # Whether the process is alive, not whether its stores are: a database that fails over would have every task killed.
    # That a new task has its stores is seen before it listens at all, and by the smoke test.
    path                = "/livez"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  tags = { Name = "${var.context.prefix}${var.name}-${each.key}" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener_rule" "web" {
  for_each = var.host == null ? {} : local.strategies

  region       = var.context.region
  listener_arn = var.listener_arn

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.this["${each.key}/blue"].arn
        weight = 100
      }

      target_group {
        arn    = aws_lb_target_group.this["${each.key}/green"].arn
        weight = 0
      }
    }
  }

  condition {
    host_header {
      values = concat([var.host], var.origin_hosts)
    }
  }

  dynamic "condition" {
    for_each = nonsensitive(var.required_header == null) ? [] : ["edge"]

    content {
      http_header {
        http_header_name = var.required_header.name
        values           = [var.required_header.value]
      }
    }
  }

  tags = { Name = "${var.context.prefix}${var.name}" }

  lifecycle {
    ignore_changes = [action]
  }
}
