variable "name" {
  description = "Name of the secret."
  type        = string
}

variable "description" {
  description = "What it is for."
  type        = string
}

variable "bytes" {
  description = "How many random bytes."
  type        = number

  validation {
    condition     = var.bytes >= 16 && var.bytes <= 64
    error_message = "From 16 to 64 bytes."
  }
}

variable "generation" {
  description = "Raise it to make another."
  type        = number
  default     = 1
}

variable "key_arn" {
  description = "KMS key of the secret."
  type        = string
}

variable "recovery_days" {
  description = "How long a deleted secret can be brought back."
  type        = number
  default     = 30
}

variable "replica_keys" {
  description = "KMS key of each further region that has a copy."
  type        = map(string)
  default     = {}
}
