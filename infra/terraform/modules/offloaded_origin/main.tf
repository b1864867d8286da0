# The application decides what is kept, by the headers that it sends already: without any an answer is asked for anew.

locals {
  has_hosts        = length(var.hosts) > 0
  caching_disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" # AWS's CachingDisabled

  # The application is to see the host name that people use, and its certificate is for that name. Without host names of
  # its own the distribution asks by the application's.
  forwarded = local.has_hosts ? "216adef6-5c7f-47e4-b989-5492eafa07d3" : "b689b0a8-53d0-40ab-baf2-68738e2966ac" # AWS's AllViewer, AllViewerExceptHostHeader
}

resource "aws_cloudfront_cache_policy" "as_told" {
  name        = "${var.prefix}as-the-application-says"
  comment     = "As long as the answer says, and not longer than ${var.longest_seconds} s"
  min_ttl     = 0
  default_ttl = 0
  max_ttl     = var.longest_seconds

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }

    # What is answered for one caller is not kept for another, and each host and each origin of pages has its own answers.
    headers_config {
      header_behavior = "whitelist"

      headers {
        items = concat(["Authorization", "Origin"], local.has_hosts ? ["Host"] : [])
      }
    }

    query_strings_config {
      query_string_behavior = "all"
    }
  }
}

module "uncached_errors" {
  source = "../uncached_errors"
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_86:Logs go by CloudWatch log delivery where a destination is given, which needs no bucket with access lists
  #checkov:skip=CKV_AWS_305:It passes everything on; there is no root object
  #checkov:skip=CKV_AWS_310:There is one application; what is before its machines stands in several zones
  #checkov:skip=CKV_AWS_374:The application is for people everywhere, as it was
  #checkov:skip=CKV_AWS_68:A firewall is given by who has one; the application stood without
  #checkov:skip=CKV2_AWS_32:The application sends its own headers, and is not to change
  #checkov:skip=CKV2_AWS_47:A firewall is given by who has one; the application stood without
  comment         = "${var.prefix}offloaded"
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = var.price_class
  aliases         = var.hosts
  web_acl_id      = var.web_acl_arn

  origin {
    origin_id   = "application"
    domain_name = var.origin.host

    custom_origin_config {
      http_port                = var.origin.http_port
      https_port               = var.origin.https_port
      origin_protocol_policy   = var.origin.protocol
      origin_ssl_protocols     = ["TLSv1.2"]
      origin_keepalive_timeout = 5 # shorter than any server's own: the client of a connection closes it, never the server
      origin_read_timeout      = var.origin.read_timeout
    }

    # All edges ask this one place, which asks the application once.
    dynamic "origin_shield" {
      for_each = var.shield_region[*]

      content {
        enabled              = true
        origin_shield_region = origin_shield.value
      }
    }
  }

  default_cache_behavior {
    target_origin_id         = "application"
    allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods           = ["GET", "HEAD"]
    viewer_protocol_policy   = "redirect-to-https"
    compress                 = true
    cache_policy_id          = aws_cloudfront_cache_policy.as_told.id
    origin_request_policy_id = local.forwarded
  }

  dynamic "ordered_cache_behavior" {
    for_each = var.never_cached

    content {
      path_pattern             = ordered_cache_behavior.value
      target_origin_id         = "application"
      allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
      cached_methods           = ["GET", "HEAD"]
      viewer_protocol_policy   = "redirect-to-https"
      compress                 = true
      cache_policy_id          = local.caching_disabled
      origin_request_policy_id = local.forwarded
    }
  }

  dynamic "custom_error_response" {
    for_each = module.uncached_errors.codes

    content {
      error_code            = custom_error_response.value
      error_caching_min_ttl = 0
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = local.has_hosts ? null : true
    acm_certificate_arn            = var.certificate_arn
    ssl_support_method             = local.has_hosts ? "sni-only" : null
    minimum_protocol_version       = local.has_hosts ? "TLSv1.2_2021" : null
  }
}
