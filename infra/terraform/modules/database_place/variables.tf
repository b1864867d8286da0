variable "context" {
  description = "What all modules of an environment are told, of which this one reads: partition, account, the policy that bounds its roles (null for none)."
  type = object({
    partition    = optional(string, "aws")
    account_id   = string
    boundary_arn = optional(string)
  })
}

variable "name" {
  description = "Name of the place; the server's too."
  type        = string
}

variable "subnet_ids" {
  description = "Isolated subnets by zone."
  type        = map(string)
}
