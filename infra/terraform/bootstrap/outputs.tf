output "backend" {
  description = "What the suite's backend is told, for each environment."
  value = { for name in keys(var.environments) : name => {
    bucket       = module.bucket.name
    key          = "${name}/terraform.tfstate"
    region       = var.region
    kms_key_id   = module.key.arn
    encrypt      = true
    use_lockfile = true
  } }
}

output "github_roles" {
  description = "Roles for the repository's variables, by environment and purpose."
  value       = { for name, role in aws_iam_role.github : name => role.arn }
}
