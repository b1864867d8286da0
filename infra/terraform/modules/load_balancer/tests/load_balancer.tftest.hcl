mock_provider "aws" {}

variables {
  name                = "slipway-test"
  subnet_ids          = { a = "subnet-1", b = "subnet-2" }
  security_group_ids  = ["sg-1"]
  certificate_arn     = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
  browser_origin      = "https://app.example.com"
  web_acl_arn         = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/x/1"
  log_bucket          = "logs"
  deletion_protection = true
}

run "https_only" {
  command = plan

  assert {
    condition     = aws_lb_listener.https.protocol == "HTTPS" && startswith(aws_lb_listener.https.ssl_policy, "ELBSecurityPolicy-TLS13")
    error_message = "It serves by TLS 1.3 and 1.2."
  }

  assert {
    condition     = aws_lb_listener.http.default_action[0].type == "redirect" && aws_lb_listener.http.default_action[0].redirect[0].protocol == "HTTPS"
    error_message = "Port 80 says where HTTPS is."
  }
}

run "unknown_hosts_and_inner_paths_get_404" {
  command = plan

  assert {
    condition     = aws_lb_listener.https.default_action[0].fixed_response[0].status_code == "404" && aws_lb_listener_rule.inside_only.action[0].fixed_response[0].status_code == "404"
    error_message = "What no service has asked for is not there."
  }
}

run "it_is_careful" {
  command = plan

  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.enable_deletion_protection && aws_lb.this.access_logs[0].enabled
    error_message = "Malformed headers are dropped, requests logged, deletion refused."
  }
}

run "one_origin_is_answered_here" {
  command = plan

  assert {
    condition     = aws_lb_listener.https.routing_http_response_access_control_allow_origin_header_value == "https://app.example.com" && length(aws_lb_listener_rule.preflight) == 1
    error_message = "The load balancer answers the app's pages itself."
  }
}

run "of_several_origins_the_services_decide" {
  command = plan

  variables {
    browser_origin = null
  }

  assert {
    condition     = length(aws_lb_listener_rule.preflight) == 0
    error_message = "A browser's question reaches the service."
  }
}

run "old_tls_is_refused" {
  command = plan

  variables {
    tls_policy = "ELBSecurityPolicy-2016-08"
  }

  expect_failures = [var.tls_policy]
}
