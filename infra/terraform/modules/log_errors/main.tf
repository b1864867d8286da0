# Error lines of logs, counted: the services log JSON with a `level`.

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = var.groups

  name           = "errors"
  log_group_name = each.value
  pattern        = "{ $.level = \"ERROR\" || $.level = \"CRITICAL\" }"

  metric_transformation {
    namespace     = var.namespace
    name          = "${each.key}-errors"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}
