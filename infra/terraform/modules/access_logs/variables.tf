variable "name" {
  description = "Name of the bucket."
  type        = string
}

variable "partition" {
  description = "Partition of the account."
  type        = string
  default     = "aws"
}

variable "account_id" {
  description = "Account whose logs are delivered."
  type        = string
}

variable "expire_days" {
  description = "After how many days logs are deleted."
  type        = number

  validation {
    condition     = var.expire_days >= 1
    error_message = "At least one day."
  }
}

variable "force_destroy" {
  description = "Whether destroying the bucket destroys the logs."
  type        = bool
}
