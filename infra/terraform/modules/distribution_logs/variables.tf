variable "name" {
  description = "Name of the delivery's source."
  type        = string
}

variable "folder" {
  description = "Folder below which the logs lie, by day."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.folder))
    error_message = "A folder is a short word."
  }
}

variable "distribution_arn" {
  description = "Distribution that is logged."
  type        = string
}

variable "destination_arn" {
  description = "Log delivery destination."
  type        = string
}
