# The services on the cluster. How many tasks run is autoscaling's decision (see scaling.tf): Terraform sets the number
# when it makes the service and never again.

locals {
  capacity = { for role in keys(local.running) : role => merge(
    { for provider in compact([var.machines]) : provider => { base = 0, weight = 100 } },
    { for provider, share in {
      FARGATE      = { base = var.spot_percent == 100 ? 0 : max(1, local.floor[role]), weight = 100 - var.spot_percent }
      FARGATE_SPOT = { base = null, weight = var.spot_percent }
    } : provider => share if var.machines == null },
  ) }
}

resource "aws_ecs_service" "role" {
  for_each = local.running

  region                             = var.context.region
  name                               = local.service_name[each.key]
  cluster                            = var.cluster_arn
  task_definition                    = aws_ecs_task_definition.role[each.key].arn
  desired_count                      = contains(keys(local.live), each.key) ? local.floor[each.key] : 0
  platform_version                   = var.machines == null ? "LATEST" : null
  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  enable_execute_command             = var.shell
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"
  health_check_grace_period_seconds  = each.value.kind == "web" && var.host != null ? 60 : null
  wait_for_steady_state              = false

  # A new deployment goes with every change: without one the provider replaces a service whose share of Spot, or floor,
  # is another, and it would be away for minutes.
  force_new_deployment = true

  # The base stays on Fargate proper; what comes on top may be interrupted. On machines their group decides what is Spot.
  dynamic "capacity_provider_strategy" {
    for_each = local.capacity[each.key]

    content {
      capacity_provider = capacity_provider_strategy.key
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }

  # On machines: every zone alike, and within a zone the fullest machine, so that empty ones can go.
  dynamic "ordered_placement_strategy" {
    for_each = var.machines == null ? [] : [{ type = "spread", field = "attribute:ecs.availability-zone" }, { type = "binpack", field = "memory" }]

    content {
      type  = ordered_placement_strategy.value.type
      field = ordered_placement_strategy.value.field
    }
  }

  network_configuration {
    subnets          = values(var.subnet_ids)
    security_groups  = [var.security_group_id]
    assign_public_ip = false
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  dynamic "alarms" {
    for_each = each.value.kind == "web" && var.host != null ? ["rollback"] : []

    content {
      enable      = true
      rollback    = true
      alarm_names = [for name, full in module.release_alarms.names : full if startswith(name, "${each.key}-")]
    }
  }

  # Written also where it is the usual one: what is not written stays what it was.
  deployment_configuration {
    strategy             = upper(lookup(local.shifted, each.key, "rolling"))
    bake_time_in_minutes = contains(keys(local.shifted), each.key) ? tostring(each.value.deployment.bake_minutes) : null

    dynamic "canary_configuration" {
      for_each = lookup(local.shifted, each.key, "") == "canary" ? [each.value.deployment] : []

      content {
        canary_percent              = canary_configuration.value.percent
        canary_bake_time_in_minutes = tostring(canary_configuration.value.step_minutes)
      }
    }

    dynamic "linear_configuration" {
      for_each = lookup(local.shifted, each.key, "") == "linear" ? [each.value.deployment] : []

      content {
        step_percent              = max(3, linear_configuration.value.percent) # the smallest step of ECS
        step_bake_time_in_minutes = tostring(linear_configuration.value.step_minutes)
      }
    }
  }

  dynamic "load_balancer" {
    for_each = each.value.kind == "web" && var.host != null ? ["web"] : []

    content {
      container_name   = var.name
      container_port   = var.port
      target_group_arn = local.primary[each.key]

      dynamic "advanced_configuration" {
        for_each = contains(keys(local.shifting), each.key) ? ["shift"] : []

        content {
          alternate_target_group_arn = aws_lb_target_group.this["${each.key}/green"].arn
          production_listener_rule   = aws_lb_listener_rule.web[each.key].arn
          role_arn                   = aws_iam_role.shift[0].arn
        }
      }
    }
  }

  dynamic "service_connect_configuration" {
    for_each = var.namespace_arn == null ? [] : [var.namespace_arn]

    content {
      enabled   = true
      namespace = service_connect_configuration.value

      dynamic "service" {
        for_each = each.value.kind == "web" ? ["web"] : []

        content {
          port_name      = "web"
          discovery_name = var.name

          client_alias {
            dns_name = "${replace(var.name, "_", "-")}.internal"
            port     = var.port
          }
        }
      }
    }
  }

  tags = { Name = "${var.context.prefix}${local.service_name[each.key]}" }

  lifecycle {
    ignore_changes = [desired_count]
  }

  # A service refuses a target group that no listener uses yet.
  depends_on = [aws_lb_listener_rule.web, aws_iam_role_policy.shift]
}
