mock_provider "aws" {}

variables {
  context = {
    region             = "eu-west-1"
    account_id         = "123456789012"
    log_retention_days = 30
    log_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  name              = "slipway-test-users"
  server            = { kind = "instance", identifier = "slipway-test-users" }
  database          = "users"
  role              = "users"
  subnet_ids        = { a = "subnet-1", b = "subnet-2" }
  security_group_id = "sg-1"
  key_arn           = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "tls_and_a_login_from_a_secret" {
  command = plan

  assert {
    condition     = aws_db_proxy.this.require_tls && one(aws_db_proxy.this.auth).auth_scheme == "SECRETS" && one(aws_db_proxy.this.auth).client_password_auth_type == "POSTGRES_SCRAM_SHA_256"
    error_message = "Clients come by TLS and prove a password without sending it."
  }

  assert {
    condition     = aws_db_proxy_target.this.db_instance_identifier == var.server.identifier && aws_db_proxy_target.this.db_cluster_identifier == null
    error_message = "It stands before the server given."
  }
}

run "before_a_cluster_too" {
  command = plan

  variables {
    server = { kind = "cluster", identifier = "slipway-test-users" }
  }

  assert {
    condition     = aws_db_proxy_target.this.db_cluster_identifier == var.server.identifier
    error_message = "It stands before the cluster given."
  }
}

run "something_else_is_refused" {
  command = plan

  variables {
    server = { kind = "mainframe", identifier = "x" }
  }

  expect_failures = [var.server]
}

run "a_login_that_was_copied_is_not_made_again" {
  command = plan

  variables {
    server = { kind = "cluster", identifier = "slipway-test-users" }
    login  = { secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slipway-test-users/login-AbCdEf" }
  }

  assert {
    condition     = length(aws_secretsmanager_secret.login) == 0 && one(aws_db_proxy.this.auth).secret_arn == var.login.secret_arn
    error_message = "The proxy reads the copy."
  }
}
