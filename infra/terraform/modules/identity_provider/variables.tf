variable "issuer_host" {
  description = "Host name of the issuer, as in its tokens' `iss` after https://."
  type        = string

  validation {
    condition     = !strcontains(var.issuer_host, "://")
    error_message = "A host name, without https://."
  }
}

variable "audience" {
  description = "Audience of the tokens."
  type        = string
}
