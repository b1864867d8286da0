mock_provider "aws" {}

variables {
  prefix              = "slipway-test-"
  certificate_arn     = "arn:aws:acm:us-east-1:123456789012:certificate/1"
  zone_id             = "Z0123456789ABC"
  web_acl_arn         = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1"
  log_destination_arn = "arn:aws:logs:us-east-1:123456789012:delivery-destination:x"
  hosts               = ["users.example.com", "todos.example.com"]
  origin_host         = "all.origin.example.com"
  origin_header       = { name = "X-Origin-Secret", value = "secret" }
}

run "passes_every_host_on_uncached" {
  command = plan

  assert {
    condition     = aws_cloudfront_distribution.this.aliases == toset(var.hosts) && length(aws_route53_record.host) == 4
    error_message = "Every service's host, for IPv4 and IPv6."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" && one(aws_cloudfront_distribution.this.origin).custom_origin_config[0].origin_protocol_policy == "https-only"
    error_message = "Nothing is cached, and the load balancer is asked by HTTPS."
  }
}
