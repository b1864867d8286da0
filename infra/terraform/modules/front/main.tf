# Where the load balancer takes requests from CloudFront only: one distribution for every service's host,
# nothing cached that the service does not say may be.

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
      origin_read_timeout      = 60
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
  }

  # CloudFront keeps an error for ten seconds otherwise, by its address and for everybody, whatever the behaviour caches.
  dynamic "custom_error_response" {
    for_each = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]

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
  for_each = merge([for host in var.hosts : { for type in ["A", "AAAA"] : "${host}/${type}" => { host = host, type = type } }]...)

  zone_id = var.zone_id
  name    = each.value.host
  type    = each.value.type

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}
