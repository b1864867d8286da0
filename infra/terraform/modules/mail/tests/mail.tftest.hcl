mock_provider "aws" {}

variables {
  context = {
    prefix = "slipway-test-"
    region = "eu-west-1"
  }

  domain           = "example.com"
  zone_id          = "Z0123456789ABC"
  events_topic_arn = "arn:aws:sns:eu-west-1:123456789012:x"
}

run "signed_aligned_and_told_of_bounces" {
  command = plan

  assert {
    condition     = length(aws_route53_record.dkim) == 3 && aws_route53_record.mail_from["MX"].name == "bounce.example.com" && aws_route53_record.dmarc[0].name == "_dmarc.example.com"
    error_message = "DKIM, a MAIL FROM of its own with SPF, and DMARC."
  }

  assert {
    condition     = aws_sesv2_configuration_set.this.delivery_options[0].tls_policy == "REQUIRE"
    error_message = "Mail leaves by TLS."
  }

  assert {
    condition     = contains(aws_sesv2_configuration_set_event_destination.this.event_destination[0].matching_event_types, "COMPLAINT")
    error_message = "Somebody is told of bounces and complaints."
  }
}

run "a_topic_is_told_what_becomes_of_each_mail" {
  command = plan

  variables {
    told_topic_arns = ["arn:aws:sns:eu-west-1:123456789012:mail-events"]
  }

  assert {
    condition     = toset(aws_sesv2_configuration_set_event_destination.told[0].event_destination[0].matching_event_types) == toset(["SEND", "DELIVERY", "BOUNCE", "COMPLAINT"])
    error_message = "Services are told of what was sent, has arrived, came back and was complained about."
  }
}
