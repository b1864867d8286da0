mock_provider "aws" {}
mock_provider "random" {}

variables {
  context = {
    log_retention_days = 30
    log_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  name                = "slipway-test-users"
  multi_az            = true
  backup_days         = 35
  deletion_protection = true
  subnet_group        = "slipway-test-users"
  monitoring_role_arn = "arn:aws:iam::123456789012:role/monitoring"
  security_group_id   = "sg-1"
  key_arn             = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  instance_class      = "db.t4g.medium"
}

run "encrypted_and_tls_only" {
  command = plan

  assert {
    condition     = aws_db_instance.this.storage_encrypted && contains([for parameter in aws_db_parameter_group.this.parameter : "${parameter.name}=${parameter.value}"], "rds.force_ssl=1")
    error_message = "At rest and on the way."
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null && aws_db_instance.this.iam_database_authentication_enabled
    error_message = "AWS makes, keeps and rotates the master's password; nobody here knows it."
  }

  assert {
    condition     = !aws_db_instance.this.publicly_accessible
    error_message = "It has no public address."
  }
}

run "a_parameter_is_asked_for_as_aws_reports_it" {
  command = plan

  assert {
    condition     = { for parameter in aws_db_parameter_group.this.parameter : parameter.name => parameter.apply_method if parameter.apply_method != "immediate" } == { "rds.force_ssl" = "pending-reboot" }
    error_message = "What is AWS's default already waits for a restart in AWS's answers; the rest is in force at once."
  }
}

run "survives_a_zone_and_a_mistake" {
  command = plan

  assert {
    condition     = aws_db_instance.this.multi_az && aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.backup_retention_period == 35
    error_message = "A standby, backups, a last snapshot, and it refuses to go."
  }
}

run "no_backups_are_refused" {
  command = plan

  variables {
    backup_days = 0
  }

  expect_failures = [var.backup_days]
}

run "an_old_postgres_is_refused" {
  command = plan

  variables {
    engine_version = "9.6"
  }

  expect_failures = [var.engine_version]
}

run "a_change_does_not_wait_for_sunday" {
  command = plan

  assert {
    condition     = aws_db_instance.this.apply_immediately
    error_message = "What waits is in every plan, and a release is refused while the plan has more than the release."
  }
}
