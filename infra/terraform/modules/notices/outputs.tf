output "topic_arn" {
  description = "The topic of all notices."
  value       = module.topic.arn
}
