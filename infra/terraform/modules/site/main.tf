# The web app: static files from a private bucket at the apex and at app., and `/api/<service>/…` of the
# same origin passed to the services uncached.

locals {
  app_host = "app.${var.domain}"

  # What pages call. Whatever else is below /api/, and so comes last, is asked of a name that no service can have: the
  # load balancer's 404 answers it, where otherwise the app's page would, with 200.
  calls = concat(
    [for name, host in var.services : { path = "/api/${name}/*", host = host }],
    [{ path = "/api/*", host = "app.origin.${var.domain}" }],
  )

  # AWS's own policies, by the ids it has published for them.
  caching_optimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"
  caching_disabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  all_but_host      = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
}

resource "aws_cloudfront_origin_access_control" "this" {
  name                              = "${var.prefix}site"
  description                       = "CloudFront alone reads the bucket of the web app"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_function" "page" {
  name    = "${var.prefix}site-page"
  comment = "Addresses inside the app are all its one page"
  runtime = "cloudfront-js-2.0"
  code    = file("${path.module}/page.js")
  publish = true
}

resource "aws_cloudfront_function" "api" {
  name    = "${var.prefix}site-api"
  comment = "/api/<service>/path becomes /path"
  runtime = "cloudfront-js-2.0"
  code    = file("${path.module}/api.js")
  publish = true
}

module "uncached_errors" {
  source = "../uncached_errors"
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_86:It logs by CloudWatch log delivery, which needs no bucket with access lists
  #checkov:skip=CKV_AWS_310:The bucket is one, in one region; a second one is a decision of the environment
  #checkov:skip=CKV_AWS_374:The web app is for people everywhere
  #checkov:skip=CKV2_AWS_47:Its firewall has the known-bad-inputs rules, which check for Log4j; the check does not see through the module
  comment             = "${var.prefix}site"
  enabled             = true
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  default_root_object = "index.html"
  price_class         = var.price_class
  aliases             = [var.domain, local.app_host]
  web_acl_id          = var.web_acl_arn

  origin {
    origin_id                = "bucket"
    domain_name              = var.bucket_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id
  }

  dynamic "origin" {
    for_each = local.calls

    content {
      origin_id   = origin.value.host
      domain_name = origin.value.host

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
  }

  default_cache_behavior {
    target_origin_id           = "bucket"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "redirect-to-https"
    compress                   = true
    cache_policy_id            = local.caching_optimized
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.page.arn
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.calls

    content {
      path_pattern             = ordered_cache_behavior.value.path
      target_origin_id         = ordered_cache_behavior.value.host
      allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
      cached_methods           = ["GET", "HEAD"]
      viewer_protocol_policy   = "https-only"
      compress                 = true
      cache_policy_id          = local.caching_disabled
      origin_request_policy_id = local.all_but_host

      response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id

      function_association {
        event_type   = "viewer-request"
        function_arn = aws_cloudfront_function.api.arn
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
}

resource "aws_route53_record" "host" {
  for_each = merge([for host in concat(var.apex ? [var.domain] : [], [local.app_host]) : { for type in ["A", "AAAA"] : "${host}/${type}" => { host = host, type = type } }]...)

  zone_id = var.zone_id
  name    = each.value.host
  type    = each.value.type

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}
