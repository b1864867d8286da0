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
  capacity            = { min = 0.5, max = 8 }
}

run "encrypted_and_tls_only" {
  command = plan

  assert {
    condition     = aws_rds_cluster.this.storage_encrypted && contains([for parameter in aws_rds_cluster_parameter_group.this.parameter : "${parameter.name}=${parameter.value}"], "rds.force_ssl=1")
    error_message = "At rest and on the way."
  }

  assert {
    condition     = aws_rds_cluster.this.manage_master_user_password && aws_rds_cluster.this.iam_database_authentication_enabled
    error_message = "AWS makes, keeps and rotates the master's password."
  }

  assert {
    condition     = alltrue([for instance in values(aws_rds_cluster_instance.this) : !instance.publicly_accessible])
    error_message = "It has no public address."
  }
}

run "a_parameter_is_asked_for_as_aws_reports_it" {
  command = plan

  assert {
    condition     = { for parameter in aws_rds_cluster_parameter_group.this.parameter : parameter.name => parameter.apply_method if parameter.apply_method != "immediate" } == { "rds.force_ssl" = "pending-reboot" }
    error_message = "What is AWS's default already waits for a restart in AWS's answers; the rest is in force at once."
  }
}

run "a_reader_takes_over" {
  command = plan

  assert {
    condition     = toset(keys(aws_rds_cluster_instance.this)) == toset(["writer", "reader"]) && aws_rds_cluster.this.deletion_protection
    error_message = "A reader in another zone, and the cluster refuses to go."
  }
}

run "a_capacity_upside_down_is_refused" {
  command = plan

  variables {
    capacity = { min = 8, max = 1 }
  }

  expect_failures = [var.capacity]
}

run "a_change_does_not_wait_for_sunday" {
  command = plan

  assert {
    condition     = aws_rds_cluster.this.apply_immediately
    error_message = "What waits is in every plan, and a release is refused while the plan has more than the release."
  }
}

run "a_copy_has_its_users_from_the_cluster_that_it_follows" {
  command = plan

  variables {
    context        = { region = "eu-central-1", log_retention_days = 30, log_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
    global_cluster = "slipway-test-users"
    multi_az       = false
  }

  assert {
    condition     = aws_rds_cluster.this.global_cluster_identifier == "slipway-test-users" && aws_rds_cluster.this.manage_master_user_password == null
    error_message = "AWS refuses a master for a cluster that follows."
  }

  assert {
    condition     = aws_rds_cluster.this.region == "eu-central-1" && alltrue([for instance in values(aws_rds_cluster_instance.this) : instance.region == "eu-central-1"])
    error_message = "All of it is elsewhere."
  }
}
