mock_provider "aws" {}

variables {
  prefix    = "slipway-test-"
  topic_arn = "arn:aws:sns:eu-west-1:123456789012:notices"
  alarms = {
    age = {
      description = "Messages wait for too long."
      threshold   = 600
      metrics     = { age = { namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage", stat = "Maximum", dimensions = { QueueName = "x" } } }
    }
    slow = {
      description = "One request in a hundred is slow."
      threshold   = 1
      metrics     = { latency = { namespace = "AWS/ApplicationELB", name = "TargetResponseTime", stat = "p99", dimensions = {} } }
    }
    errors = {
      description = "Too many answers are errors."
      threshold   = 2
      expression  = "100 * errors / requests"
      metrics = {
        errors   = { namespace = "AWS/ApplicationELB", name = "HTTPCode_Target_5XX_Count", stat = "Sum", dimensions = {} }
        requests = { namespace = "AWS/ApplicationELB", name = "RequestCount", stat = "Sum", dimensions = {} }
      }
    }
  }
}

run "each_tells_when_it_begins_and_ends" {
  command = plan

  assert {
    condition     = alltrue([for alarm in values(aws_cloudwatch_metric_alarm.this) : alarm.alarm_actions == toset([var.topic_arn]) && alarm.ok_actions == toset([var.topic_arn])])
    error_message = "Silence is no answer."
  }
}

run "one_metric_a_percentile_an_expression" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["age"].statistic == "Maximum" && aws_cloudwatch_metric_alarm.this["slow"].extended_statistic == "p99" && aws_cloudwatch_metric_alarm.this["slow"].statistic == null
    error_message = "A percentile is another kind of statistic."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this["errors"].metric_query) == 3 && aws_cloudwatch_metric_alarm.this["errors"].metric_name == null
    error_message = "An expression stands over queries, not over a metric."
  }
}

run "two_metrics_without_an_expression_are_refused" {
  command = plan

  variables {
    alarms = { x = { description = "Not an alarm at all.", threshold = 1, metrics = {} } }
  }

  expect_failures = [var.alarms]
}
