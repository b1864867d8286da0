output "statements" {
  description = "One allow statement for each permission, in their order."
  value       = local.statements
}
