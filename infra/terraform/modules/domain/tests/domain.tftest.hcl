mock_provider "aws" {}

variables {
  domain         = "example.com"
  regional_names = ["users.example.com", "*.origin.example.com"]
  global_names   = ["app.example.com", "users.example.com"]
}

run "every_name_is_certified_and_validated_once" {
  command = plan

  assert {
    condition     = aws_acm_certificate.regional.subject_alternative_names == toset(var.regional_names) && aws_acm_certificate.global.subject_alternative_names == toset(var.global_names)
    error_message = "Each certificate has its names."
  }

  assert {
    condition     = aws_acm_certificate.global.region == "us-east-1"
    error_message = "CloudFront's certificate is where CloudFront looks."
  }

  assert {
    condition     = toset(keys(aws_route53_record.validation)) == toset(["example.com", "users.example.com", "origin.example.com", "app.example.com"])
    error_message = "A name on both certificates has one record."
  }
}

run "a_wildcard_is_validated_by_the_domains_own_record" {
  command = plan

  variables {
    regional_names = ["*.example.com", "*.origin.example.com"]
  }

  assert {
    condition     = toset(keys(aws_route53_record.validation)) == toset(["example.com", "users.example.com", "origin.example.com", "app.example.com"])
    error_message = "There is no record for a wildcard besides its domain's."
  }
}

run "an_eleventh_name_is_refused" {
  command = plan

  variables {
    global_names = [for number in range(10) : "s${number}.example.com"]
  }

  expect_failures = [var.global_names]
}

run "a_zone_that_exists_is_used" {
  command = plan

  variables {
    zone_id = "Z0123456789ABC"
  }

  assert {
    condition     = length(aws_route53_zone.this) == 0 && output.zone_id == "Z0123456789ABC"
    error_message = "No second zone is made."
  }
}

run "a_name_of_another_domain_is_refused" {
  command = plan

  variables {
    regional_names = ["users.example.org"]
  }

  expect_failures = [var.regional_names]
}
