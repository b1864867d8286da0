variable "context" {
  description = "What all modules of an environment are told, of which this one reads: how many days logs are kept, KMS key of the logs."
  type = object({
    log_retention_days = number
    log_key_arn        = string
  })
}

variable "name" {
  description = "Name of the server."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,50}$", var.name))
    error_message = "A server's name has 2 to 51 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "engine_version" {
  description = "Version of Postgres: a major one, whose newest minor is taken, or an exact one."
  type        = string
  default     = "17"

  validation {
    condition     = can(regex("^1[5-9](\\.[0-9]+)?$", var.engine_version))
    error_message = "Postgres 15 or newer, for example 17."
  }
}

variable "instance_class" {
  description = "Size of the server, for example db.t4g.micro (Graviton)."
  type        = string

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "An instance class is written like db.t4g.micro."
  }
}

variable "storage_gib" {
  description = "Storage to begin with, in GiB; it grows by itself to five times as much."
  type        = number
  default     = 20

  validation {
    condition     = var.storage_gib >= 20 && var.storage_gib <= 13107 && floor(var.storage_gib) == var.storage_gib
    error_message = "From 20 to 13107 GiB, a whole number: five times as much is what RDS has."
  }
}

variable "multi_az" {
  description = "Whether a standby in another zone takes over when this one is lost."
  type        = bool
}

variable "backup_days" {
  description = "How far back the server can be restored, to any second."
  type        = number

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35 && floor(var.backup_days) == var.backup_days
    error_message = "From 1 to 35 days, a whole number."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the server; without it, destroying it leaves no snapshot either."
  type        = bool
}

variable "security_group_id" {
  description = "Security group of the server."
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
  description = "Snapshot that a new server begins with, of whichever engine; null begins empty. Ignored once it is there."
  type        = string
  default     = null
}
