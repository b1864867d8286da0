variable "name" {
  description = "Name of the place; the server's too."
  type        = string
}

variable "partition" {
  description = "Partition of the account."
  type        = string
  default     = "aws"
}

variable "account_id" {
  description = "Account of the server."
  type        = string
}

variable "subnet_ids" {
  description = "Isolated subnets by zone."
  type        = map(string)
}

variable "boundary_arn" {
  description = "Policy that bounds what its role may ever be allowed; null for none."
  type        = string
  default     = null
}
