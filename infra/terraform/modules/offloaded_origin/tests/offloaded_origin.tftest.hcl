mock_provider "aws" {}

variables {
  prefix          = "updates-"
  origin          = { host = "updates.origin.example.com" }
  hosts           = ["updates.example.com"]
  certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
}

run "keeps_what_the_application_says_and_nothing_else" {
  command = plan

  assert {
    condition     = aws_cloudfront_cache_policy.as_told.min_ttl == 0 && aws_cloudfront_cache_policy.as_told.default_ttl == 0 && aws_cloudfront_cache_policy.as_told.max_ttl == 31536000
    error_message = "Without a header nothing is kept; with one, up to a year."
  }

  assert {
    condition     = toset(one(one(one(aws_cloudfront_cache_policy.as_told.parameters_in_cache_key_and_forwarded_to_origin).headers_config).headers).items) == toset(["Authorization", "Host", "Origin"])
    error_message = "What is answered for one caller, host or origin of pages is not kept for another."
  }

  assert {
    condition     = alltrue([for one in aws_cloudfront_distribution.this.custom_error_response : one.error_caching_min_ttl == 0])
    error_message = "A file that is not there yet is asked for anew."
  }
}

run "the_application_sees_the_host_that_people_use" {
  command = plan

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].origin_request_policy_id == "216adef6-5c7f-47e4-b989-5492eafa07d3" && aws_cloudfront_distribution.this.default_cache_behavior[0].allowed_methods == toset(["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"])
    error_message = "Every method and header passes, the host too."
  }
}

run "asks_by_the_applications_name_without_a_host_of_its_own" {
  command = plan

  variables {
    hosts           = []
    certificate_arn = null
  }

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].origin_request_policy_id == "b689b0a8-53d0-40ab-baf2-68738e2966ac" && aws_cloudfront_distribution.this.viewer_certificate[0].cloudfront_default_certificate
    error_message = "CloudFront's own name is not the application's."
  }

  assert {
    condition     = !contains(one(one(one(aws_cloudfront_cache_policy.as_told.parameters_in_cache_key_and_forwarded_to_origin).headers_config).headers).items, "Host")
    error_message = "A host in the key is a host that is passed on."
  }
}

run "one_place_asks_for_all_edges" {
  command = plan

  variables {
    shield_region = "eu-west-1"
  }

  assert {
    condition     = one(one(aws_cloudfront_distribution.this.origin).origin_shield).origin_shield_region == "eu-west-1"
    error_message = "Origin Shield stands where it is told to."
  }
}

run "what_is_never_cached_is_passed_on" {
  command = plan

  variables {
    never_cached = ["/admin/*"]
  }

  assert {
    condition     = one(aws_cloudfront_distribution.this.ordered_cache_behavior).cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    error_message = "A pattern of its own, uncached."
  }
}

run "access_logs_go_where_they_are_told" {
  command = plan

  variables {
    log_destination_arn = "arn:aws:logs:us-east-1:123456789012:delivery-destination:x"
  }

  assert {
    condition     = length(module.logs) == 1
    error_message = "One delivery."
  }
}

run "refuses_to_ask_itself" {
  command = plan

  variables {
    origin = { host = "updates.example.com" }
  }

  expect_failures = [var.origin]
}

run "refuses_an_address_for_a_host" {
  command = plan

  variables {
    origin = { host = "https://updates.example.com/" }
  }

  expect_failures = [var.origin]
}

run "refuses_host_names_without_a_certificate" {
  command = plan

  variables {
    certificate_arn = null
  }

  expect_failures = [var.certificate_arn]
}
