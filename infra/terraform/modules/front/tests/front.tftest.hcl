mock_provider "aws" {}

variables {
  prefix              = "slipway-test-"
  certificate_arn     = "arn:aws:acm:us-east-1:123456789012:certificate/1"
  web_acl_arn         = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1"
  log_destination_arn = "arn:aws:logs:us-east-1:123456789012:delivery-destination:x"
  hosts               = ["users.example.com", "todos.example.com"]
  origin_host         = "all.origin.example.com"
  origin_header       = { name = "X-Origin-Secret", value = "secret" }
}

run "passes_every_host_on_uncached" {
  command = plan

  assert {
    condition     = aws_cloudfront_distribution.this.aliases == toset(var.hosts)
    error_message = "Every service's host, for IPv4 and IPv6."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" && one(aws_cloudfront_distribution.this.origin).custom_origin_config[0].origin_protocol_policy == "https-only"
    error_message = "Nothing is cached, and the load balancer is asked by HTTPS."
  }
}

run "what_a_manifest_lets_be_kept_is_kept_for_each_host_and_caller" {
  command = plan

  variables {
    cached = { "/v1/posts" = 60 }
  }

  assert {
    condition     = one(aws_cloudfront_distribution.this.ordered_cache_behavior).path_pattern == "/v1/posts*"
    error_message = "A behaviour for each path."
  }

  assert {
    condition     = toset(one(one(one(aws_cloudfront_cache_policy.public["/v1/posts"].parameters_in_cache_key_and_forwarded_to_origin).headers_config).headers).items) == toset(["Authorization", "Host", "Origin"]) && aws_cloudfront_cache_policy.public["/v1/posts"].default_ttl == 0
    error_message = "Only what an answer allows, and never for another host or another caller."
  }
}

run "a_host_that_the_load_balancer_does_not_have_is_found_elsewhere" {
  command = plan

  variables {
    elsewhere = { "todos.example.com" = "todos.origin.example.com" }
    cached    = { "/v1/posts" = 60 }
  }

  assert {
    condition     = strcontains(aws_cloudfront_function.elsewhere[0].code, jsonencode(var.elsewhere))
    error_message = "By the host that is asked for."
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this.default_cache_behavior[0].function_association) == 1 && length(aws_cloudfront_distribution.this.ordered_cache_behavior[0].function_association) == 1
    error_message = "Also where something is kept."
  }
}

run "callers_are_grouped_at_the_edge_where_a_manifest_says_so" {
  command = plan

  variables {
    cached = { "/v1/posts" = 60, "/v1/releases" = 10 }
    groups = { "/v1/releases" = { "media.example.com" = { parameter = "device", group = "group", count = 100 } } }
  }

  assert {
    condition     = { for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : behaviour.path_pattern => length(behaviour.function_association) } == { "/v1/posts*" = 0, "/v1/releases*" = 1 }
    error_message = "The function stands before that path alone."
  }

  assert {
    condition     = strcontains(aws_cloudfront_function.groups["/v1/releases"].code, "const RULES = {\"media.example.com\":{\"count\":100,\"group\":\"group\",\"parameter\":\"device\"}};\n")
    error_message = "It has the manifest's rule, and for that host alone."
  }
}

run "where_callers_are_grouped_hosts_are_found_elsewhere_too" {
  command = plan

  variables {
    cached    = { "/v1/releases" = 10 }
    groups    = { "/v1/releases" = { "media.example.com" = { parameter = "device", group = "group", count = 100 } } }
    elsewhere = { "media.example.com" = "media.origin.example.com" }
  }

  assert {
    condition     = length(one(aws_cloudfront_distribution.this.ordered_cache_behavior).function_association) == 1 && strcontains(aws_cloudfront_function.groups["/v1/releases"].code, jsonencode(var.elsewhere))
    error_message = "A behaviour takes one function for its requests, which does both."
  }
}

run "callers_are_not_grouped_where_nothing_is_kept" {
  command = plan

  variables {
    groups = { "/v1/releases" = { "media.example.com" = { parameter = "device", group = "group", count = 100 } } }
  }

  expect_failures = [var.groups]
}
