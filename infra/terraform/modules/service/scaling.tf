# How many tasks run: between the floor and the ceiling, as many as the targets ask for.

locals {
  scaled = { for role, spec in local.running : role => spec.scaling == null ? {
    min = 1, max = 1, cpu_percent = null, requests_per_target = null, messages_per_task = null
  } : spec.scaling }

  floor = { for role, scaling in local.scaled : role => min(coalesce(var.floor_cap, scaling.min), scaling.min) }

  # Before the first release there is nothing to scale. A worker that stands by is started by hand, or by nobody.
  waiting  = { for role, spec in local.running : role => spec if var.standby && spec.kind == "worker" }
  live     = { for role, scaling in local.scaled : role => scaling if local.released && !contains(keys(local.waiting), role) }
  cpu      = { for role, scaling in local.live : role => scaling.cpu_percent if scaling.cpu_percent != null }
  memory   = { for role, scaling in local.live : role => 75 if scaling.max > 1 }
  requests = { for role, scaling in local.live : role => scaling.requests_per_target if scaling.requests_per_target != null && contains(keys(local.web), role) && var.host != null }
  messages = { for role, scaling in local.live : role => scaling.messages_per_task if scaling.messages_per_task != null && length(lookup(var.queue_names, role, [])) > 0 }
}

# One target for each role, whether the clock moves its floor or not: AWS has one, and whoever deregisters it takes all
# its policies along. The floor is set when it is made, and from then on by the scheduled actions: AWS holds the floor of
# the hour, which an apply must not undo.
resource "aws_appautoscaling_target" "role" {
  for_each = local.live

  region             = var.context.region
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${var.cluster_name}/${aws_ecs_service.role[each.key].name}"
  min_capacity       = local.floor[each.key]
  max_capacity       = each.value.max

  lifecycle {
    ignore_changes = [min_capacity]
  }
}

resource "aws_appautoscaling_policy" "cpu" {
  for_each = local.cpu

  region             = var.context.region
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = aws_appautoscaling_target.role[each.key].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value
    scale_out_cooldown = 30
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_policy" "memory" {
  for_each = local.memory

  region             = var.context.region
  name               = "memory"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = aws_appautoscaling_target.role[each.key].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageMemoryUtilization"
    }
  }
}

# Requests of all the role's target groups over its tasks: right also while traffic moves between two of them.
resource "aws_appautoscaling_policy" "requests" {
  for_each = local.requests

  region             = var.context.region
  name               = "requests"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = aws_appautoscaling_target.role[each.key].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value
    scale_out_cooldown = 30
    scale_in_cooldown  = 300

    customized_metric_specification {
      metrics {
        id          = "per_task"
        label       = "Requests per second and task"
        expression  = "(${join(" + ", [for color in local.colors : "FILL(${color}, 0)"])}) / 60 / IF(FILL(tasks, 1) > 1, tasks, 1)"
        return_data = true
      }

      dynamic "metrics" {
        for_each = local.colors

        content {
          id          = metrics.value
          return_data = false

          metric_stat {
            stat = "Sum"

            metric {
              namespace   = "AWS/ApplicationELB"
              metric_name = "RequestCount"

              dimensions {
                name  = "TargetGroup"
                value = aws_lb_target_group.this["${each.key}/${metrics.value}"].arn_suffix
              }

              dimensions {
                name  = "LoadBalancer"
                value = var.load_balancer_suffix
              }
            }
          }
        }
      }

      metrics {
        id          = "tasks"
        return_data = false

        metric_stat {
          stat = "Average"

          metric {
            namespace   = "ECS/ContainerInsights"
            metric_name = "RunningTaskCount"

            dimensions {
              name  = "ClusterName"
              value = var.cluster_name
            }

            dimensions {
              name  = "ServiceName"
              value = aws_ecs_service.role[each.key].name
            }
          }
        }
      }
    }
  }
}
