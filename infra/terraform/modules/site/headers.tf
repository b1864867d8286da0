resource "aws_cloudfront_response_headers_policy" "this" {
  #checkov:skip=CKV_AWS_259:To be on browsers' preload list is a promise for every subdomain for ever, which the domain's owner makes, not a module
  name    = "${var.prefix}site"
  comment = "What browsers are told about the web app"

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 63072000
      include_subdomains         = true
      preload                    = false
      override                   = true
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = true
    }

    referrer_policy {
      referrer_policy = "strict-origin-when-cross-origin"
      override        = true
    }

    content_security_policy {
      content_security_policy = var.content_security_policy
      override                = false
    }
  }

  remove_headers_config {
    items {
      header = "Server"
    }
  }
}
