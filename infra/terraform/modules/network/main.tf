# A VPC in three tiers over the zones given. Every block of addresses belongs to a zone's letter, not to
# its place in a list: zones can be added and removed without moving any other zone's subnets.

locals {
  index = { for zone in var.zones : zone => index(["a", "b", "c", "d", "e", "f"], substr(zone, -1, 1)) }

  # Of the network's sixteen parts the first six are the tasks'; the thirteenth holds the edge, the fourteenth the stores.
  private  = { for zone, i in local.index : zone => cidrsubnet(var.cidr, 4, i) }
  public   = { for zone, i in local.index : zone => cidrsubnet(var.cidr, 8, 192 + i) }
  isolated = { for zone, i in local.index : zone => cidrsubnet(var.cidr, 8, 208 + i) }
  stores   = cidrsubnet(var.cidr, 4, 13)

  nat_zone  = coalesce(var.nat_zone, sort(var.zones)[0])
  nat_zones = { per_az = var.zones, single = [local.nat_zone], none = [] }[var.nat]
}

resource "aws_vpc" "this" {
  region               = var.context.region
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

# The default group of a VPC allows everything among its members; adopted and emptied, it allows nothing.
resource "aws_default_security_group" "closed" {
  region = var.context.region
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-default-closed" }
}

resource "aws_subnet" "public" {
  for_each = local.public

  region                  = var.context.region
  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false
  tags                    = { Name = "${var.name}-public-${each.key}", Tier = "public" }
}

resource "aws_subnet" "private" {
  for_each = local.private

  region                  = var.context.region
  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false
  tags                    = { Name = "${var.name}-private-${each.key}", Tier = "private" }
}

resource "aws_subnet" "isolated" {
  for_each = local.isolated

  region                  = var.context.region
  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false
  tags                    = { Name = "${var.name}-isolated-${each.key}", Tier = "isolated" }
}

# AWS encrypts traffic inside the VPC on its own hardware; `monitor` shows, `enforce` refuses what would not be.
resource "aws_vpc_encryption_control" "this" {
  count = var.encryption_control == "none" ? 0 : 1

  region                     = var.context.region
  vpc_id                     = aws_vpc.this.id
  mode                       = var.encryption_control
  internet_gateway_exclusion = var.encryption_control == "enforce" ? "enable" : null
  nat_gateway_exclusion      = var.encryption_control == "enforce" ? "enable" : null
  tags                       = { Name = var.name }
}
