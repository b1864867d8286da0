mock_provider "aws" {}

variables {
  prefix                  = "slipway-test-"
  domain                  = "example.com"
  certificate_arn         = "arn:aws:acm:us-east-1:123456789012:certificate/1"
  zone_id                 = "Z0123456789ABC"
  web_acl_arn             = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1"
  log_destination_arn     = "arn:aws:logs:us-east-1:123456789012:delivery-destination:x"
  bucket_domain_name      = "site.s3.eu-west-1.amazonaws.com"
  services                = { users = "users.origin.example.com" }
  origin_header           = { name = "X-Origin-Secret", value = "secret" }
  content_security_policy = "default-src 'self'"
}

run "static_by_default_calls_uncached" {
  command = plan

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].target_origin_id == "bucket"
    error_message = "The app comes from its bucket."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.ordered_cache_behavior[0].path_pattern == "/api/users/*" && aws_cloudfront_distribution.this.ordered_cache_behavior[0].cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    error_message = "Calls go to the service and are never cached."
  }

  assert {
    condition     = [for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : [behaviour.path_pattern, behaviour.target_origin_id]] == [["/api/users/*", "users.origin.example.com"], ["/api/*", "app.origin.example.com"]]
    error_message = "What is below /api/ and no service's is asked, last of all, of a name that no service has."
  }

  assert {
    condition     = alltrue([for origin in aws_cloudfront_distribution.this.origin : length(origin.custom_header) == 1 if length(origin.custom_origin_config) == 1])
    error_message = "The load balancer is shown where a call comes from."
  }
}

run "at_the_apex_and_at_app" {
  command = plan

  assert {
    condition     = aws_cloudfront_distribution.this.aliases == toset(["example.com", "app.example.com"]) && length(aws_route53_record.host) == 4
    error_message = "Both names, for IPv4 and IPv6."
  }
}
