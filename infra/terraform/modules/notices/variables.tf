variable "context" {
  description = "What all modules of an environment are told, of which this one reads: partition, region, account."
  type = object({
    partition  = optional(string, "aws")
    region     = string
    account_id = string
  })
}

variable "prefix" {
  description = "What names start with."
  type        = string
}

variable "key_arn" {
  description = "KMS key of the notices."
  type        = string
}

variable "emails" {
  description = "Addresses that are told; each confirms once by a link."
  type        = set(string)

  validation {
    condition     = alltrue([for address in var.emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", address))])
    error_message = "An e-mail address is written name@example.com."
  }
}
