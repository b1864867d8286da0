variable "name" {
  description = "Name of the dashboard."
  type        = string
}

variable "region" {
  description = "Region of the metrics."
  type        = string
}

variable "rows" {
  description = "Rows from top to bottom: a title and up to four graphs, each of some metrics under one statistic."
  type = list(object({
    title = string
    graphs = list(object({
      title = string
      stat  = string
      metrics = list(object({
        namespace  = string
        name       = string
        label      = string
        dimensions = map(string)
      }))
    }))
  }))

  validation {
    condition     = alltrue([for row in var.rows : length(row.graphs) >= 1 && length(row.graphs) <= 4])
    error_message = "A row has one to four graphs."
  }
}
