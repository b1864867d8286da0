# All that is added: CloudFront, a certificate where it looks for one, and the name's new target. Nothing of the
# application changes but who may ask its load balancer.

module "cdn" {
  source = "../../modules/offloaded_origin"
  count  = var.offloaded ? 1 : 0

  prefix          = "updates-"
  hosts           = [var.host]
  certificate_arn = aws_acm_certificate_validation.edge[0].certificate_arn
  origin          = { host = aws_lb.application.dns_name }
  shield_region   = var.region
}

resource "aws_acm_certificate" "edge" {
  count  = var.offloaded ? 1 : 0
  region = "us-east-1"

  domain_name       = var.host
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # Known only after the request.
  validation = var.offloaded ? try(one(aws_acm_certificate.edge[0].domain_validation_options), null) : null
}

resource "aws_route53_record" "validation" {
  count = var.offloaded ? 1 : 0

  zone_id         = var.zone_id
  name            = try(local.validation.resource_record_name, "_validation.${var.host}")
  type            = try(local.validation.resource_record_type, "CNAME")
  records         = [try(local.validation.resource_record_value, "_validation.${var.host}")]
  ttl             = 300
  allow_overwrite = true # the application's own certificate has the same record, if it is validated so
}

resource "aws_acm_certificate_validation" "edge" {
  count  = var.offloaded ? 1 : 0
  region = "us-east-1"

  certificate_arn         = aws_acm_certificate.edge[0].arn
  validation_record_fqdns = [aws_route53_record.validation[0].fqdn]
}

locals {
  leads   = var.offloaded && var.leads
  address = local.leads ? module.cdn[0].address : { name = aws_lb.application.dns_name, zone_id = aws_lb.application.zone_id }
}

resource "aws_route53_record" "host" {
  #checkov:skip=CKV2_AWS_23:Its target is the load balancer or the distribution above, by an expression
  for_each = toset(["A", "AAAA"])

  zone_id = var.zone_id
  name    = var.host
  type    = each.key

  alias {
    name                   = local.address.name
    zone_id                = local.address.zone_id
    evaluate_target_health = false
  }
}
