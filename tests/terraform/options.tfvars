# Everything that the three environments leave at its default, chosen otherwise: no way out of the network, inner names,
# other origins, Aurora, a further region where services stand by, replicas, machines, functions, linear shifts, keys for private deliveries, another
# processor.

environment = "options"
region      = "eu-west-1"
domain      = "options.example.com"
zone_id     = "Z0123456789ABCDEFGHIJ"

network = {
  cidr               = "10.50.0.0/16"
  zones              = ["eu-west-1a", "eu-west-1c"]
  nat                = "none"
  endpoints          = ["ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "kms", "logs", "secretsmanager", "sns", "sqs", "sts"]
  encryption_control = "enforce"
}

inner_names     = true
browser_origins = ["capacitor://localhost", "https://admin.options.example.com"]

database = {
  engine      = "aurora"
  multi_az    = true
  backup_days = 7
}

cache          = { nodes = 2 }
machines       = { services = ["todos"], max = 4, on_demand = 1, spot_percent = 50 }
compute        = { blog = "lambda" }
table_replicas = ["eu-north-1"]
architecture   = "X86_64"
strategy       = "linear"

regions = {
  eu-central-1 = { cidr = "10.51.0.0/16", zones = ["eu-central-1a", "eu-central-1b"], standing = true }
}

delivery_public_keys = { first = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----\n" }

delivery_signing_key = {
  name       = "first"
  secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slipway-options-edge-key/first-AbCdEf"
}
service_settings = { media = { CLAMAV_HOST = "clamd.internal", ACCESS_SECONDS = "600" } }

log_retention_days  = 30
deletion_protection = false

notice_emails      = ["notices@example.com"]
monthly_budget_usd = 500
