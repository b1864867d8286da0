# Alarms, each by its name, all told to the same topic, when they begin and when they end.

locals {
  single = { for name, alarm in var.alarms : name => {
    namespace  = values(alarm.metrics)[0].namespace
    name       = values(alarm.metrics)[0].name
    dimensions = values(alarm.metrics)[0].dimensions
    period     = alarm.seconds
    statistic  = startswith(values(alarm.metrics)[0].stat, "p") ? null : values(alarm.metrics)[0].stat
    percentile = startswith(values(alarm.metrics)[0].stat, "p") ? values(alarm.metrics)[0].stat : null
  } if alarm.expression == null }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.alarms

  alarm_name          = "${var.prefix}${each.key}"
  alarm_description   = each.value.description
  comparison_operator = each.value.below ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
  region              = each.value.region

  # One metric, or an expression over several: a metric that is queried has no name of its own here.
  namespace          = try(local.single[each.key].namespace, null)
  metric_name        = try(local.single[each.key].name, null)
  dimensions         = try(local.single[each.key].dimensions, null)
  period             = try(local.single[each.key].period, null)
  statistic          = try(local.single[each.key].statistic, null)
  extended_statistic = try(local.single[each.key].percentile, null)

  dynamic "metric_query" {
    for_each = each.value.expression == null ? [] : [each.value.expression]

    content {
      id          = "result"
      expression  = metric_query.value
      label       = each.key
      return_data = true
    }
  }

  dynamic "metric_query" {
    for_each = each.value.expression == null ? {} : each.value.metrics

    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions
        stat        = metric_query.value.stat
        period      = each.value.seconds
      }
    }
  }
}
