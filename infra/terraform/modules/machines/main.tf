# The group and its machines. How many there are is ECS's decision: it keeps as many as the tasks need, at most
# `target_percent` full, and moves tasks away from a machine before it goes.

locals {
  # One size: ECS reckons how many machines it needs from one of them.
  image = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/${var.architecture == "ARM64" ? "arm64/" : ""}recommended/image_id"

  tags = { Name = var.name }
}

resource "aws_launch_template" "this" {
  name_prefix            = "${var.name}-"
  description            = "A machine of ${var.cluster_name}"
  image_id               = local.image # looked up whenever a machine starts, so that a new one is a patched one
  update_default_version = true
  vpc_security_group_ids = [var.security_group_id]

  # The agent joins the cluster, keeps tasks from the machine's own credentials, writes logs with each task's execution
  # role, and moves tasks away when Spot takes the machine. The image's SSH server goes before anything else runs.
  user_data = base64encode(templatefile("${path.module}/start.sh.tftpl", { cluster = var.cluster_name }))

  iam_instance_profile {
    arn = aws_iam_instance_profile.this.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required" # version 2 only
    http_put_response_hop_limit = 1
  }

  monitoring {
    enabled = true # scaling follows a minute's figures, not five
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted             = true
      volume_type           = "gp3"
      volume_size           = 30
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume"]

    content {
      resource_type = tag_specifications.value
      tags          = local.tags
    }
  }

  tags = local.tags
}

resource "aws_autoscaling_group" "this" {
  name                  = var.name
  vpc_zone_identifier   = values(var.subnet_ids)
  min_size              = var.min
  max_size              = var.max
  capacity_rebalance    = true    # a machine that Spot is about to take is replaced before it goes
  protect_from_scale_in = true    # ECS says which machine is empty
  max_instance_lifetime = 2592000 # a month: then another one, with that day's image
  health_check_type     = "EC2"

  mixed_instances_policy {
    instances_distribution {
      on_demand_base_capacity                  = var.on_demand
      on_demand_percentage_above_base_capacity = 100 - var.spot_percent
      spot_allocation_strategy                 = "price-capacity-optimized"
    }

    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.this.id
        version            = aws_launch_template.this.latest_version
      }

      dynamic "override" {
        for_each = var.types

        content {
          instance_type = override.value
        }
      }
    }
  }

  # Another template replaces the machines one by one, a new one before an old one.
  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage       = 100
      max_healthy_percentage       = 110
      scale_in_protected_instances = "Refresh"
    }
  }

  # ECS marks the group as its own; without the tag here every plan would take it away.
  dynamic "tag" {
    for_each = merge(local.tags, { AmazonECSManaged = "" })

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_ecs_capacity_provider" "this" {
  name = var.name

  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.this.arn
    managed_draining               = "ENABLED"
    managed_termination_protection = "ENABLED"

    managed_scaling {
      status                    = "ENABLED"
      target_capacity           = var.target_percent
      minimum_scaling_step_size = 1
      maximum_scaling_step_size = 4
      instance_warmup_period    = 120
    }
  }

  tags = local.tags
}
