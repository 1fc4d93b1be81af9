"""What is done at a vendor after a leak: looking into it, revoking, rotating."""
