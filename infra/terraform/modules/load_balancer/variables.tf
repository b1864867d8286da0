variable "name" {
  description = "Name of the load balancer."
  type        = string

  validation {
    condition     = length(var.name) <= 32
    error_message = "A load balancer's name has at most 32 characters."
  }
}

variable "region" {
  description = "Region; null is the provider's."
  type        = string
  default     = null
}

variable "subnet_ids" {
  description = "Public subnets by zone."
  type        = map(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A load balancer needs subnets in two zones."
  }
}

variable "security_group_ids" {
  description = "Security groups of the load balancer."
  type        = list(string)
}

variable "certificate_arn" {
  description = "Certificate that covers the host names."
  type        = string
}

variable "tls_policy" {
  description = "TLS policy of the listener; one that offers TLS 1.3."
  type        = string
  default     = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  validation {
    condition     = startswith(var.tls_policy, "ELBSecurityPolicy-TLS13-1-2") || startswith(var.tls_policy, "ELBSecurityPolicy-TLS13-1-3")
    error_message = "The policy offers TLS 1.3 and nothing below 1.2: its name starts with ELBSecurityPolicy-TLS13-1-2 or -1-3."
  }
}

variable "browser_origin" {
  description = "The one origin whose pages may call the services; null where the services themselves say whose may."
  type        = string
  default     = null
}

variable "web_acl_arn" {
  description = "Web application firewall in front."
  type        = string
}

variable "log_bucket" {
  description = "Bucket for access logs."
  type        = string
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete it."
  type        = bool
}
