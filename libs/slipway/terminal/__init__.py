"""What a person sees: the console, progress, problems with their next step."""
