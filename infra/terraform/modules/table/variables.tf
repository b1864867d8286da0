variable "name" {
  description = "Name of the table."
  type        = string
}

variable "partition" {
  description = "Attribute of the partition key, a string."
  type        = string
}

variable "sort" {
  description = "Attribute of the sort key, a string; null for none."
  type        = string
  default     = null
}

variable "indexes" {
  description = "Secondary indexes, projecting everything; a `local` one shares the partition key."
  type = list(object({
    name      = string
    partition = string
    sort      = optional(string)
    local     = optional(bool, false)
  }))
  default = []

  validation {
    condition     = alltrue([for index in var.indexes : !index.local || index.sort != null])
    error_message = "A local index needs a sort key."
  }
}

variable "ttl" {
  description = "Attribute that holds the expiry in epoch seconds; null for none."
  type        = string
  default     = null
}

variable "stream" {
  description = "What the stream of changes carries; null for no stream."
  type        = string
  default     = null

  validation {
    condition     = var.stream == null || contains(["NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"], coalesce(var.stream, "-"))
    error_message = "A stream carries NEW_AND_OLD_IMAGES, NEW_IMAGE, OLD_IMAGE or KEYS_ONLY."
  }
}

variable "key_arn" {
  description = "KMS key of the table."
  type        = string
}

variable "replica_keys" {
  description = "Regions with a replica, each with the KMS key there."
  type        = map(string)
  default     = {}
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the table."
  type        = bool
}
