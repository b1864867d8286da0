variable "context" {
  description = "What all modules of an environment are told, of which this one reads: region, partition, account."
  type = object({
    region     = optional(string)
    partition  = optional(string, "aws")
    account_id = string
  })
}

variable "name" {
  description = "Name of the bucket."
  type        = string
}

variable "distributions" {
  description = "Whether CloudFront delivers its logs here too."
  type        = bool
  default     = true
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
