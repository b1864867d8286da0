# What runs in a container, hardened: no root, no capabilities, nothing to write to but a small /tmp in memory.

locals {
  tag = { for role, spec in var.roles : role => local.tags[spec.kind == "task" ? "next" : "current"] }

  # The same commands that run locally: gunicorn for the web, a module of the role's name for the rest.
  commands = { for role, spec in var.roles : role => spec.kind == "web" ? [
    "gunicorn", "--config", "python:chassis.gunicorn", "--bind", "0.0.0.0:${var.port}", "${var.name}.wsgi:app",
  ] : ["python", "-m", "${var.name}.${role}"] }

  probe = "import sys, urllib.request as r; sys.exit(r.urlopen('http://127.0.0.1:${var.port}/livez', timeout=3).status != 200)"

  serving = {
    portMappings = [{ name = "web", containerPort = var.port, protocol = "tcp", appProtocol = "http" }]
    healthCheck  = { command = ["CMD", "python", "-c", local.probe], interval = 15, timeout = 5, retries = 3, startPeriod = 30 }
  }

  # A tag reads <version>-<commit>, or is a commit alone.
  environments = { for role, tag in local.tag : role => merge(var.environment, {
    VERSION = length(split("-", tag)) > 1 ? join("-", slice(split("-", tag), 0, length(split("-", tag)) - 1)) : tag
    COMMIT  = element(split("-", tag), length(split("-", tag)) - 1)
  }) }

  containers = { for role, spec in var.roles : role => merge(
    {
      name        = var.name
      image       = "${var.repository_url}:${local.tag[role]}"
      essential   = true
      command     = local.commands[role]
      user        = var.user
      stopTimeout = spec.stop_timeout
      environment = [for key, value in local.environments[role] : { name = key, value = value }]
      secrets     = [for key, value in var.secrets : { name = key, valueFrom = value }]

      readonlyRootFilesystem = true
      linuxParameters = {
        initProcessEnabled = true
        capabilities       = { drop = ["ALL"] }
        tmpfs              = [{ containerPath = "/tmp", size = 128, mountOptions = ["nosuid", "nodev"] }]
      }

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = aws_cloudwatch_log_group.role[role].name
          "awslogs-region"        = var.region
          "awslogs-stream-prefix" = role
          "mode"                  = "non-blocking"
          "max-buffer-size"       = "8m"
        }
      }
    },
    { for key, value in local.serving : key => value if spec.kind == "web" },
  ) }
}

resource "aws_ecs_task_definition" "role" {
  for_each = var.roles

  family                   = "${var.prefix}${local.service_name[each.key]}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = tostring(each.value.cpu)
  memory                   = tostring(each.value.memory)
  task_role_arn            = var.task_role_arn
  execution_role_arn       = var.execution_role_arn
  container_definitions    = jsonencode([local.containers[each.key]])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  tags = { Name = "${var.prefix}${local.service_name[each.key]}" }

  lifecycle {
    precondition {
      condition = contains(lookup({
        256  = [512, 1024, 2048]
        512  = range(1024, 4097, 1024)
        1024 = range(2048, 8193, 1024)
        2048 = range(4096, 16385, 1024)
        4096 = range(8192, 30721, 1024)
      }, each.value.cpu, []), each.value.memory)
      error_message = "${var.name}, role ${each.key}: Fargate has no size with ${each.value.cpu} CPU units and ${each.value.memory} MiB. With 256 units it has 512, 1024 or 2048 MiB; with more, two to eight times the units, in steps of 1024."
    }
  }
}
