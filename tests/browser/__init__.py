"""Pakta in a real browser."""
