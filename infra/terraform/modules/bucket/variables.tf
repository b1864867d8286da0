variable "name" {
  description = "Name of the bucket, unique in all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "region" {
  description = "Region of the bucket; null for the provider's."
  type        = string
  default     = null
}

variable "partition" {
  description = "Partition of the account: aws, aws-cn or aws-us-gov."
  type        = string
  default     = "aws"
}

variable "key" {
  description = "KMS key of the objects; null for S3's own key (buckets that AWS delivers logs into)."
  type        = object({ arn = string })
  default     = null
}

variable "force_destroy" {
  description = "Whether destroying the bucket destroys its objects."
  type        = bool
  default     = false
}

variable "noncurrent_days" {
  description = "How long replaced and deleted versions can be brought back."
  type        = number
  default     = 30

  validation {
    condition     = var.noncurrent_days >= 1
    error_message = "At least one day."
  }
}

variable "expire_days" {
  description = "After how many days objects are deleted; null for never."
  type        = number
  default     = null
}

variable "log_bucket" {
  description = "Bucket for this bucket's access logs; null for none."
  type        = string
  default     = null
}

variable "acceleration" {
  description = "Whether clients may upload through the nearest edge (billed per byte)."
  type        = bool
  default     = false
}

variable "browser_origins" {
  description = "Origins whose pages may use presigned URLs of this bucket."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.browser_origins : can(regex("^[a-z][a-z0-9+.-]*://[^*/]+$", origin))])
    error_message = "Origins are addresses without path, and without *."
  }
}

variable "notify" {
  description = "Topic that is told of created and removed objects below a prefix; null for none."
  type = object({
    topic_arn = string
    prefix    = string
  })
  default = null
}

variable "grants" {
  description = "What AWS services may do here, by statement id: actions on key patterns under a condition."
  type = map(object({
    principal = string
    actions   = list(string)
    keys      = list(string)
    condition = map(map(string))
  }))
  default = {}

  validation {
    condition     = alltrue([for grant in values(var.grants) : length(grant.condition) > 0])
    error_message = "Every grant needs a condition that ties it to this account."
  }

  validation {
    condition     = alltrue([for action in flatten(values(var.grants)[*].actions) : !strcontains(action, "*")])
    error_message = "Actions are named one by one, without *."
  }
}

variable "copies" {
  description = "Buckets of other regions that get every object, by region, with their keys; and the role that copies: its name, its account and the policy that bounds it. Null for none."
  type = object({
    role_name    = string
    account_id   = string
    boundary_arn = optional(string)
    source       = string
    buckets      = map(object({ arn = string, key_arn = string }))
  })
  default = null

  validation {
    condition     = var.copies == null || var.key != null
    error_message = "What is copied is encrypted with a key of ours, here and there."
  }
}
