"""Requests and answers: the app factory, routes, problems, ETags, pages and the OpenAPI document."""
