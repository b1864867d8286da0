variable "prefix" {
  description = "What names start with."
  type        = string
}

variable "domain" {
  description = "The domain; files are delivered at cdn. below it."
  type        = string
}

variable "bucket_domain_name" {
  description = "Address under which CloudFront reads the bucket."
  type        = string
}

variable "delivers" {
  description = "What is delivered, by prefix (`releases/`): to whom (`public` or `signed`) and for how many seconds the edge keeps it."
  type = map(object({
    access  = string
    seconds = number
  }))

  validation {
    condition     = alltrue([for prefix, delivery in var.delivers : endswith(prefix, "/") && contains(["public", "signed"], delivery.access)])
    error_message = "A prefix ends with / and is delivered to the public or to holders of something signed."
  }
}

variable "public_keys" {
  description = "Public keys (PEM, RSA 2048) by name; what their private halves sign is let in. Two while a key is changed."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in values(var.public_keys) : startswith(key, "-----BEGIN PUBLIC KEY-----")])
    error_message = "Keys are PEM: -----BEGIN PUBLIC KEY----- and so on. Never put a private key here."
  }

  validation {
    condition     = alltrue([for name in keys(var.public_keys) : can(regex("^[A-Za-z0-9_-]{1,40}$", name))])
    error_message = "A key's name has at most 40 letters, digits, hyphens and underscores."
  }
}

variable "browser_origins" {
  description = "Origins whose pages may read delivered files: the web app's, and others that may call."
  type        = list(string)

  validation {
    condition     = length(var.browser_origins) > 0 && alltrue([for origin in var.browser_origins : can(regex("^https?://[^*/]+$", origin))])
    error_message = "Origins are http:// or https:// addresses without path and without *; there is at least one."
  }
}

variable "certificate_arn" {
  description = "Certificate in us-east-1 that covers cdn."
  type        = string
}

variable "zone_id" {
  description = "Zone of the records."
  type        = string
}

variable "web_acl_arn" {
  description = "Web application firewall in front."
  type        = string
}

variable "price_class" {
  description = "Which edges serve: PriceClass_100, PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class is PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "log_destination_arn" {
  description = "Log delivery destination of access logs."
  type        = string
}
