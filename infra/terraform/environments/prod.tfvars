# Survives the loss of a zone: three zones with a NAT gateway each, a standby of everything that keeps something.

environment = "prod"
region      = "eu-west-1"
domain      = "example.com"

network = {
  cidr               = "10.40.0.0/16"
  zones              = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  nat                = "per_az"
  encryption_control = "monitor"
}

open_to = "cloudfront"

database = {
  instance_class = "db.t4g.medium"
  storage_gib    = 50
  multi_az       = true
  backup_days    = 35
}

cache = {
  node_type = "cache.t4g.small"
  nodes     = 2
}

# People come in the morning: the tasks are there before them.
floors = {
  morning = { schedule = "cron(30 6 ? * MON-FRI *)", timezone = "Europe/Berlin", min = 3 }
  night   = { schedule = "cron(0 22 * * ? *)", timezone = "Europe/Berlin", min = 2 }
}

spot_percent        = 50
upload_acceleration = true
price_class         = "PriceClass_All"

log_retention_days  = 365
deletion_protection = true

notice_emails      = ["notices@example.com"]
monthly_budget_usd = 1500

role_boundary = true # bootstrap has been in the account
