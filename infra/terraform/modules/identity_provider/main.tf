# Makes the account believe our issuer's tokens, for the roles that say so.

resource "aws_iam_openid_connect_provider" "this" {
  url            = "https://${var.issuer_host}"
  client_id_list = [var.audience]

  # IAM judges the issuer's certificate by its own list of authorities, of which the one that issues ours is one. Given
  # a thumbprint it does not call the issuer, which at the first apply does not answer yet. This one is Amazon Root CA 1's.
  thumbprint_list = ["8da7f965ec5efc37910f1c6e59fdc1cc6a6ede16"]
}
