output "metrics" {
  description = "Name of each group's metric."
  value       = { for name, filter in aws_cloudwatch_log_metric_filter.this : name => filter.metric_transformation[0].name }
}
