# Workers follow their queues: waiting messages of all of them over the tasks that run.

resource "aws_appautoscaling_policy" "messages" {
  for_each = local.messages

  region             = var.context.region
  name               = "messages"
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
        label       = "Waiting messages per task"
        expression  = "(${join(" + ", [for index in range(length(var.queue_names[each.key])) : "q${index}"])}) / IF(FILL(tasks, 1) > 1, tasks, 1)"
        return_data = true
      }

      dynamic "metrics" {
        for_each = var.queue_names[each.key]

        content {
          id          = "q${metrics.key}"
          return_data = false

          metric_stat {
            stat = "Maximum"

            metric {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"

              dimensions {
                name  = "QueueName"
                value = metrics.value
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
