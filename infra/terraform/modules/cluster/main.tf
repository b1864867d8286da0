# The one cluster of all services, on Fargate and Fargate Spot, and on machines where there are any.

resource "aws_ecs_cluster" "this" {
  region = var.context.region
  name   = var.name

  setting {
    name  = "containerInsights"
    value = "enhanced"
  }

  configuration {
    execute_command_configuration {
      kms_key_id = var.key_arn
      logging    = "OVERRIDE"

      log_configuration {
        cloud_watch_log_group_name     = aws_cloudwatch_log_group.exec.name
        cloud_watch_encryption_enabled = true
      }
    }
  }

  dynamic "service_connect_defaults" {
    for_each = aws_service_discovery_http_namespace.inner

    content {
      namespace = service_connect_defaults.value.arn
    }
  }

  tags = { Name = var.name }

  depends_on = [aws_cloudwatch_log_group.insights]
}

# Container Insights makes this group without retention or key, so it is made here first.
resource "aws_cloudwatch_log_group" "insights" {
  #checkov:skip=CKV_AWS_338:How long is a variable, because a development environment needs no year; a test asserts it for production
  region            = var.context.region
  name              = "/aws/ecs/containerinsights/${var.name}/performance"
  retention_in_days = var.context.log_retention_days
  kms_key_id        = var.context.log_key_arn
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  region             = var.context.region
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = concat(["FARGATE", "FARGATE_SPOT"], var.machines)
}

# What people typed into running containers, where that is allowed at all.
resource "aws_cloudwatch_log_group" "exec" {
  #checkov:skip=CKV_AWS_338:How long is a variable, because a development environment needs no year; a test asserts it for production
  region            = var.context.region
  name              = "/${var.name}/exec"
  retention_in_days = var.context.log_retention_days
  kms_key_id        = var.context.log_key_arn
}

# Names by which services call one another without leaving the network.
resource "aws_service_discovery_http_namespace" "inner" {
  count = var.inner_names ? 1 : 0

  region      = var.context.region
  name        = var.name
  description = "Inner names of the services"

  lifecycle {
    create_before_destroy = true # so that it goes after the services have let it go
  }
}
