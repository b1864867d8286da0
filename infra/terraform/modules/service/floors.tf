# Floors by the clock: raised before people come, lowered when they have gone. A role whose floor no clock moves is brought
# back to it every hour, so that another floor arrives there too, and one that was raised by hand does not stay.

locals {
  clocked = { for role, scaling in local.live : role => scaling if contains(keys(local.web), role) && length(var.floors) > 0 }

  floors = merge(
    merge([for name, floor in var.floors : {
      for role, scaling in local.clocked : "${role}/${name}" => merge(floor, { role = role, min = min(floor.min, scaling.max) })
    }]...),
    { for role in keys(local.live) : "${role}/hourly" => {
      role = role, schedule = "cron(0 * * * ? *)", timezone = "Etc/UTC", min = local.floor[role]
    } if !contains(keys(local.clocked), role) },
  )
}

resource "aws_appautoscaling_scheduled_action" "floor" {
  for_each = local.floors

  region             = var.context.region
  name               = "${var.name}-${replace(each.key, "/", "-")}"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = aws_appautoscaling_target.role[each.value.role].resource_id
  schedule           = each.value.schedule
  timezone           = each.value.timezone

  scalable_target_action {
    min_capacity = each.value.min
    max_capacity = local.scaled[each.value.role].max
  }
}
