mock_provider "aws" {}

variables {
  context = {
    account_id  = "123456789012"
    log_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  name  = "slipway-test"
  cidr  = "10.20.0.0/16"
  zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  nat   = "per_az"
}

run "three_tiers_in_every_zone" {
  command = plan

  assert {
    condition     = toset(keys(aws_subnet.public)) == toset(var.zones) && toset(keys(aws_subnet.private)) == toset(var.zones) && toset(keys(aws_subnet.isolated)) == toset(var.zones)
    error_message = "Every zone has every tier."
  }

  assert {
    condition     = length(distinct([for subnet in concat(values(aws_subnet.public), values(aws_subnet.private), values(aws_subnet.isolated)) : subnet.cidr_block])) == 9
    error_message = "No two subnets share addresses."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 3 && length(aws_route.nat) == 3
    error_message = "Every zone has its own way out."
  }

  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL"
    error_message = "Accepted and refused traffic is logged."
  }
}

run "the_stores_have_no_way_out" {
  command = plan

  assert {
    condition     = alltrue([for name, rule in aws_network_acl_rule.this : contains([var.cidr, "10.20.208.0/20"], rule.cidr_block) if startswith(name, "isolated/")])
    error_message = "The isolated tier speaks with this network only."
  }

  assert {
    condition     = alltrue([for name, rule in aws_network_acl_rule.this : rule.cidr_block == "10.20.208.0/20" if startswith(name, "isolated/ingress/answers")])
    error_message = "Only stores answer stores."
  }

  assert {
    condition     = alltrue([for rule in values(aws_network_acl_rule.this) : rule.from_port > 3389 || rule.to_port < 3389])
    error_message = "Nobody is let in on 3389."
  }
}

run "a_zone_keeps_its_addresses_whatever_its_neighbours" {
  command = plan

  variables {
    zones = ["eu-west-1c", "eu-west-1a"]
  }

  assert {
    condition     = aws_subnet.private["eu-west-1a"].cidr_block == "10.20.0.0/20" && aws_subnet.private["eu-west-1c"].cidr_block == "10.20.32.0/20"
    error_message = "A zone's addresses follow from its letter."
  }
}

run "one_gateway_serves_all" {
  command = plan

  variables {
    nat = "single"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.nat) == 3
    error_message = "One gateway, and every private subnet finds it."
  }
}

run "zones_in_another_order_leave_the_one_gateway_where_it_is" {
  command = plan

  variables {
    nat   = "single"
    zones = ["eu-west-1c", "eu-west-1b", "eu-west-1a"]
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-west-1a"]
    error_message = "The first zone by letter has it, whichever is written first."
  }
}

run "a_zone_that_is_named_has_the_one_gateway" {
  command = plan

  variables {
    nat      = "single"
    nat_zone = "eu-west-1b"
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-west-1b"]
    error_message = "nat_zone says where it is."
  }
}

run "none_means_none" {
  command = plan

  variables {
    nat = "none"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_eip.nat) == 0 && length(aws_route.nat) == 0
    error_message = "Without NAT there is no gateway, no address and no route."
  }
}

run "a_public_block_is_refused" {
  command = plan

  variables {
    cidr = "8.8.0.0/16"
  }

  expect_failures = [var.cidr]
}

run "one_zone_is_refused" {
  command = plan

  variables {
    zones = ["eu-west-1a"]
  }

  expect_failures = [var.zones]
}
