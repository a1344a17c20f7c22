"""Runs beside each other: tables, comparisons and differences."""
