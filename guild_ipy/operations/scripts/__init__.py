"""Flags of scripts, read from their source: constants, argparse, click, typer and absl."""
