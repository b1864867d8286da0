variable "name" {
  description = "Name of the task."
  type        = string
}

variable "region" {
  description = "Region of the task."
  type        = string
}

variable "image" {
  description = "Image with Python and psycopg2, tag included."
  type        = string
}

variable "user" {
  description = "User and group, by number, that the container runs as."
  type        = string
}

variable "architecture" {
  description = "Processor: ARM64 or X86_64."
  type        = string
}

variable "database" {
  description = "Database to make."
  type        = string
}

variable "server_address" {
  description = "Host name of the server itself, not of its proxy."
  type        = string
}

variable "master_secret_arn" {
  description = "Secret with the master's `username` and `password`."
  type        = string
}

variable "role_secret_arn" {
  description = "Secret with the login role's `username` and `password`."
  type        = string
}

variable "execution_role_arn" {
  description = "Role that pulls the image and reads the two secrets."
  type        = string
}

variable "log_retention_days" {
  description = "How long its log is kept."
  type        = number
}

variable "log_key_arn" {
  description = "KMS key of its log."
  type        = string
}
