# A web application firewall: AWS's managed rules, a limit per client address, and what manifests limit further, on
# every way in. The limits count over a minute, the shortest window but ten seconds.

locals {
  managed = {
    AWSManagedRulesAmazonIpReputationList = 20
    AWSManagedRulesCommonRuleSet          = 30
    AWSManagedRulesKnownBadInputsRuleSet  = 40
  }

  # What people write about is no attack: a to-do may say <script> or ../../etc and a search may ask for it. The services
  # answer in JSON and escape what they show, so what looks like that in a body or a query is counted and not refused. A
  # JSON body may also be longer than the common rules' 8 KiB.
  counted_only = { AWSManagedRulesCommonRuleSet = [
    "CrossSiteScripting_BODY", "CrossSiteScripting_QUERYARGUMENTS", "EC2MetaDataSSRF_BODY", "EC2MetaDataSSRF_QUERYARGUMENTS",
    "GenericLFI_BODY", "GenericLFI_QUERYARGUMENTS", "GenericRFI_BODY", "GenericRFI_QUERYARGUMENTS",
    "RestrictedExtensions_QUERYARGUMENTS", "SizeRestrictions_BODY",
  ] }

  # All others of AWS's rules refuse, each with our answer in place of AWS's page of HTML: a client of the services reads JSON.
  refused = {
    AWSManagedRulesAmazonIpReputationList = ["AWSManagedIPReputationList", "AWSManagedReconnaissanceList"]
    AWSManagedRulesCommonRuleSet = [
      "CrossSiteScripting_COOKIE", "CrossSiteScripting_URIPATH", "EC2MetaDataSSRF_COOKIE", "EC2MetaDataSSRF_URIPATH",
      "GenericLFI_URIPATH", "GenericRFI_URIPATH", "NoUserAgent_HEADER", "RestrictedExtensions_URIPATH",
      "SizeRestrictions_Cookie_HEADER", "SizeRestrictions_QUERYSTRING", "SizeRestrictions_URIPATH", "UserAgent_BadBots_HEADER",
    ]
    AWSManagedRulesKnownBadInputsRuleSet = [
      "ExploitablePaths_URIPATH", "Host_localhost_HEADER", "JavaDeserializationRCE_BODY", "JavaDeserializationRCE_HEADER",
      "JavaDeserializationRCE_QUERYSTRING", "JavaDeserializationRCE_URIPATH", "Log4JRCE_BODY", "Log4JRCE_HEADER",
      "Log4JRCE_QUERYSTRING", "Log4JRCE_URIPATH", "PROPFIND_METHOD",
    ]
  }

  # A limit that is not below the one for all is never reached, and AWS bills every rule.
  limits = sort([for name, limit in var.limits : name if limit.per_minute < var.per_minute])

  # A rule can look at one thing only, and a way in is a host and a path: for each way a rule marks what comes by it, and
  # then one rule counts what is marked, so that all ways of a limit count together.
  ways = flatten([for name in local.limits : [for way, one in var.limits[name].ways : merge(one, { limit = name, way = way })]])

  not_here = jsonencode({ type = "about:blank", title = "Forbidden", status = 403, detail = "This host is not for clients." })
  attack   = jsonencode({ type = "about:blank", title = "Forbidden", status = 403, detail = "The request looks like an attack: see its path, its headers and its cookies." })
  too_many = jsonencode({
    type = "about:blank", title = "Too Many Requests", status = 429, detail = "Too many requests from your address: wait a minute."
  })
}

resource "aws_wafv2_web_acl" "this" {
  name        = var.name
  description = "In front of ${var.name}"
  scope       = var.scope
  region      = var.context.region

  default_action {
    allow {}
  }

  custom_response_body {
    key          = "not-here"
    content_type = "APPLICATION_JSON"
    content      = local.not_here
  }

  custom_response_body {
    key          = "attack"
    content_type = "APPLICATION_JSON"
    content      = local.attack
  }

  custom_response_body {
    key          = "too-many"
    content_type = "APPLICATION_JSON"
    content      = local.too_many
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

  # Who asks for such a host without the header would be believed about the client's address.
  dynamic "rule" {
    for_each = compact([var.trusted_below])

    content {
      name     = "only-our-edge"
      priority = 1

      action {
        block {
          custom_response {
            response_code            = 403
            custom_response_body_key = "not-here"
          }
        }
      }

      statement {
        byte_match_statement {
          positional_constraint = "CONTAINS" # a port may follow
          search_string         = ".${rule.value}"

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

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "only-our-edge"
        sampled_requests_enabled   = true
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

          dynamic "rule_action_override" {
            for_each = local.refused[rule.key]

            content {
              name = rule_action_override.value

              action_to_use {
                block {
                  custom_response {
                    response_code            = 403
                    custom_response_body_key = "attack"
                  }
                }
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
          response_code            = 429
          custom_response_body_key = "too-many"

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
    for_each = local.ways

    content {
      name     = "mark-${rule.value.limit}-${rule.value.way}"
      priority = 100 + rule.key

      action {
        count {}
      }

      rule_label {
        name = "slipway:limit-${rule.value.limit}"
      }

      statement {
        and_statement {
          statement {
            byte_match_statement {
              positional_constraint = rule.value.below ? "CONTAINS" : "STARTS_WITH" # a port may follow
              search_string         = rule.value.host

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
              search_string         = rule.value.path

              field_to_match {
                uri_path {}
              }

              # As the services read it: %73essions is sessions.
              text_transformation {
                priority = 0
                type     = "URL_DECODE"
              }

              text_transformation {
                priority = 1
                type     = "NORMALIZE_PATH"
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "mark-${rule.value.limit}-${rule.value.way}"
        sampled_requests_enabled   = false
      }
    }
  }

  dynamic "rule" {
    for_each = local.limits

    content {
      name     = "limit-${rule.value}"
      priority = 500 + rule.key

      action {
        block {
          custom_response {
            response_code            = 429
            custom_response_body_key = "too-many"

            response_header {
              name  = "Retry-After"
              value = "60"
            }
          }
        }
      }

      statement {
        rate_based_statement {
          limit                 = var.limits[rule.value].per_minute
          evaluation_window_sec = 60
          aggregate_key_type    = "IP"

          scope_down_statement {
            label_match_statement {
              scope = "LABEL"
              key   = "slipway:limit-${rule.value}"
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "limit-${rule.value}"
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
      condition     = length(local.limits) <= 9
      error_message = "AWS counts ten rates in one firewall, and the manifests have ${length(local.limits)} limits below the ${var.per_minute} requests a minute for all: nine are left for these. Raise some, or lower the limit for all."
    }
  }
}
