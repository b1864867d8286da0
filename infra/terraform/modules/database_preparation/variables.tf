variable "context" {
  description = "What all modules of an environment are told, of which this one reads: region, how many days logs are kept, KMS key of the logs."
  type = object({
    region             = string
    log_retention_days = number
    log_key_arn        = string
  })
}

variable "name" {
  description = "Name of the task."
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
