variable "services" {
  description = "Folder that holds one folder per service, each with its `service.yaml`."
  type        = string

  validation {
    condition     = length(fileset(var.services, "*/service.yaml")) > 0
    error_message = "There is no */service.yaml below this folder: it is not the services folder."
  }
}
