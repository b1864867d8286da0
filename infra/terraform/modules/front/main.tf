# Where the load balancer takes requests from CloudFront only: one distribution for every service's host,
# nothing cached but below the paths that a manifest says so of, and there only what an answer itself allows.

resource "aws_cloudfront_cache_policy" "public" {
  for_each = var.cached

  name        = "${var.prefix}front-${trim(replace(each.key, "/[^A-Za-z0-9]+/", "-"), "-")}"
  comment     = "As long as the answer says, and not longer than ${each.value} s"
  min_ttl     = 0
  default_ttl = 0
  max_ttl     = each.value

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }

    # One distribution has all hosts, and a path that one of them lets be kept another may answer for somebody alone.
    # An answer says which origin's pages may read it.
    headers_config {
      header_behavior = "whitelist"

      headers {
        items = ["Authorization", "Host", "Origin"]
      }
    }

    query_strings_config {
      query_string_behavior = "all"
    }
  }

  lifecycle {
    create_before_destroy = true # so that it goes after the distribution has let it go: before, CloudFront refuses
  }
}

# Which host is elsewhere than at the load balancer is decided for each request, by a function: so a host moves without
# another distribution, which CloudFront would refuse while this one has its name.
resource "aws_cloudfront_function" "elsewhere" {
  count = length(var.elsewhere) == 0 ? 0 : 1

  name    = "${var.prefix}front-elsewhere"
  comment = "Hosts that the load balancer does not have"
  runtime = "cloudfront-js-2.0"
  code    = templatefile("${path.module}/elsewhere.js", { places = jsonencode(var.elsewhere) })
  publish = true

  lifecycle {
    create_before_destroy = true # as above
  }
}

# A behaviour takes one function for its requests: where callers are grouped, it finds hosts elsewhere too.
resource "aws_cloudfront_function" "groups" {
  for_each = var.groups

  name    = "${var.prefix}front-groups-${trim(replace(each.key, "/[^A-Za-z0-9]+/", "-"), "-")}"
  comment = "One copy for each group of callers below ${each.key}"
  runtime = "cloudfront-js-2.0"
  code = join("\n", [
    "import cf from 'cloudfront';",
    "const PLACES = ${jsonencode(var.elsewhere)};",
    "const RULES = ${jsonencode(each.value)};",
    file("${path.module}/groups.js"),
  ])
  publish = true

  lifecycle {
    create_before_destroy = true # as above
  }
}

module "uncached_errors" {
  source = "../uncached_errors"
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_86:It logs by CloudWatch log delivery, which needs no bucket with access lists
  #checkov:skip=CKV_AWS_305:It passes everything on; there is no root object
  #checkov:skip=CKV_AWS_310:The load balancer stands in several zones already
  #checkov:skip=CKV_AWS_374:The services are for people everywhere
  #checkov:skip=CKV2_AWS_32:The services send their own security headers
  #checkov:skip=CKV2_AWS_47:Its firewall has the known-bad-inputs rules, which check for Log4j; the check does not see through the module
  comment         = "${var.prefix}front"
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = var.price_class
  aliases         = var.hosts
  web_acl_id      = var.web_acl_arn

  origin {
    origin_id   = "load-balancer"
    domain_name = var.origin_host

    custom_header {
      name  = var.origin_header.name
      value = var.origin_header.value
    }

    custom_origin_config {
      http_port                = 80
      https_port               = 443
      origin_protocol_policy   = "https-only"
      origin_ssl_protocols     = ["TLSv1.2"]
      origin_keepalive_timeout = 60
      origin_read_timeout      = var.read_timeout
    }
  }

  default_cache_behavior {
    target_origin_id         = "load-balancer"
    allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods           = ["GET", "HEAD"]
    viewer_protocol_policy   = "redirect-to-https"
    compress                 = true
    cache_policy_id          = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" # AWS's CachingDisabled
    origin_request_policy_id = "216adef6-5c7f-47e4-b989-5492eafa07d3" # AWS's AllViewer, the host name included

    dynamic "function_association" {
      for_each = aws_cloudfront_function.elsewhere

      content {
        event_type   = "viewer-request"
        function_arn = function_association.value.arn
      }
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = aws_cloudfront_cache_policy.public

    content {
      path_pattern           = "${ordered_cache_behavior.key}*"
      target_origin_id       = "load-balancer"
      allowed_methods        = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
      cached_methods         = ["GET", "HEAD"]
      viewer_protocol_policy = "redirect-to-https"
      compress               = true
      cache_policy_id        = ordered_cache_behavior.value.id

      # What the key leaves out, so that a write and a preflight have all that they are sent with.
      origin_request_policy_id = "216adef6-5c7f-47e4-b989-5492eafa07d3" # AWS's AllViewer

      dynamic "function_association" {
        for_each = concat(
          [for path, function in aws_cloudfront_function.groups : function.arn if path == ordered_cache_behavior.key],
          [for function in aws_cloudfront_function.elsewhere : function.arn if !contains(keys(var.groups), ordered_cache_behavior.key)],
        )

        content {
          event_type   = "viewer-request"
          function_arn = function_association.value
        }
      }
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
    acm_certificate_arn      = var.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }

  lifecycle {
    create_before_destroy = true # so that it goes after names lead elsewhere: CloudFront takes minutes for it
  }
}
