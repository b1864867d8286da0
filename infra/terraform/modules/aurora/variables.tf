variable "context" {
  description = "What all modules of an environment are told, of which this one reads: region, how many days logs are kept, KMS key of the logs."
  type = object({
    region             = optional(string)
    log_retention_days = number
    log_key_arn        = string
  })
}

variable "name" {
  description = "Name of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,50}$", var.name))
    error_message = "A cluster's name has 2 to 51 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "engine_version" {
  description = "Version of Postgres, exact or a major one."
  type        = string
  default     = "17"

  validation {
    condition     = can(regex("^1[5-9](\\.[0-9]+)?$", var.engine_version))
    error_message = "Postgres 15 or newer, for example 17."
  }
}

variable "capacity" {
  description = "Aurora capacity units it may use; a minimum of 0 pauses it when idle."
  type = object({
    min = number
    max = number
  })

  validation {
    condition     = var.capacity.min >= 0 && var.capacity.max >= 1 && var.capacity.min <= var.capacity.max && var.capacity.max <= 256
    error_message = "The minimum is 0 or more, the maximum from 1 to 256 and not below the minimum."
  }

  validation {
    condition     = alltrue([for units in [var.capacity.min, var.capacity.max] : floor(units * 2) == units * 2])
    error_message = "Capacity comes in halves of a unit, for example 0.5 or 8."
  }
}

variable "multi_az" {
  description = "Whether a reader in another zone takes over when the writer is lost."
  type        = bool
}

variable "backup_days" {
  description = "How far back the cluster can be restored, to any second."
  type        = number

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35 && floor(var.backup_days) == var.backup_days
    error_message = "From 1 to 35 days, a whole number."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the cluster; without it, destroying it leaves no snapshot either."
  type        = bool
}

variable "security_group_id" {
  description = "Security group of the cluster."
  type        = string
}

variable "key_arn" {
  description = "KMS key of storage, backups, the master's secret and insights."
  type        = string
}

variable "subnet_group" {
  description = "Subnet group of the isolated subnets."
  type        = string
}

variable "monitoring_role_arn" {
  description = "Role with which the operating system's figures are written down."
  type        = string
}

variable "snapshot" {
  description = "Snapshot that a new cluster begins with, of whichever engine; null begins empty. Ignored once it is there."
  type        = string
  default     = null
}

variable "global_cluster" {
  description = "Global cluster in which this one follows another region's; null for one that is written."
  type        = string
  default     = null
}
