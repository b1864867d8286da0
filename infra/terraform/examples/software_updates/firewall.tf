# Who may speak to whom: devices or CloudFront to the load balancer, that to the servers, those to the files.

data "aws_ec2_managed_prefix_list" "cloudfront" {
  count = local.leads && var.cloudfront_prefix_list_id == null ? 1 : 0

  name = "com.amazonaws.global.cloudfront.origin-facing"
}

locals {
  cloudfront = local.leads ? coalesce(var.cloudfront_prefix_list_id, one(data.aws_ec2_managed_prefix_list.cloudfront[*].id)) : null
}

resource "aws_security_group" "load_balancer" {
  name        = "updates-load-balancer"
  description = "The load balancer of the software updates"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "devices" {
  security_group_id = aws_security_group.load_balancer.id
  description       = local.leads ? "HTTPS from CloudFront" : "HTTPS from everywhere"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = local.leads ? null : "0.0.0.0/0"
  prefix_list_id    = local.cloudfront
}

resource "aws_vpc_security_group_egress_rule" "to_servers" {
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "HTTP to the servers"
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
  referenced_security_group_id = aws_security_group.servers.id
}

resource "aws_security_group" "servers" {
  name        = "updates-servers"
  description = "The servers of the software updates"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "from_load_balancer" {
  security_group_id            = aws_security_group.servers.id
  description                  = "HTTP from the load balancer"
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
  referenced_security_group_id = aws_security_group.load_balancer.id
}

resource "aws_vpc_security_group_egress_rule" "to_files" {
  security_group_id            = aws_security_group.servers.id
  description                  = "NFS to the files"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = aws_security_group.files.id
}

resource "aws_vpc_security_group_egress_rule" "to_packages" {
  #checkov:skip=CKV_AWS_382:HTTPS alone, to the packages that a server installs when it starts
  security_group_id = aws_security_group.servers.id
  description       = "HTTPS to the package mirrors"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_security_group" "files" {
  name        = "updates-files"
  description = "The file system of the software updates"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "from_servers" {
  security_group_id            = aws_security_group.files.id
  description                  = "NFS from the servers"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = aws_security_group.servers.id
}
