mock_provider "aws" {}

variables {
  name               = "slipway-test"
  scope              = "REGIONAL"
  per_minute         = 1000
  host_limits        = { "users.example.com" = 600 }
  path_limits        = { "users-v1-sessions" = { host = "users.example.com", path = "/v1/sessions", per_minute = 60 } }
  log_retention_days = 30
  log_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "managed_rules_and_limits" {
  command = plan

  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.this.rule : rule.name]) == toset(["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "host-users-example-com", "mark-users-v1-sessions", "path-users-v1-sessions", "per-address"])
    error_message = "Three managed groups, one limit for all, one for each host and path."
  }

  assert {
    condition     = length(distinct([for rule in aws_wafv2_web_acl.this.rule : rule.priority])) == length(aws_wafv2_web_acl.this.rule)
    error_message = "No two rules have the same priority."
  }

  assert {
    condition     = length(aws_wafv2_web_acl_logging_configuration.this.redacted_fields) == 2
    error_message = "Tokens and cookies are not logged."
  }
}

run "what_is_never_reached_is_no_rule" {
  command = plan

  variables {
    host_limits = { "users.example.com" = 1000, "todos.example.com" = 6000 }
    path_limits = { "users-v1-sessions" = { host = "users.example.com", path = "/v1/sessions", per_minute = 1000 } }
  }

  assert {
    condition     = length(aws_wafv2_web_acl.this.rule) == 4
    error_message = "The limit for all is reached first: no other is needed."
  }
}

run "more_limits_than_aws_counts_are_refused" {
  command = plan

  variables {
    host_limits = { for number in range(10) : "s${number}.example.com" => 60 }
    path_limits = {}
  }

  expect_failures = [aws_wafv2_web_acl.this]
}

run "our_own_edge_is_let_through_first" {
  command = plan

  variables {
    trusted_header = { name = "x-origin-secret", value = "secret" }
  }

  assert {
    condition     = one([for rule in aws_wafv2_web_acl.this.rule : rule.priority if rule.name == "from-our-edge"]) == 0
    error_message = "What came through our CloudFront is judged there."
  }
}

run "cloudfronts_lives_in_us_east_1" {
  command = plan

  variables {
    scope  = "CLOUDFRONT"
    region = "eu-west-1"
  }

  expect_failures = [var.region]
}
