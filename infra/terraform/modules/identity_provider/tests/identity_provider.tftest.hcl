mock_provider "aws" {}

variables {
  issuer_host = "users.example.com"
  audience    = "slipway"
}

run "believes_one_issuer_for_one_audience" {
  command = plan

  assert {
    condition     = aws_iam_openid_connect_provider.this.url == "https://users.example.com" && aws_iam_openid_connect_provider.this.client_id_list == toset(["slipway"])
    error_message = "Our issuer, our audience."
  }
}

run "an_address_is_refused" {
  command = plan

  variables {
    issuer_host = "https://users.example.com"
  }

  expect_failures = [var.issuer_host]
}
