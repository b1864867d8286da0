mock_provider "aws" {
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/x" }
  }
}

variables {
  name              = "slipway-test-machines"
  cluster_name      = "slipway-test"
  cluster_arn       = "arn:aws:ecs:eu-west-1:123456789012:cluster/slipway-test"
  architecture      = "ARM64"
  types             = ["m7g.large", "m6g.large"]
  min               = 2
  max               = 6
  on_demand         = 1
  spot_percent      = 60
  target_percent    = 90
  subnet_ids        = { a = "subnet-1", b = "subnet-2" }
  security_group_id = "sg-1"
}

run "nobody_signs_in_and_no_task_has_the_machines_rights" {
  command = plan

  assert {
    condition     = aws_launch_template.this.key_name == null && strcontains(base64decode(aws_launch_template.this.user_data), "disable --now sshd")
    error_message = "No key, and no SSH server."
  }

  assert {
    condition     = aws_launch_template.this.metadata_options[0].http_tokens == "required" && aws_launch_template.this.metadata_options[0].http_put_response_hop_limit == 1 && strcontains(base64decode(aws_launch_template.this.user_data), "ECS_AWSVPC_BLOCK_IMDS=true")
    error_message = "Version 2 of the metadata service only, and for the machine only."
  }

  assert {
    condition     = tobool(aws_launch_template.this.block_device_mappings[0].ebs[0].encrypted) && strcontains(aws_launch_template.this.image_id, "/arm64/")
    error_message = "The disk is encrypted, and the image is of the processor."
  }
}

run "machines_are_mixed_and_ecs_fills_drains_and_ends_them" {
  command = plan

  assert {
    condition     = aws_autoscaling_group.this.mixed_instances_policy[0].instances_distribution[0].on_demand_percentage_above_base_capacity == 40 && join(",", aws_autoscaling_group.this.mixed_instances_policy[0].launch_template[0].override[*].instance_type) == "m7g.large,m6g.large"
    error_message = "The Spot share, and every type in its order."
  }

  assert {
    condition     = aws_autoscaling_group.this.protect_from_scale_in && aws_ecs_capacity_provider.this.auto_scaling_group_provider[0].managed_termination_protection == "ENABLED" && aws_ecs_capacity_provider.this.auto_scaling_group_provider[0].managed_draining == "ENABLED" && aws_ecs_capacity_provider.this.auto_scaling_group_provider[0].managed_scaling[0].target_capacity == 90
    error_message = "ECS ends a machine when it is empty, and empties it first."
  }

  assert {
    condition     = aws_autoscaling_group.this.instance_refresh[0].preferences[0].scale_in_protected_instances == "Refresh"
    error_message = "A refresh that waits for protected machines never ends."
  }
}

run "a_type_of_another_processor_is_refused" {
  command = plan

  variables {
    types = ["m7g.large", "m7i.large"]
  }

  expect_failures = [var.types]
}

run "sizes_are_not_mixed" {
  command = plan

  variables {
    types = ["m7g.large", "m7g.xlarge"]
  }

  expect_failures = [var.types]
}
