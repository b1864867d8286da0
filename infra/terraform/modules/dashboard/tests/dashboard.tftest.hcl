mock_provider "aws" {}

variables {
  name   = "slipway-test"
  region = "eu-west-1"
  rows = [{
    title = "Load"
    graphs = [for title in ["a", "b", "c"] : {
      title   = title
      stat    = "Average"
      metrics = [{ namespace = "AWS/ECS", name = "CPUUtilization", label = "x", dimensions = { ServiceName = "users-api", ClusterName = "slipway-test" } }]
    }]
  }]
}

run "graphs_stand_side_by_side" {
  command = plan

  assert {
    condition     = [for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [widget.x, widget.width]] == [[0, 24], [0, 8], [8, 8], [16, 8]]
    error_message = "A title over three thirds."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[1].properties.metrics[0] == ["AWS/ECS", "CPUUtilization", "ClusterName", "slipway-test", "ServiceName", "users-api", { label = "x" }]
    error_message = "A metric is its namespace, its name, and its dimensions in order."
  }
}

run "five_graphs_take_two_rows_and_one_of_nothing_takes_none" {
  command = plan

  variables {
    rows = [
      { title = "What clients see", graphs = [{ title = "Requests", stat = "Sum", metrics = [] }] },
      { title = "Queues", graphs = [for title in ["a", "b", "c", "d", "e"] : {
        title   = title
        stat    = "Maximum"
        metrics = [{ namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage", label = "x", dimensions = { QueueName = title } }]
      }] },
    ]
  }

  assert {
    condition     = [for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [widget.x, widget.y] if widget.type == "metric"] == [[0, 1], [6, 1], [12, 1], [18, 1], [0, 8]]
    error_message = "Four side by side, the fifth below them, and nothing above."
  }
}

run "two_rows_of_one_title_are_refused" {
  command = plan

  variables {
    rows = [{ title = "x", graphs = [] }, { title = "x", graphs = [] }]
  }

  expect_failures = [var.rows]
}
