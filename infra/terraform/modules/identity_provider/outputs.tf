output "issuer_host" {
  description = "Host name of the issuer, for roles that name the provider by it."
  value       = var.issuer_host

  # IAM takes no role for a provider that is not there.
  depends_on = [aws_iam_openid_connect_provider.this]
}
