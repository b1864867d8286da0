mock_provider "aws" {}

variables {
  context = {
    log_retention_days = 30
    log_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  name              = "slipway-test-cache"
  node_type         = "cache.t4g.micro"
  nodes             = 2
  subnet_ids        = { a = "subnet-1", b = "subnet-2" }
  security_group_id = "sg-1"
  key_arn           = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "tls_and_encryption_at_rest" {
  command = plan

  assert {
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && aws_elasticache_replication_group.this.transit_encryption_mode == "required" && tobool(aws_elasticache_replication_group.this.at_rest_encryption_enabled)
    error_message = "Nothing is said or kept in the open."
  }
}

run "a_newer_minor_version_is_chosen_here" {
  command = plan

  assert {
    condition     = !tobool(aws_elasticache_replication_group.this.auto_minor_version_upgrade)
    error_message = "What AWS raised by itself, the next apply would lower again by replacing the cache."
  }
}

run "two_nodes_survive_one" {
  command = plan

  assert {
    condition     = aws_elasticache_replication_group.this.multi_az_enabled && aws_elasticache_replication_group.this.automatic_failover_enabled
    error_message = "The second node is in another zone and takes over."
  }

  assert {
    condition     = output.node_names == ["slipway-test-cache-001", "slipway-test-cache-002"]
    error_message = "Nodes are named as metrics name them."
  }
}

run "one_node_alone_cannot" {
  command = plan

  variables {
    nodes = 1
  }

  assert {
    condition     = !aws_elasticache_replication_group.this.multi_az_enabled && !aws_elasticache_replication_group.this.automatic_failover_enabled
    error_message = "AWS refuses failover without a second node."
  }
}

run "no_node_is_refused" {
  command = plan

  variables {
    nodes = 0
  }

  expect_failures = [var.nodes]
}
