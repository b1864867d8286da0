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
