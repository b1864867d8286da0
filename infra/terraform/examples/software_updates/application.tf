# The application as it stood before: web servers in three zones that send files from one EFS file system, behind a load
# balancer. It says itself how long each file may be kept, by the headers that nginx is told to send.

locals {
  zones = [for letter in ["a", "b", "c"] : "${var.region}${letter}"]
}

module "key" {
  source = "../../modules/key"

  name        = "updates"
  description = "Files, disks and flow logs of the software updates"
  account_id  = var.account_id
  region      = var.region

  services = {
    logs = {
      principal = "logs.${var.region}.amazonaws.com"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
      condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.region}:${var.account_id}:log-group:*" } } # of this account
    }
  }
}

module "network" {
  source = "../../modules/network"

  context     = { account_id = var.account_id, log_key_arn = module.key.arn }
  name        = "updates"
  cidr        = "10.40.0.0/16"
  zones       = local.zones
  nat         = "single"
  store_ports = [2049] # NFS
}

resource "aws_efs_file_system" "files" {
  encrypted       = true
  kms_key_id      = module.key.arn
  throughput_mode = "elastic"
  tags            = { Name = "updates" }
}

resource "aws_efs_mount_target" "files" {
  for_each = module.network.isolated_subnet_ids

  file_system_id  = aws_efs_file_system.files.id
  subnet_id       = each.value
  security_groups = [aws_security_group.files.id]
}

resource "aws_launch_template" "server" {
  name_prefix            = "updates-"
  image_id               = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
  instance_type          = "c7g.large"
  update_default_version = true
  vpc_security_group_ids = [aws_security_group.servers.id]
  user_data              = base64encode(templatefile("${path.module}/server.sh.tftpl", { file_system = aws_efs_file_system.files.id }))

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required" # version 2 only
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted             = true
      volume_type           = "gp3"
      volume_size           = 10
      delete_on_termination = true
    }
  }
}

resource "aws_autoscaling_group" "servers" {
  name                = "updates"
  vpc_zone_identifier = values(module.network.private_subnet_ids)
  target_group_arns   = [aws_lb_target_group.servers.arn]
  health_check_type   = "ELB"
  min_size            = length(local.zones)
  max_size            = 4 * length(local.zones)

  launch_template {
    id      = aws_launch_template.server.id
    version = aws_launch_template.server.latest_version
  }

  tag {
    key                 = "Name"
    value               = "updates"
    propagate_at_launch = true
  }

  depends_on = [aws_efs_mount_target.files] # a server mounts the files when it starts
}

# As many servers as the bytes need: with the edges before them, seldom more than one in each zone.
resource "aws_autoscaling_policy" "bytes" {
  name                   = "bytes-out"
  autoscaling_group_name = aws_autoscaling_group.servers.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = 6000000000 # bytes a minute and server: 0.8 Gbit/s

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageNetworkOut"
    }
  }
}

resource "aws_lb" "application" {
  #checkov:skip=CKV_AWS_91:An example; `modules/access_logs` keeps such logs
  #checkov:skip=CKV_AWS_150:An example is torn down again
  #checkov:skip=CKV2_AWS_28:It sends the same files to everybody; a firewall is the module's `web_acl_arn`
  name                       = "updates"
  load_balancer_type         = "application"
  internal                   = false
  security_groups            = [aws_security_group.load_balancer.id]
  subnets                    = values(module.network.public_subnet_ids)
  drop_invalid_header_fields = true
}

resource "aws_lb_target_group" "servers" {
  #checkov:skip=CKV_AWS_378:Inside the network the servers speak HTTP, as they did
  name     = "updates"
  port     = 8080
  protocol = "HTTP"
  vpc_id   = module.network.vpc_id

  health_check {
    path = "/health"
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.application.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.servers.arn
  }
}
