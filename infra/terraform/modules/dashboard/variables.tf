variable "name" {
  description = "Name of the dashboard."
  type        = string
}

variable "region" {
  description = "Region of the metrics."
  type        = string
}

variable "rows" {
  description = "Rows from top to bottom: a title and graphs, each of some metrics under one statistic. More than four take several rows, one without metrics takes none."
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
    condition     = length(distinct(var.rows[*].title)) == length(var.rows)
    error_message = "Each row has a title of its own."
  }
}
