variable "name" {
  description = "Name of the cluster."
  type        = string
}

variable "inner_names" {
  description = "Whether services get names inside the network (ECS Service Connect)."
  type        = bool
  default     = false
}

variable "machines" {
  description = "Capacity providers of machines, beside Fargate."
  type        = list(string)
  default     = []
}

variable "key_arn" {
  description = "KMS key of sessions in containers."
  type        = string
}

variable "log_retention_days" {
  description = "How long the record of such sessions, and what Container Insights measured, is kept."
  type        = number
}

variable "log_key_arn" {
  description = "KMS key of both."
  type        = string
}
