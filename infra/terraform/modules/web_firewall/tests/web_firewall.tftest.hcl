mock_provider "aws" {}

variables {
  context = {
    log_retention_days = 30
    log_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  name       = "slipway-test"
  scope      = "REGIONAL"
  per_minute = 1000
  limits = {
    users = { per_minute = 600, ways = [{ host = "users.example.com", below = false, path = "/" }] }
    users-v1-sessions = { per_minute = 60, ways = [
      { host = "users.example.com", below = false, path = "/v1/sessions" },
      { host = "example.com", below = true, path = "/api/users/v1/sessions" },
    ] }
  }
}

run "managed_rules_and_limits" {
  command = plan

  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.this.rule : rule.name]) == toset(["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "limit-users", "limit-users-v1-sessions", "mark-users-0", "mark-users-v1-sessions-0", "mark-users-v1-sessions-1", "per-address"])
    error_message = "Three managed groups, one limit for all, one for each of the manifests' with a mark for each way in."
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
    limits = { for name, number in { users = 1000, todos = 6000 } : name => {
      per_minute = number, ways = [{ host = "${name}.example.com", below = false, path = "/" }]
    } }
  }

  assert {
    condition     = length(aws_wafv2_web_acl.this.rule) == 4
    error_message = "The limit for all is reached first: no other is needed."
  }
}

run "more_limits_than_aws_counts_are_refused" {
  command = plan

  variables {
    limits = { for number in range(10) : "s${number}" => {
      per_minute = 60, ways = [{ host = "s${number}.example.com", below = false, path = "/" }]
    } }
  }

  expect_failures = [aws_wafv2_web_acl.this]
}

run "what_is_refused_for_its_number_is_told_as_a_problem" {
  command = plan

  assert {
    condition = alltrue([for rule in aws_wafv2_web_acl.this.rule :
      one(one(one(rule.action).block).custom_response).custom_response_body_key == "too-many" if startswith(rule.name, "limit-") || rule.name == "per-address"
    ]) && length([for body in aws_wafv2_web_acl.this.custom_response_body : body if body.key == "too-many" && jsondecode(body.content).status == 429]) == 1
    error_message = "Clients are answered in the shape of all other problems."
  }
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
    scope   = "CLOUDFRONT"
    context = { region = "eu-west-1", log_retention_days = 30, log_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.context]
}
