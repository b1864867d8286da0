# The one load balancer of all services. It answers nothing by itself: each service adds its host rule.

resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_150:A variable, because a development environment is torn down; a test asserts it for production
  #checkov:skip=CKV2_AWS_76:Its firewall has the known-bad-inputs rules, which check for Log4j; the check does not see through the module
  region             = var.region
  name               = var.name
  load_balancer_type = "application"
  internal           = false
  security_groups    = var.security_group_ids
  subnets            = values(var.subnet_ids)

  idle_timeout               = 70 # longer than CloudFront keeps a connection (60 s), shorter than a task does (75 s): the client of a connection closes it, never the server
  client_keep_alive          = 3600
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  xff_header_processing_mode = "append"
  enable_deletion_protection = var.deletion_protection
  enable_zonal_shift         = true

  access_logs {
    bucket  = var.log_bucket
    prefix  = "alb"
    enabled = true
  }
}

locals {
  # A listener has room for one origin; where there are more, it says nothing and passes browsers' questions on.
  answers_browsers = var.browser_origin != null
}

resource "aws_lb_listener" "https" {
  region            = var.region
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = var.tls_policy
  certificate_arn   = var.certificate_arn

  routing_http_response_server_enabled                                = false
  routing_http_response_strict_transport_security_header_value        = "max-age=63072000; includeSubDomains"
  routing_http_response_x_content_type_options_header_value           = "nosniff"
  routing_http_response_access_control_allow_origin_header_value      = var.browser_origin
  routing_http_response_access_control_allow_credentials_header_value = local.answers_browsers ? "true" : null
  routing_http_response_access_control_allow_methods_header_value     = local.answers_browsers ? "GET,HEAD,POST,PUT,PATCH,DELETE" : null
  routing_http_response_access_control_allow_headers_header_value     = local.answers_browsers ? "Authorization,Content-Type,If-Match,If-None-Match,Idempotency-Key,X-Request-Id,traceparent" : null
  routing_http_response_access_control_expose_headers_header_value    = local.answers_browsers ? "ETag,Location,Retry-After,X-Request-Id" : null
  routing_http_response_access_control_max_age_header_value           = local.answers_browsers ? "3600" : null

  default_action {
    type = "fixed-response"

    fixed_response {
      status_code  = "404"
      content_type = "application/json"
      message_body = jsonencode({ type = "about:blank", title = "Not Found", status = 404, detail = "No service has this host name." })
    }
  }
}

# A browser's question before a call across origins; the listener's headers are the whole answer.
resource "aws_lb_listener_rule" "preflight" {
  count = local.answers_browsers ? 1 : 0

  region       = var.region
  listener_arn = aws_lb_listener.https.arn
  priority     = 1

  action {
    type = "fixed-response"

    fixed_response {
      status_code  = "204"
      content_type = "text/plain"
    }
  }

  condition {
    http_request_method {
      values = ["OPTIONS"]
    }
  }

  condition {
    http_header {
      http_header_name = "Access-Control-Request-Method"
      values           = ["*"] # whatever method it asks about
    }
  }
}

# What services tell about themselves on this path is for their owners.
resource "aws_lb_listener_rule" "inside_only" {
  region       = var.region
  listener_arn = aws_lb_listener.https.arn
  priority     = 2

  action {
    type = "fixed-response"

    fixed_response {
      status_code  = "404"
      content_type = "application/json"
      message_body = jsonencode({ type = "about:blank", title = "Not Found", status = 404, detail = "There is nothing at this address." })
    }
  }

  condition {
    path_pattern {
      values = ["/metrics"]
    }
  }
}

# Port 80 says where HTTPS is, and nothing else.
resource "aws_lb_listener" "http" {
  region            = var.region
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  region       = var.region
  resource_arn = aws_lb.this.arn
  web_acl_arn  = var.web_acl_arn
}
