variable "region" {
  description = "Region of the application."
  type        = string
  default     = "eu-west-1"
}

variable "account_id" {
  description = "Account in which it all is."
  type        = string
}

variable "host" {
  description = "Name under which devices ask for updates."
  type        = string
  default     = "updates.example.com"
}

variable "zone_id" {
  description = "Route 53 zone of that name."
  type        = string
}

variable "certificate_arn" {
  description = "The application's certificate for that name, in its own region."
  type        = string
}

variable "offloaded" {
  description = "Whether CloudFront is there; false is how it was before."
  type        = bool
  default     = true
}

variable "leads" {
  description = "Whether the name leads to CloudFront where it is there, and the load balancer is open to it alone; false has it stand beside the application."
  type        = bool
  default     = true
}

variable "cloudfront_prefix_list_id" {
  description = "Prefix list of CloudFront's addresses in this region; null looks it up."
  type        = string
  default     = null
}
