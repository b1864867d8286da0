variable "prefix" {
  description = "What names start with."
  type        = string
}

variable "partition" {
  description = "Partition of the account."
  type        = string
  default     = "aws"
}

variable "region" {
  description = "Region of the topic."
  type        = string
}

variable "account_id" {
  description = "Account of the topic."
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
