variable "context" {
  description = "What all modules of an environment are told, of which this one reads: region, account, the policy that bounds its roles (null for none), how many days logs are kept, KMS key of the logs."
  type = object({
    region             = string
    account_id         = string
    boundary_arn       = optional(string)
    log_retention_days = number
    log_key_arn        = string
  })
}

variable "name" {
  description = "Name of the proxy; its secrets' names start with it."
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

variable "login" {
  description = "Secret of the login role that is there already, as in a region that another one's is copied to; null makes one."
  type        = object({ secret_arn = string })
  default     = null
}

variable "generation" {
  description = "Raise it to give the login role a new password."
  type        = number
  default     = 1
}

variable "replica_keys" {
  description = "KMS key of each further region that has a copy of the secret."
  type        = map(string)
  default     = {}
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
