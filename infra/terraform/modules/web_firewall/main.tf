# A web application firewall: AWS's managed rules, a limit per client address, and what manifests limit further per
# host and per path. The limits count over a minute, the shortest window but ten seconds.

locals {
  managed = {
    AWSManagedRulesAmazonIpReputationList = 20
    AWSManagedRulesCommonRuleSet          = 30
    AWSManagedRulesKnownBadInputsRuleSet  = 40
  }

  # Uploads go straight to S3; a JSON body may still be longer than the common rules' 8 KiB.
  counted_only = { AWSManagedRulesCommonRuleSet = ["SizeRestrictions_BODY"] }

  # A limit that is not below the one for all hosts is never reached, and AWS bills every rule.
  hosts = sort([for host, limit in var.host_limits : host if limit < var.per_minute])
  paths = sort([for path, limit in var.path_limits : path if limit.per_minute < var.per_minute])
}

resource "aws_wafv2_web_acl" "this" {
  name        = var.name
  description = "In front of ${var.name}"
  scope       = var.scope
  region      = var.region

  default_action {
    allow {}
  }

  # What our own CloudFront passes on has been through its firewall, and all comes from few addresses.
  dynamic "rule" {
    for_each = nonsensitive(var.trusted_header == null) ? [] : ["trusted"]

    content {
      name     = "from-our-edge"
      priority = 0

      action {
        allow {}
      }

      statement {
        byte_match_statement {
          positional_constraint = "EXACTLY"
          search_string         = var.trusted_header.value

          field_to_match {
            single_header {
              name = lower(nonsensitive(var.trusted_header.name)) # the firewall knows headers in lower case only
            }
          }

          text_transformation {
            priority = 0
            type     = "NONE"
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "from-our-edge"
        sampled_requests_enabled   = false
      }
    }
  }

  dynamic "rule" {
    for_each = local.managed

    content {
      name     = rule.key
      priority = rule.value

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key

          dynamic "rule_action_override" {
            for_each = lookup(local.counted_only, rule.key, [])

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }

  rule {
    name     = "per-address"
    priority = 50

    action {
      block {
        custom_response {
          response_code = 429
          response_header {
            name  = "Retry-After"
            value = "60"
          }
        }
      }
    }

    statement {
      rate_based_statement {
        limit                 = var.per_minute
        evaluation_window_sec = 60
        aggregate_key_type    = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "per-address"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = local.hosts

    content {
      name     = "host-${replace(rule.value, ".", "-")}"
      priority = 100 + rule.key

      action {
        block {
          custom_response {
            response_code = 429
            response_header {
              name  = "Retry-After"
              value = "60"
            }
          }
        }
      }

      statement {
        rate_based_statement {
          limit                 = var.host_limits[rule.value]
          evaluation_window_sec = 60
          aggregate_key_type    = "IP"

          scope_down_statement {
            byte_match_statement {
              positional_constraint = "EXACTLY"
              search_string         = rule.value

              field_to_match {
                single_header {
                  name = "host"
                }
              }

              text_transformation {
                priority = 0
                type     = "LOWERCASE"
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "host-${replace(rule.value, ".", "-")}"
        sampled_requests_enabled   = true
      }
    }
  }

  # A limit can look at one thing only, a path of one host is two: the first rule labels such requests,
  # the second counts what carries the label.
  dynamic "rule" {
    for_each = local.paths

    content {
      name     = "mark-${rule.value}"
      priority = 300 + 2 * rule.key

      action {
        count {}
      }

      rule_label {
        name = "slipway:path-${rule.value}"
      }

      statement {
        and_statement {
          statement {
            byte_match_statement {
              positional_constraint = "EXACTLY"
              search_string         = var.path_limits[rule.value].host

              field_to_match {
                single_header {
                  name = "host"
                }
              }

              text_transformation {
                priority = 0
                type     = "LOWERCASE"
              }
            }
          }

          statement {
            byte_match_statement {
              positional_constraint = "STARTS_WITH"
              search_string         = var.path_limits[rule.value].path

              field_to_match {
                uri_path {}
              }

              text_transformation {
                priority = 0
                type     = "NORMALIZE_PATH"
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "mark-${rule.value}"
        sampled_requests_enabled   = false
      }
    }
  }

  dynamic "rule" {
    for_each = local.paths

    content {
      name     = "path-${rule.value}"
      priority = 301 + 2 * rule.key

      action {
        block {
          custom_response {
            response_code = 429
            response_header {
              name  = "Retry-After"
              value = "60"
            }
          }
        }
      }

      statement {
        rate_based_statement {
          limit                 = var.path_limits[rule.value].per_minute
          evaluation_window_sec = 60
          aggregate_key_type    = "IP"

          scope_down_statement {
            label_match_statement {
              scope = "LABEL"
              key   = "slipway:path-${rule.value}"
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "path-${rule.value}"
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = true
  }

  lifecycle {
    precondition {
      condition     = length(local.hosts) + length(local.paths) <= 9
      error_message = "AWS counts ten rates in one firewall, and the manifests limit ${length(local.hosts)} hosts and ${length(local.paths)} paths below the ${var.per_minute} requests a minute for all: nine are left for these. Raise some, or lower the limit for all."
    }
  }
}

# AWS wants the name to start like this.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:How long is a variable, because a development environment needs no year; a test asserts it for production
  name              = "aws-waf-logs-${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_key_arn
  region            = var.region
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.this.arn]
  region                  = var.region

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }

  redacted_fields {
    single_header {
      name = "cookie"
    }
  }

  # What was let through is in the load balancer's and CloudFront's logs already.
  logging_filter {
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      condition {
        action_condition {
          action = "BLOCK"
        }
      }
    }
  }
}
