mock_provider "aws" {}

variables {
  context = {
    region             = "eu-west-1"
    log_retention_days = 30
    log_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  name               = "slipway-test-users-preparation"
  image              = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/slipway-test/users:1.0.0-abc"
  user               = "10001:10001"
  architecture       = "ARM64"
  database           = "users"
  server_address     = "users.internal"
  master_secret_arn  = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1"
  role_secret_arn    = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:users-1"
  execution_role_arn = "arn:aws:iam::123456789012:role/x"
}

run "hardened_with_secrets_by_reference" {
  command = plan

  assert {
    condition     = alltrue([for secret in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].secrets : startswith(secret.valueFrom, "arn:")])
    error_message = "Both passwords are read from their secrets when the task starts."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].readonlyRootFilesystem && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].linuxParameters.capabilities.drop == ["ALL"]
    error_message = "It can change nothing but the database."
  }

  assert {
    condition     = aws_ecs_task_definition.this.task_role_arn == null
    error_message = "Its code may call nothing in AWS."
  }
}
