# What runs in a container, hardened: no root, no capabilities, nothing to write to but a small /tmp in memory.

locals {
  tag = { for role, spec in local.tasks : role => local.tags[spec.kind == "task" ? "next" : "current"] }

  # The image knows how to be each role, by the role's name, and how to tell whether it is well.
  environments = { for role, spec in local.tasks : role => merge(
    var.environment,
    { for key, value in { PORT = tostring(var.port), PROMETHEUS_MULTIPROC_DIR = "/tmp/metrics" } : key => value if spec.kind == "web" },
    { for key, value in { HEARTBEAT_FILE = "/tmp/heartbeat" } : key => value if spec.kind == "worker" },
  ) }

  extras = {
    web    = { portMappings = [{ name = "web", containerPort = var.port, protocol = "tcp", appProtocol = "http" }] }
    worker = {}
    task   = {}
  }

  # A shell (ECS Exec) is an agent that AWS puts into the container and that writes here; the root is read-only.
  agent_folders = var.shell ? { agent-state = "/var/lib/amazon", agent-log = "/var/log/amazon" } : {}

  # The same as in the Dockerfiles: ECS does not read those.
  probe = {
    healthCheck = { command = ["CMD", "python", "-S", "/opt/app/libs/chassis/server/alive.py"], interval = 15, timeout = 5, retries = 3, startPeriod = 60 }
  }

  containers = { for role, spec in local.tasks : role => merge(
    {
      name        = var.name
      image       = "${var.repository_url}:${local.tag[role]}"
      essential   = true
      command     = [role]
      user        = var.user
      stopTimeout = spec.stop_timeout
      environment = [for key, value in local.environments[role] : { name = key, value = value }]
      secrets     = [for key, value in var.secrets : { name = key, valueFrom = value }]
      mountPoints = [for volume, path in local.agent_folders : { sourceVolume = volume, containerPath = path, readOnly = false }]

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
          "awslogs-region"        = var.context.region
          "awslogs-stream-prefix" = role
          "mode"                  = "non-blocking"
          "max-buffer-size"       = "8m"
        }
      }
    },
    local.extras[spec.kind],
    { for key, value in local.probe : key => value if spec.kind != "task" },
  ) }
}

resource "aws_ecs_task_definition" "role" {
  for_each = local.tasks

  region                   = var.context.region
  family                   = "${var.context.prefix}${local.service_name[each.key]}"
  requires_compatibilities = ["EC2", "FARGATE"] # the same definition for both, so that a service can move between them
  network_mode             = "awsvpc"
  cpu                      = tostring(each.value.cpu)
  memory                   = tostring(each.value.memory)
  task_role_arn            = var.task_role_arn
  execution_role_arn       = var.execution_role_arn
  skip_destroy             = true # a deployment that fails goes back to the revision before, which must be there
  container_definitions    = jsonencode([local.containers[each.key]])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  dynamic "volume" {
    for_each = local.agent_folders

    content {
      name = volume.key
    }
  }

  tags = { Name = "${var.context.prefix}${local.service_name[each.key]}" }

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
