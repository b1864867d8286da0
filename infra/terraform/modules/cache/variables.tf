variable "context" {
  description = "What all modules of an environment are told, of which this one reads: region, how many days logs are kept, KMS key of the logs."
  type = object({
    region             = optional(string)
    log_retention_days = number
    log_key_arn        = string
  })
}

variable "name" {
  description = "Name of the cache."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,38}[a-z0-9]$", var.name))
    error_message = "A cache's name has at most 40 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "node_type" {
  description = "Size of a node, for example cache.t4g.micro (Graviton)."
  type        = string

  validation {
    condition     = can(regex("^cache\\.[a-z0-9]+\\.[a-z0-9]+$", var.node_type))
    error_message = "A node type is written like cache.t4g.micro."
  }
}

variable "nodes" {
  description = "How many nodes; from two on, one in another zone takes over when the first is lost."
  type        = number

  validation {
    condition     = var.nodes >= 1 && var.nodes <= 6 && floor(var.nodes) == var.nodes
    error_message = "From 1 to 6 nodes, a whole number."
  }
}

variable "generation" {
  description = "Raise it to give the cache a new token; the old one stays valid beside it."
  type        = number
  default     = 1
}

variable "subnet_ids" {
  description = "Isolated subnets by zone."
  type        = map(string)
}

variable "security_group_id" {
  description = "Security group of the cache."
  type        = string
}

variable "key_arn" {
  description = "KMS key of what it keeps and of its secret."
  type        = string
}

variable "secret_recovery_days" {
  description = "How long the deleted secret can be brought back."
  type        = number
  default     = 30
}
