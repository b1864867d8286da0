# Production's shape at a smaller size: what works here works there.

environment = "staging"
region      = "eu-west-1"
domain      = "staging.example.com"

network = {
  cidr  = "10.30.0.0/16"
  zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  nat   = "single"
}

open_to = "cloudfront"

database = {
  instance_class = "db.t4g.small"
  multi_az       = false
  backup_days    = 7
}

cache = { nodes = 2 }

floor_cap    = 1
spot_percent = 80

log_retention_days  = 30
deletion_protection = false
shell               = true

notice_emails      = ["staging-notices@example.com"]
monthly_budget_usd = 450

role_boundary = true # bootstrap has been in the account
