mock_provider "aws" {}

variables {
  prefix              = "slipway-test-"
  domain              = "example.com"
  certificate_arn     = "arn:aws:acm:us-east-1:123456789012:certificate/1"
  zone_id             = "Z0123456789ABC"
  web_acl_arn         = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1"
  log_destination_arn = "arn:aws:logs:us-east-1:123456789012:delivery-destination:x"
  bucket_domain_name  = "media.s3.eu-west-1.amazonaws.com"
  browser_origins     = ["https://app.example.com"]
  delivers = {
    "private/"  = { access = "signed", seconds = 86400 }
    "releases/" = { access = "public", seconds = 31536000 }
  }
}

run "without_a_key_private_files_are_not_there" {
  command = plan

  assert {
    condition     = [for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : behaviour.path_pattern] == ["/releases/*"]
    error_message = "Nobody could be let in, so nobody is."
  }
}

run "with_a_key_private_files_need_a_signature" {
  command = plan

  variables {
    public_keys = { first = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n" }
  }

  assert {
    condition     = [for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : behaviour.path_pattern] == ["/private/*", "/releases/*"] && length(aws_cloudfront_key_group.this) == 1
    error_message = "The private prefix stands behind the key group."
  }
}

run "browsers_keep_releases_for_ever_and_private_files_to_themselves" {
  command = plan

  variables {
    public_keys = { first = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n" }
  }

  assert {
    condition = { for name, policy in aws_cloudfront_response_headers_policy.this : name => flatten(policy.custom_headers_config[*].items[*])[*].value if name != "nothing" } == {
      private  = ["private, max-age=86400"]
      releases = ["public, max-age=31536000, immutable"]
    }
    error_message = "A release never changes under its name; a private file is nobody else's."
  }
}

run "a_key_is_written_as_aws_gives_it_back" {
  command = plan

  variables {
    public_keys = { first = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----" }
  }

  assert {
    condition     = aws_cloudfront_public_key.this["first"].encoded_key == "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"
    error_message = "A line that does not end would be another key in every plan."
  }
}

run "everything_else_is_404" {
  command = plan

  assert {
    condition     = length(aws_cloudfront_distribution.this.default_cache_behavior[0].function_association) == 1
    error_message = "What no manifest delivers never reaches the bucket."
  }
}

run "a_private_key_is_refused" {
  command = plan

  variables {
    public_keys = { first = "-----BEGIN PRIVATE KEY-----" }
  }

  expect_failures = [var.public_keys]
}

run "a_browsers_question_before_a_read_reaches_who_can_answer_it" {
  command = plan

  assert {
    condition     = alltrue([for behavior in aws_cloudfront_distribution.this.ordered_cache_behavior : contains(behavior.allowed_methods, "OPTIONS") && behavior.origin_request_policy_id == "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"])
    error_message = "S3 answers OPTIONS only where it is told origin, method and headers."
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this.ordered_cache_behavior) > 0
    error_message = "There is something delivered."
  }
}
