output "codes" {
  description = "Status codes that a distribution is told to keep for no time."
  value       = local.codes
}
