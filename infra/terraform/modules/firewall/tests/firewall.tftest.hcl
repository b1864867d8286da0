mock_provider "aws" {}

variables {
  prefix               = "slipway-test-"
  vpc_id               = "vpc-1"
  open_to              = "internet"
  internet             = true
  gateway_prefix_lists = { s3 = "pl-1", dynamodb = "pl-2" }
  services = {
    users = { port = 8080, postgres = true }
    todos = { port = 8080, redis = true }
  }
}

run "only_the_edge_hears_the_world" {
  command = plan

  assert {
    condition     = alltrue([for rule in concat(values(aws_vpc_security_group_ingress_rule.web_from_edge), values(aws_vpc_security_group_ingress_rule.to_store), values(aws_vpc_security_group_ingress_rule.endpoints_from_tasks)) : rule.cidr_ipv4 == null])
    error_message = "Behind the edge, rules name groups."
  }

  assert {
    condition     = toset(keys(aws_vpc_security_group_ingress_rule.edge)) == toset(["http", "https"])
    error_message = "The edge takes HTTPS, and HTTP to redirect it."
  }
}

run "stores_hear_their_own_service" {
  command = plan

  assert {
    condition     = toset(keys(aws_vpc_security_group_ingress_rule.to_store)) == toset(["todos/cache", "users/database", "users/preparation", "users/proxy"])
    error_message = "A service reaches its own stores, its database by the proxy."
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.tasks_to_tasks) == 0
    error_message = "Services do not call one another unless they have inner names."
  }
}

run "behind_cloudfront_nobody_else_is_let_in" {
  command = plan

  variables {
    open_to                   = "cloudfront"
    cloudfront_prefix_list_id = "pl-3"
  }

  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.edge) == ["https"] && aws_vpc_security_group_ingress_rule.edge["https"].cidr_ipv4 == null && aws_vpc_security_group_ingress_rule.edge["https"].prefix_list_id == "pl-3"
    error_message = "Only CloudFront's addresses, only HTTPS."
  }
}

run "without_a_way_out_tasks_reach_endpoints_only" {
  command = plan

  variables {
    internet = false
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.tasks_to_internet) == 0 && length(aws_vpc_security_group_egress_rule.tasks_to_gateway_endpoints) == 6
    error_message = "No rule to the internet; every task reaches both gateway endpoints."
  }
}

run "route_53_looks_at_a_load_balancer_that_nobody_else_reaches" {
  command = plan

  variables {
    region                    = "eu-west-1"
    open_to                   = "cloudfront"
    cloudfront_prefix_list_id = "pl-3"
    health_checks             = true
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.edge_health_checks) == 1 && aws_vpc_security_group_ingress_rule.edge_health_checks[0].from_port == 80 && aws_vpc_security_group_ingress_rule.edge_health_checks[0].cidr_ipv4 == null
    error_message = "Route 53's addresses come to port 80, by a group of their own."
  }
}

run "where_everybody_comes_route_53_needs_no_group" {
  command = plan

  variables {
    health_checks = true
  }

  assert {
    condition     = length(aws_security_group.health_checks) == 0
    error_message = "Port 80 is open already."
  }
}
