# Sending mail as the domain: identity, DKIM, SPF by a MAIL FROM of its own, DMARC, and a configuration set that
# tells one topic of bounces and complaints, for people, and another what becomes of each mail, for services.

resource "aws_sesv2_configuration_set" "this" {
  region                 = var.context.region
  configuration_set_name = "${var.context.prefix}mail"

  delivery_options {
    tls_policy = "REQUIRE"
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  sending_options {
    sending_enabled = true
  }

  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

resource "aws_sesv2_email_identity" "this" {
  region                 = var.context.region
  email_identity         = var.domain
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name

  dkim_signing_attributes {
    next_signing_key_length = "RSA_2048_BIT"
  }
}

resource "aws_route53_record" "dkim" {
  # SES gives three tokens, known only after the request.
  for_each = toset(["0", "1", "2"])

  zone_id = var.zone_id
  name    = "${try(aws_sesv2_email_identity.this.dkim_signing_attributes[0].tokens[tonumber(each.key)], "token${each.key}")}._domainkey.${var.domain}"
  type    = "CNAME"
  ttl     = 1800
  records = ["${try(aws_sesv2_email_identity.this.dkim_signing_attributes[0].tokens[tonumber(each.key)], "token${each.key}")}.dkim.amazonses.com"]
}

resource "aws_sesv2_email_identity_mail_from_attributes" "this" {
  region                 = var.context.region
  email_identity         = aws_sesv2_email_identity.this.email_identity
  mail_from_domain       = "${var.mail_from}.${var.domain}"
  behavior_on_mx_failure = "REJECT_MESSAGE"
}

resource "aws_route53_record" "mail_from" {
  for_each = {
    MX  = "10 feedback-smtp.${var.context.region}.amazonses.com"
    TXT = "v=spf1 include:amazonses.com -all"
  }

  zone_id = var.zone_id
  name    = "${var.mail_from}.${var.domain}"
  type    = each.key
  ttl     = 1800
  records = [each.value]
}

resource "aws_route53_record" "dmarc" {
  count = var.dmarc ? 1 : 0

  zone_id = var.zone_id
  name    = "_dmarc.${var.domain}"
  type    = "TXT"
  ttl     = 1800
  records = ["v=DMARC1; p=quarantine; adkim=s; aspf=r"]
}

resource "aws_sesv2_configuration_set_event_destination" "this" {
  region                 = var.context.region
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name
  event_destination_name = "undelivered"

  event_destination {
    enabled              = true
    matching_event_types = ["BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE"]

    sns_destination {
      topic_arn = var.events_topic_arn
    }
  }
}

resource "aws_sesv2_configuration_set_event_destination" "told" {
  count = length(var.told_topic_arns)

  region                 = var.context.region
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name
  event_destination_name = "mail-events"

  event_destination {
    enabled              = true
    matching_event_types = ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT"]

    sns_destination {
      topic_arn = var.told_topic_arns[count.index]
    }
  }
}
