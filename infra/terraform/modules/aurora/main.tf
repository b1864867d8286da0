# A Postgres cluster of one service on Aurora Serverless v2: storage in three zones always, capacity that follows
# the load, a reader that takes over where asked. The alternative to modules/postgres, with the same outputs.

# A name that no server before has left its last snapshot under.
resource "random_id" "snapshot" {
  byte_length = 4
}

resource "aws_rds_cluster_parameter_group" "this" {
  region      = var.context.region
  name_prefix = "${var.name}-"
  family      = "aurora-postgresql${split(".", var.engine_version)[0]}"
  description = "TLS only; schema changes logged, and no values; nothing waits for ever"

  dynamic "parameter" {
    for_each = {
      "rds.force_ssl"  = "1"
      "log_statement"  = "ddl"
      "log_lock_waits" = "1"
      # No values in the log: they are people's addresses and passwords' hashes. Slow statements are in Performance Insights, without values.
      "log_min_error_statement"             = "panic"
      "log_error_verbosity"                 = "terse"
      "idle_in_transaction_session_timeout" = "60000"
    }

    content {
      name  = parameter.key
      value = parameter.value

      # AWS reports a value that is its default already as one that waits for a restart: said otherwise, no plan is ever empty.
      apply_method = parameter.key == "rds.force_ssl" ? "pending-reboot" : "immediate"
    }
  }

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [description] # another one would be another group, and in force only after a restart
  }
}

resource "aws_rds_cluster" "this" {
  #checkov:skip=CKV_AWS_139:A variable, because a development environment is torn down; a test asserts it for production
  #checkov:skip=CKV2_AWS_27:Statements hold addresses and hashes of passwords; slow ones are seen in Performance Insights without their values
  #checkov:skip=CKV2_AWS_8:It keeps its own backups; a plan in AWS Backup would keep them twice
  region             = var.context.region
  cluster_identifier = var.name
  engine             = "aurora-postgresql"
  engine_mode        = "provisioned"
  engine_version     = var.engine_version

  # A copy has its users from the cluster that it follows.
  global_cluster_identifier     = var.global_cluster
  master_username               = var.global_cluster == null ? "slipway_master" : null
  manage_master_user_password   = var.global_cluster == null ? true : null
  master_user_secret_kms_key_id = var.global_cluster == null ? var.key_arn : null

  storage_encrypted = true
  kms_key_id        = var.key_arn

  db_subnet_group_name   = var.subnet_group
  vpc_security_group_ids = [var.security_group_id]
  port                   = 5432

  db_cluster_parameter_group_name     = aws_rds_cluster_parameter_group.this.name
  iam_database_authentication_enabled = true

  backup_retention_period      = var.backup_days
  preferred_backup_window      = "02:00-03:00"
  preferred_maintenance_window = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot        = true
  snapshot_identifier          = var.snapshot
  deletion_protection          = var.deletion_protection
  skip_final_snapshot          = !var.deletion_protection
  final_snapshot_identifier    = "${var.name}-final-${random_id.snapshot.hex}"

  enabled_cloudwatch_logs_exports = ["postgresql"]
  apply_immediately               = true # a change that waits is in every plan until Sunday

  serverlessv2_scaling_configuration {
    min_capacity = var.capacity.min
    max_capacity = var.capacity.max
  }

  tags = { Name = var.name }

  lifecycle {
    # Another snapshot would make another server; who leads and who follows a failover decides.
    ignore_changes = [snapshot_identifier, global_cluster_identifier, replication_source_identifier]
  }

  depends_on = [aws_cloudwatch_log_group.exported]
}

resource "aws_rds_cluster_instance" "this" {
  for_each = toset(var.multi_az ? ["writer", "reader"] : ["writer"])

  region             = var.context.region
  identifier         = "${var.name}-${each.key}"
  cluster_identifier = aws_rds_cluster.this.id
  engine             = aws_rds_cluster.this.engine
  engine_version     = aws_rds_cluster.this.engine_version
  instance_class     = "db.serverless"

  publicly_accessible             = false
  auto_minor_version_upgrade      = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.key_arn
  monitoring_interval             = 60
  monitoring_role_arn             = var.monitoring_role_arn
  ca_cert_identifier              = "rds-ca-rsa2048-g1"
  copy_tags_to_snapshot           = true
  apply_immediately               = true
  tags                            = { Name = "${var.name}-${each.key}" }
}

resource "aws_cloudwatch_log_group" "exported" {
  #checkov:skip=CKV_AWS_338:How long is a variable, because a development environment needs no year; a test asserts it for production
  for_each = toset(["postgresql"])

  region            = var.context.region
  name              = "/aws/rds/cluster/${var.name}/${each.key}"
  retention_in_days = var.context.log_retention_days
  kms_key_id        = var.context.log_key_arn
}
