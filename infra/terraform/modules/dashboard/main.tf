# One dashboard: rows of graphs, each row about one thing. CloudWatch refuses a graph of nothing, so who has no address or
# no queues has no graph of them; and beyond four graphs side by side nobody can read one.

locals {
  width = 24

  rows = flatten([for row in var.rows : [
    for graphs in chunklist([for graph in row.graphs : graph if length(graph.metrics) > 0], 4) : { title = row.title, graphs = graphs }
  ]])

  widgets = flatten([
    for y, row in local.rows : concat(
      [{
        type       = "text", x = 0, y = y * 7, width = local.width, height = 1
        properties = { markdown = "## ${row.title}" }
      }],
      [for x, graph in row.graphs : {
        type   = "metric"
        x      = x * floor(local.width / length(row.graphs))
        y      = y * 7 + 1
        width  = floor(local.width / length(row.graphs))
        height = 6
        properties = {
          title   = graph.title
          region  = var.region
          view    = "timeSeries"
          stat    = graph.stat
          period  = 60
          stacked = false
          metrics = [for metric in graph.metrics : concat(
            [metric.namespace, metric.name],
            flatten([for key in sort(keys(metric.dimensions)) : [key, metric.dimensions[key]]]),
            [{ label = metric.label }],
          )]
        }
      }],
    )
  ])
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = local.widgets })
}
