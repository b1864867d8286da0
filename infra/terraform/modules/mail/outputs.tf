output "configuration_set" {
  description = "Name of the configuration set that mail is sent with."
  value       = aws_sesv2_configuration_set.this.configuration_set_name
}
