mock_provider "aws" {}

variables {
  context = {
    region     = "eu-west-1"
    account_id = "123456789012"
  }

  name               = "slipway-test-media-uploads"
  key_arn            = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  visibility_timeout = 30
  max_receives       = 12
  subscriptions = {
    users-events = { topic_arn = "arn:aws:sns:eu-west-1:123456789012:slipway-test-users-events", types = ["users.account.deleted.v1"] }
  }
}

run "no_queue_without_its_dead_letter_queue" {
  command = plan

  assert {
    condition     = aws_sqs_queue.dead.name == "${var.name}-dlq" && aws_sqs_queue.dead.message_retention_seconds > aws_sqs_queue.this.message_retention_seconds
    error_message = "Dead letters are kept longer than the living."
  }

  assert {
    condition     = aws_sqs_queue.this.kms_master_key_id == var.key_arn && aws_sqs_queue.dead.kms_master_key_id == var.key_arn
    error_message = "Both are encrypted with our key."
  }
}

run "only_its_topics_may_send" {
  command = plan

  assert {
    condition     = [for statement in jsondecode(aws_sqs_queue_policy.this["live"].policy).Statement : statement.Condition.ArnEquals["aws:SourceArn"] if statement.Effect == "Allow"] == [[var.subscriptions["users-events"].topic_arn]]
    error_message = "Nobody but the topics subscribed to."
  }

  assert {
    condition     = aws_sns_topic_subscription.this["users-events"].raw_message_delivery && jsondecode(aws_sns_topic_subscription.this["users-events"].filter_policy) == { type = ["users.account.deleted.v1"] }
    error_message = "Messages come as they were published, and only of the types wanted."
  }
}

run "without_topics_nobody_is_let_in" {
  command = plan

  variables {
    subscriptions = {}
  }

  assert {
    condition     = length(jsondecode(aws_sqs_queue_policy.this["live"].policy).Statement) == 1
    error_message = "The policy only refuses."
  }
}

run "never_giving_up_is_refused" {
  command = plan

  variables {
    max_receives = 0
  }

  expect_failures = [var.max_receives]
}
