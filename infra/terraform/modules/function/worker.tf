# What calls the worker: its queues, the streams of its tables, and the clock.

locals {
  fed = merge([for role, queues in local.queues : { for name, queue in queues : name => merge(queue, { role = role }) if local.released }]...)

  reading = merge([for role in keys(local.worker) : { for table, arn in var.streams : table => { role = role, arn = arn } if local.released }]...)
}

resource "aws_lambda_event_source_mapping" "queue" {
  for_each = local.fed

  event_source_arn        = each.value.arn
  function_name           = aws_lambda_alias.live[each.value.role].arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"] # only what failed comes again, and in the end is a dead letter

  # Batches that find no free function would come again and again until they are dead letters.
  scaling_config {
    maximum_concurrency = local.most[each.value.role]
  }

  tags = { Name = "${var.context.prefix}${each.key}" }
}

resource "aws_lambda_event_source_mapping" "stream" {
  for_each = local.reading

  event_source_arn  = each.value.arn
  function_name     = aws_lambda_alias.live[each.value.role].arn
  starting_position = "TRIM_HORIZON" # a change that comes twice is known, one that never came would be lost
  batch_size        = 100

  function_response_types            = ["ReportBatchItemFailures"]
  bisect_batch_on_function_error     = true # so that one record that ends the function does not take others along
  maximum_retry_attempts             = var.stream_retries
  maximum_record_age_in_seconds      = 86400 # what a stream keeps
  maximum_batching_window_in_seconds = 0

  # Where in the stream it was; the change itself the stream keeps for a day.
  destination_config {
    on_failure {
      destination_arn = var.topic_arn
    }
  }

  tags = { Name = "${var.context.prefix}${each.key}" }
}

resource "aws_cloudwatch_event_rule" "periodic" {
  for_each = local.worker

  name                = "${local.names[each.key]}-periodic"
  description         = "Periodic work of ${var.name}"
  schedule_expression = "rate(1 minute)"
  tags                = { Name = "${local.names[each.key]}-periodic" }
}

resource "aws_cloudwatch_event_target" "periodic" {
  for_each = { for role in keys(local.worker) : role => role if local.released }

  rule      = aws_cloudwatch_event_rule.periodic[each.key].name
  target_id = "worker"
  arn       = aws_lambda_alias.live[each.key].arn
  input     = jsonencode({ periodic = "all" })
}

resource "aws_lambda_permission" "periodic" {
  for_each = { for role in keys(local.worker) : role => role if local.released }

  statement_id  = "periodic"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.role[each.key].function_name
  qualifier     = aws_lambda_alias.live[each.key].name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.periodic[each.key].arn
}

# A schedule that failed comes again by itself.
resource "aws_lambda_function_event_invoke_config" "periodic" {
  for_each = { for role in keys(local.worker) : role => role if local.released }

  function_name                = aws_lambda_function.role[each.key].function_name
  qualifier                    = aws_lambda_alias.live[each.key].name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}
