output "configuration_set" {
  description = "Name of the configuration set that mail is sent with."
  value       = aws_sesv2_configuration_set.this.configuration_set_name
}

output "identity_arn" {
  description = "ARN of the identity, for sending permissions."
  value       = aws_sesv2_email_identity.this.arn
}
