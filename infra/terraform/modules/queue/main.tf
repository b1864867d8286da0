# One SQS queue with its dead-letter queue, and the topics that feed it. There is no queue without the other.

locals {
  arn      = "arn:${var.context.partition}:sqs:${var.context.region}:${var.context.account_id}:${var.name}"
  dead_arn = "${local.arn}-dlq"
  sources  = [for subscription in values(var.subscriptions) : subscription.topic_arn]
}

resource "aws_sqs_queue" "dead" {
  region                    = var.context.region
  name                      = "${var.name}-dlq"
  kms_master_key_id         = var.key_arn
  message_retention_seconds = 14 * 86400
  tags                      = { Name = "${var.name}-dlq" }
}

resource "aws_sqs_queue" "this" {
  region                     = var.context.region
  name                       = var.name
  kms_master_key_id          = var.key_arn
  visibility_timeout_seconds = var.visibility_timeout
  receive_wait_time_seconds  = 20
  message_retention_seconds  = 4 * 86400

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = var.max_receives
  })

  tags = { Name = var.name }
}

resource "aws_sqs_queue_redrive_allow_policy" "dead" {
  region    = var.context.region
  queue_url = aws_sqs_queue.dead.id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.this.arn]
  })
}

# Who may send without a policy of its own: the topics. What a topic could not deliver it puts aside as well.
resource "aws_sqs_queue_policy" "this" {
  for_each = { live = { url = aws_sqs_queue.this.id, arn = local.arn }, dead = { url = aws_sqs_queue.dead.id, arn = local.dead_arn } }

  region    = var.context.region
  queue_url = each.value.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*" # refuses everybody
        Action    = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"]
        Resource  = each.value.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      [for statement in [{
        Sid       = "Topics"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = each.value.arn
        Condition = { ArnEquals = { "aws:SourceArn" = local.sources } }
      }] : statement if length(local.sources) > 0],
    )
  })
}

resource "aws_sns_topic_subscription" "this" {
  for_each = var.subscriptions

  region               = var.context.region
  topic_arn            = each.value.topic_arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.this.arn
  raw_message_delivery = true
  filter_policy        = length(each.value.types) == 0 ? null : jsonencode({ type = each.value.types })
  redrive_policy       = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn })

  depends_on = [aws_sqs_queue_policy.this]
}
