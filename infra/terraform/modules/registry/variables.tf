variable "name" {
  description = "Name of the repository."
  type        = string
}

variable "key_arn" {
  description = "KMS key of the images."
  type        = string
}

variable "keep" {
  description = "How many releases are kept."
  type        = number
  default     = 50

  validation {
    condition     = var.keep >= 5
    error_message = "Keep at least five releases to roll back to."
  }
}

variable "force_delete" {
  description = "Whether destroying the repository destroys its images."
  type        = bool
  default     = false
}

variable "region" {
  description = "Region; null is the provider's."
  type        = string
  default     = null
}

variable "functions_arn" {
  description = "Pattern of the functions that run its images; null for none."
  type        = string
  default     = null
}
