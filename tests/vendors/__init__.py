"""Vendors, against fakes of them."""
