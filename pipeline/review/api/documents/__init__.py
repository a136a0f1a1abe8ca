"""What the API answers, as pydantic models; the OpenAPI document is made from them."""
