variable "region" {
  description = "Region; null is the provider's."
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the secret."
  type        = string
}

variable "description" {
  description = "What it is for."
  type        = string
}

variable "key_arn" {
  description = "KMS key of the secret."
  type        = string
}

variable "value" {
  description = "The value; read when `generation` changes, kept by nobody."
  type        = string
  ephemeral   = true
}

variable "generation" {
  description = "Another number writes the value anew, as another version of the secret."
  type        = number
}

variable "recovery_days" {
  description = "How long a deleted secret can be brought back; 0 deletes at once, so that an environment can be made again under the same name."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_days == 0 || (var.recovery_days >= 7 && var.recovery_days <= 30)
    error_message = "Secrets Manager allows 0 or 7 to 30 days."
  }
}

variable "replica_keys" {
  description = "KMS key of each further region that has a copy."
  type        = map(string)
  default     = {}
}
