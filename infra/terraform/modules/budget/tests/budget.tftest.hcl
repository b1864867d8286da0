mock_provider "aws" {}

variables {
  prefix             = "slipway-test-"
  environment        = "test"
  topic_arn          = "arn:aws:sns:eu-west-1:123456789012:notices"
  monthly_budget_usd = 250
}

run "told_before_it_is_spent" {
  command = plan

  assert {
    condition     = toset([for notification in aws_budgets_budget.month.notification : "${notification.notification_type} ${notification.threshold}"]) == toset(["ACTUAL 80", "FORECASTED 100"])
    error_message = "At 80 % spent, and as soon as 100 % is foreseen."
  }

  assert {
    condition     = one(aws_budgets_budget.month.cost_filter).values == tolist(["user:Environment$test"])
    error_message = "Only this environment's cost."
  }
}

run "nothing_is_refused" {
  command = plan

  variables {
    monthly_budget_usd = 0
  }

  expect_failures = [var.monthly_budget_usd]
}
