# The zone, and certificates for every name in it: one beside the load balancer, one where CloudFront looks.

resource "aws_route53_zone" "this" {
  #checkov:skip=CKV2_AWS_38:DNSSEC needs a record at the registrar that only a person can place; a wrong one takes the domain away
  count = var.zone_id == null ? 1 : 0

  name          = var.domain
  comment       = "Zone of ${var.domain}"
  force_destroy = false
}

locals {
  zone_id = var.zone_id == null ? aws_route53_zone.this[0].zone_id : var.zone_id
}

resource "aws_acm_certificate" "regional" {
  #checkov:skip=CKV2_AWS_71:A wildcard stands for the names by which CloudFront asks for a service; people's names are listed while they fit
  domain_name               = var.domain
  subject_alternative_names = sort(var.regional_names)
  validation_method         = "DNS"
  tags                      = { Name = "${var.domain}-regional" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate" "further" {
  #checkov:skip=CKV2_AWS_71:It has the names of the first region's
  for_each = var.further_regions

  region                    = each.key
  domain_name               = var.domain
  subject_alternative_names = sort(var.regional_names)
  validation_method         = "DNS"
  tags                      = { Name = "${var.domain}-${each.key}" }

  lifecycle {
    create_before_destroy = true
  }
}

# CloudFront takes certificates from this region only.
resource "aws_acm_certificate" "global" {
  #checkov:skip=CKV2_AWS_71:People's names are listed while they fit on a certificate; beyond that a wildcard stands for them
  region = "us-east-1"

  domain_name               = var.domain
  subject_alternative_names = sort(var.global_names)
  validation_method         = "DNS"
  tags                      = { Name = "${var.domain}-global" }

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # A name's validation record is the same in every region and for a wildcard, so each stands once.
  validated = toset([for name in concat([var.domain], var.regional_names, var.global_names) : trimprefix(name, "*.")])

  # Known only after the request; every certificate authority but AWS's (an emulator) may leave it empty.
  options = {
    for option in setunion(
      aws_acm_certificate.regional.domain_validation_options, aws_acm_certificate.global.domain_validation_options
    ) : trimprefix(option.domain_name, "*.") => option...
  }
}

resource "aws_route53_record" "validation" {
  for_each = local.validated

  zone_id         = local.zone_id
  name            = try(local.options[each.key][0].resource_record_name, "_validation.${each.key}")
  type            = try(local.options[each.key][0].resource_record_type, "CNAME")
  records         = [try(local.options[each.key][0].resource_record_value, "_validation.${var.domain}")]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "regional" {
  certificate_arn         = aws_acm_certificate.regional.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]

  timeouts {
    create = "45m"
  }
}

resource "aws_acm_certificate_validation" "further" {
  for_each = var.further_regions

  region                  = each.key
  certificate_arn         = aws_acm_certificate.further[each.key].arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]

  timeouts {
    create = "45m"
  }
}

resource "aws_acm_certificate_validation" "global" {
  region = "us-east-1"

  certificate_arn         = aws_acm_certificate.global.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]

  timeouts {
    create = "45m"
  }
}

# Only Amazon's authority may issue for the domain.
resource "aws_route53_record" "authority" {
  count = var.zone_id == null ? 1 : 0

  zone_id = local.zone_id
  name    = var.domain
  type    = "CAA"
  ttl     = 3600
  records = ["0 issue \"amazon.com\"", "0 issuewild \"amazon.com\""]
}
