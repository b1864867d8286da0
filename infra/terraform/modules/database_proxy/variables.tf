variable "name" {
  description = "Name of the proxy; its secrets' names start with it."
  type        = string
}

variable "region" {
  description = "Region of the proxy."
  type        = string
}

variable "account_id" {
  description = "Account of the proxy."
  type        = string
}

variable "server" {
  description = "The server behind: an `instance` or a `cluster`, by its identifier."
  type = object({
    kind       = string
    identifier = string
  })

  validation {
    condition     = contains(["instance", "cluster"], var.server.kind)
    error_message = "A server is an instance or a cluster."
  }
}

variable "database" {
  description = "Name of the service's database."
  type        = string
}

variable "role" {
  description = "Name of the service's login role."
  type        = string
}

variable "generation" {
  description = "Raise it to give the login role a new password."
  type        = number
  default     = 1
}

variable "subnet_ids" {
  description = "Isolated subnets by zone."
  type        = map(string)
}

variable "security_group_id" {
  description = "Security group of the proxy."
  type        = string
}

variable "key_arn" {
  description = "KMS key of the secrets."
  type        = string
}

variable "secret_recovery_days" {
  description = "How long deleted secrets can be brought back."
  type        = number
  default     = 30
}

variable "log_retention_days" {
  description = "How long its log is kept."
  type        = number
}

variable "log_key_arn" {
  description = "KMS key of its log."
  type        = string
}

variable "boundary_arn" {
  description = "Policy that bounds what its role may ever be allowed; null for none."
  type        = string
  default     = null
}
