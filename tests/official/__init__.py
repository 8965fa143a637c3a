"""Our OpenAPI documents beside the official files, which aren't part of this project."""
