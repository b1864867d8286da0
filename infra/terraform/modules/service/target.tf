# Where the load balancer finds the web role. A rolling role has one target group; one whose traffic is shifted has
# two, between which ECS moves the listener rule's weights, so Terraform leaves those alone.

locals {
  target_groups = merge(
    { for role in keys(local.rolling) : "${role}/blue" => role },
    merge([for role in keys(local.shifting) : { "${role}/blue" = role, "${role}/green" = role }]...),
  )
}

resource "aws_lb_target_group" "this" {
  for_each = var.host == null ? {} : local.target_groups

  #checkov:skip=CKV_AWS_378:Inside the VPC the network's hardware encrypts; a certificate in each task would be verified by nobody
  name_prefix          = "${substr(replace(var.name, "_", "-"), 0, 5)}-"
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = 80 # only the default: ECS registers each task with its own port, and another port here is another group
  vpc_id               = var.vpc_id
  deregistration_delay = 30

  load_balancing_algorithm_type = "least_outstanding_requests"

  health_check {
    path                = "/readyz"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  tags = { Name = "${var.prefix}${var.name}-${each.key}" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener_rule" "rolling" {
  for_each = var.host == null ? {} : local.rolling

  listener_arn = var.listener_arn

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["${each.key}/blue"].arn
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

  tags = { Name = "${var.prefix}${var.name}" }
}

resource "aws_lb_listener_rule" "shifting" {
  for_each = var.host == null ? {} : local.shifting

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

  tags = { Name = "${var.prefix}${var.name}" }

  lifecycle {
    ignore_changes = [action]
  }
}
