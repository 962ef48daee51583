"""The demonstration: a provider, two partners, five customers and three months of calls, made through the same services people use."""
