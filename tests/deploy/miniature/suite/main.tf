# The suite in small, for tests of `./slipway deploy`: what a deployment meets, under the same addresses, and the same
# output. tests/terraform/test_deployment.py compares that output with the real one.

terraform {
  required_version = ">= 1.11.0"

  required_providers {
    aws = { source = "hashicorp/aws" }
  }

  backend "s3" {}
}

provider "aws" {
  region = var.region
}

variable "environment" { type = string }
variable "region" { type = string }
variable "account_id" { type = string }
variable "project" { type = string }

# Stands for all that an environment is besides its services.
variable "topic" {
  type    = string
  default = "notices"
}

# Stands for what holds data: under another key AWS makes another table.
variable "key" {
  type    = string
  default = "pk"
}

variable "compute" {
  type    = map(string)
  default = {}
}

locals {
  prefix   = "${var.project}-${var.environment}-"
  registry = "${var.account_id}.dkr.ecr.${var.region}.amazonaws.com"
  services = {
    todos = { api = "web" }
    users = { api = "web", worker = "worker", migrate = "task" }
  }
  functions = toset([for name, where in var.compute : name if where == "lambda"])
}

resource "aws_s3_bucket" "site" {
  bucket = "${local.prefix}site"
}

resource "aws_sns_topic" "notices" {
  name = "${local.prefix}${var.topic}"
}

resource "aws_dynamodb_table" "notes" {
  name         = "${local.prefix}notes"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = var.key

  attribute {
    name = var.key
    type = "S"
  }
}

module "service" {
  source   = "../modules/service"
  for_each = local.services

  name       = each.key
  prefix     = local.prefix
  roles      = each.value
  repository = "${local.registry}/${var.project}-${var.environment}/${each.key}"
  functions  = contains(local.functions, each.key)
}

module "function" {
  source   = "../modules/function"
  for_each = local.functions

  name       = each.key
  prefix     = local.prefix
  roles      = local.services[each.key]
  repository = "${local.registry}/${var.project}-${var.environment}/${each.key}"
  image      = module.service[each.key].image
}

module "database_preparation" {
  source   = "../modules/preparation"
  for_each = toset(["users"])

  family = "${local.prefix}${each.key}-preparation"
  image  = module.service[each.key].next_image
}

output "deployment" {
  value = {
    region       = var.region
    cluster      = "${var.project}-${var.environment}"
    subnets      = ["subnet-1", "subnet-2"]
    architecture = "ARM64"
    site_bucket  = aws_s3_bucket.site.bucket
    services = { for name, service in module.service : name => merge(service.deployment, {
      functions = try(module.function[name].functions, {})
    }) }
    standing     = {}
    preparations = { for name, one in module.database_preparation : name => {
      task           = one.family
      security_group = "sg-preparation"
      log_group      = "/${one.family}"
    } }
  }
}
