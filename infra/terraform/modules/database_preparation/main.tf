# A one-off task that makes a service's login role and database as the server's master. It runs the service's
# own image, which has a Postgres driver, and is the only task that may read the master's secret.

locals {
  container = {
    name       = "prepare"
    image      = var.image
    essential  = true
    entryPoint = ["python", "-c"]
    command    = [file("${path.module}/prepare.py")]
    user       = var.user

    environment = [
      { name = "DATABASE", value = var.database },
      { name = "SERVER", value = var.server_address },
    ]

    secrets = [
      { name = "MASTER", valueFrom = var.master_secret_arn },
      { name = "ROLE", valueFrom = var.role_secret_arn },
    ]

    readonlyRootFilesystem = true
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.this.name
        "awslogs-region"        = var.context.region
        "awslogs-stream-prefix" = "prepare"
      }
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:How long is a variable, because a development environment needs no year; a test asserts it for production
  name              = "/${var.name}"
  retention_in_days = var.context.log_retention_days
  kms_key_id        = var.context.log_key_arn
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"
  execution_role_arn       = var.execution_role_arn
  container_definitions    = jsonencode([local.container])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  tags = { Name = var.name }
}
