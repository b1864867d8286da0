# Valkey in front of the stores: TLS, a token, encryption at rest; a replica in another zone where asked.

# Nobody but the cache and Secrets Manager keeps it: neither a plan nor the state.
ephemeral "random_password" "token" {
  length  = 64
  special = false
}

resource "aws_elasticache_subnet_group" "this" {
  region     = var.context.region
  name       = var.name
  subnet_ids = values(var.subnet_ids)
}

resource "aws_elasticache_parameter_group" "this" {
  region      = var.context.region
  name        = "${var.name}-valkey8"
  family      = "valkey8"
  description = "What is used least goes first: everything in it can be had from a store again"

  parameter {
    name  = "maxmemory-policy"
    value = "allkeys-lfu"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_elasticache_replication_group" "this" {
  #checkov:skip=CKV2_AWS_50:A second node is a variable, because it doubles the price; a test asserts it for production
  region               = var.context.region
  replication_group_id = var.name
  description          = "Cache of the suite"
  engine               = "valkey"
  engine_version       = "8.0"
  node_type            = var.node_type
  num_cache_clusters   = var.nodes
  port                 = 6379

  automatic_failover_enabled = var.nodes > 1
  multi_az_enabled           = var.nodes > 1

  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  auth_token_wo              = ephemeral.random_password.token.result
  auth_token_wo_version      = var.generation
  auth_token_update_strategy = "ROTATE"
  at_rest_encryption_enabled = true
  kms_key_id                 = var.key_arn

  subnet_group_name    = aws_elasticache_subnet_group.this.name
  parameter_group_name = aws_elasticache_parameter_group.this.name
  security_group_ids   = [var.security_group_id]

  snapshot_retention_limit = 1
  snapshot_window          = "01:00-02:00"
  maintenance_window       = "sun:04:30-sun:05:30"
  apply_immediately        = true

  # Patches come by themselves. A minor version that AWS had raised would be taken back by replacing the cache.
  auto_minor_version_upgrade = false

  log_delivery_configuration {
    destination      = aws_cloudwatch_log_group.slow.name
    destination_type = "cloudwatch-logs"
    log_format       = "json"
    log_type         = "slow-log"
  }

  tags = { Name = var.name }
}

resource "aws_cloudwatch_log_group" "slow" {
  #checkov:skip=CKV_AWS_338:How long is a variable, because a development environment needs no year; a test asserts it for production
  region            = var.context.region
  name              = "/aws/elasticache/${var.name}/slow"
  retention_in_days = var.context.log_retention_days
  kms_key_id        = var.context.log_key_arn
}

module "url" {
  source = "../secret"

  region        = var.context.region
  name          = "${var.name}/url"
  description   = "Where services find the cache, token included"
  key_arn       = var.key_arn
  value         = "rediss://:${ephemeral.random_password.token.result}@${aws_elasticache_replication_group.this.primary_endpoint_address}:6379/0"
  generation    = parseint(substr(sha256("${var.generation} ${aws_elasticache_replication_group.this.primary_endpoint_address}"), 0, 8), 16)
  recovery_days = var.secret_recovery_days
}
