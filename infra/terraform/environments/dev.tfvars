# A cheap place to try things: one NAT gateway, one of everything, spot tasks, torn down without ado.

environment = "dev"
region      = "eu-west-1"
domain      = "dev.example.com"

network = {
  cidr  = "10.20.0.0/16"
  zones = ["eu-west-1a", "eu-west-1b"]
  nat   = "single"
}

database = {
  instance_class = "db.t4g.micro"
  multi_az       = false
  backup_days    = 1
}

cache = { nodes = 1 }

floor_cap    = 1
spot_percent = 100
strategy     = "rolling"

log_level           = "DEBUG"
log_retention_days  = 7
deletion_protection = false
shell               = true

notice_emails      = ["dev-notices@example.com"]
monthly_budget_usd = 250

role_boundary = true # bootstrap has been in the account
