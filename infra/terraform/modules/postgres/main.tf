# A Postgres server of one service on RDS: encrypted, TLS only, its master's password made and rotated by AWS
# and known to nobody here.

# A name that no server before has left its last snapshot under.
resource "random_id" "snapshot" {
  byte_length = 4
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${var.name}-"
  family      = "postgres${split(".", var.engine_version)[0]}"
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

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_157:A variable, because a second zone doubles the price; a test asserts it for production
  #checkov:skip=CKV_AWS_293:A variable, because a development environment is torn down; a test asserts it for production
  identifier     = var.name
  engine         = "postgres"
  engine_version = var.engine_version
  instance_class = var.instance_class

  username                      = "slipway_master"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.key_arn

  storage_type          = "gp3"
  allocated_storage     = var.storage_gib
  max_allocated_storage = var.storage_gib * 5
  storage_encrypted     = true
  kms_key_id            = var.key_arn

  db_subnet_group_name   = var.subnet_group
  vpc_security_group_ids = [var.security_group_id]
  publicly_accessible    = false
  multi_az               = var.multi_az
  port                   = 5432

  parameter_group_name                = aws_db_parameter_group.this.name
  iam_database_authentication_enabled = true
  ca_cert_identifier                  = "rds-ca-rsa2048-g1"

  backup_retention_period   = var.backup_days
  backup_window             = "02:00-03:00"
  maintenance_window        = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = !var.deletion_protection
  snapshot_identifier       = var.snapshot
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.deletion_protection
  final_snapshot_identifier = "${var.name}-final-${random_id.snapshot.hex}"

  auto_minor_version_upgrade            = true
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.key_arn
  performance_insights_retention_period = 7
  monitoring_interval                   = 60
  monitoring_role_arn                   = var.monitoring_role_arn
  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade"]
  apply_immediately                     = true # a change that waits is in every plan until Sunday, and no release gets by

  tags = { Name = var.name }

  lifecycle {
    ignore_changes = [snapshot_identifier] # another one would make another server
  }

  depends_on = [aws_cloudwatch_log_group.exported]
}

# Made here so that they have a retention and a key; RDS would make them with neither.
resource "aws_cloudwatch_log_group" "exported" {
  #checkov:skip=CKV_AWS_338:How long is a variable, because a development environment needs no year; a test asserts it for production
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = var.context.log_retention_days
  kms_key_id        = var.context.log_key_arn
}
