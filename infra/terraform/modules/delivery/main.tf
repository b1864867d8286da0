# cdn.: the prefixes of one bucket that its manifest delivers: releases to everybody, private ones to
# holders of a signed URL or cookie. Whatever no manifest delivers is not there.

locals {
  host   = "cdn.${var.domain}"
  signed = length(var.public_keys) > 0

  # Without a key nobody could be let in, and CloudFront takes no empty group: signed prefixes wait for the first.
  prefixes = { for prefix, delivery in var.delivers : prefix => delivery if delivery.access == "public" || local.signed }

  # What browsers are told where a file does not say it itself. What is kept for a year never changes under its name.
  told = { for prefix, delivery in local.prefixes : trimsuffix(prefix, "/") => join(", ", compact([
    delivery.access == "public" ? "public" : "private",
    "max-age=${delivery.seconds}",
    delivery.access == "public" && delivery.seconds >= 31536000 ? "immutable" : "",
  ])) }
}

resource "aws_cloudfront_public_key" "this" {
  for_each = var.public_keys

  name_prefix = "${var.prefix}${each.key}-"
  comment     = "Signs private deliveries"
  encoded_key = "${trimspace(each.value)}\n" # AWS gives it back like this; otherwise it would be another key in the next plan

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudfront_key_group" "this" {
  count = local.signed ? 1 : 0

  name    = "${var.prefix}delivery"
  comment = "Any of these keys may sign"
  items   = [for key in aws_cloudfront_public_key.this : key.id]

  lifecycle {
    create_before_destroy = true # so that it goes after the distribution has let it go: before, CloudFront refuses
  }
}

resource "aws_cloudfront_origin_access_control" "this" {
  name                              = "${var.prefix}delivery"
  description                       = "CloudFront alone reads what is delivered"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_cache_policy" "this" {
  for_each = local.prefixes

  name        = "${var.prefix}delivery-${trimsuffix(each.key, "/")}"
  comment     = "Keeps ${each.key} for ${each.value.seconds} s"
  min_ttl     = 0
  default_ttl = each.value.seconds
  max_ttl     = each.value.seconds

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = false
    enable_accept_encoding_gzip   = false

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "none"
    }
  }

  lifecycle {
    create_before_destroy = true # as above
  }
}

resource "aws_cloudfront_function" "nothing" {
  name    = "${var.prefix}delivery-nothing"
  comment = "404 for what no manifest delivers"
  runtime = "cloudfront-js-2.0"
  code    = file("${path.module}/nothing.js")
  publish = true
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_86:It logs by CloudWatch log delivery, which needs no bucket with access lists
  #checkov:skip=CKV_AWS_305:There is no page at the root; the default answer is 404
  #checkov:skip=CKV_AWS_310:The bucket is one, in one region; a second one is a decision of the environment
  #checkov:skip=CKV_AWS_374:Files are for people everywhere
  #checkov:skip=CKV2_AWS_47:Its firewall has the known-bad-inputs rules, which check for Log4j; the check does not see through the module
  comment         = "${var.prefix}delivery"
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = var.price_class
  aliases         = [local.host]
  web_acl_id      = var.web_acl_arn

  origin {
    origin_id                = "bucket"
    domain_name              = var.bucket_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id
  }

  default_cache_behavior {
    target_origin_id           = "bucket"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "https-only"
    cache_policy_id            = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" # AWS's CachingDisabled
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this["nothing"].id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.nothing.arn
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.prefixes

    content {
      path_pattern               = "/${ordered_cache_behavior.key}*"
      target_origin_id           = "bucket"
      allowed_methods            = ["GET", "HEAD", "OPTIONS"]
      cached_methods             = ["GET", "HEAD"]
      viewer_protocol_policy     = "https-only"
      compress                   = false # what is delivered is compressed as a file, and Range must count its bytes
      cache_policy_id            = aws_cloudfront_cache_policy.this[ordered_cache_behavior.key].id
      origin_request_policy_id   = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf" # AWS's CORS-S3Origin: S3 answers what browsers ask before a read with If-Range
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this[trimsuffix(ordered_cache_behavior.key, "/")].id
      trusted_key_groups         = ordered_cache_behavior.value.access == "signed" ? [aws_cloudfront_key_group.this[0].id] : null
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}

resource "aws_cloudfront_response_headers_policy" "this" {
  #checkov:skip=CKV_AWS_259:To be on browsers' preload list is a promise for every subdomain for ever, which the domain's owner makes, not a module
  for_each = merge({ nothing = null }, local.told)

  name    = "${var.prefix}delivery-${each.key}"
  comment = "What browsers are told about delivered files"

  dynamic "custom_headers_config" {
    for_each = each.value == null ? [] : [each.value]

    content {
      items {
        header   = "Cache-Control"
        value    = custom_headers_config.value
        override = false
      }
    }
  }

  cors_config {
    access_control_allow_credentials = true
    access_control_max_age_sec       = 3600
    origin_override                  = true

    access_control_allow_origins {
      items = var.browser_origins
    }

    access_control_allow_methods {
      items = ["GET", "HEAD"]
    }

    access_control_allow_headers {
      items = ["Range", "If-Range", "If-None-Match"]
    }

    access_control_expose_headers {
      items = ["Accept-Ranges", "Content-Range", "ETag"]
    }
  }

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 63072000
      include_subdomains         = true
      override                   = true
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = true
    }

    # Users' files run no scripts, whatever they claim to be.
    content_security_policy {
      content_security_policy = "default-src 'none'; sandbox"
      override                = true
    }
  }

  lifecycle {
    create_before_destroy = true # as above
  }
}

resource "aws_route53_record" "host" {
  for_each = toset(["A", "AAAA"])

  zone_id = var.zone_id
  name    = local.host
  type    = each.key

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}
