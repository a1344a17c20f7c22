"""Imports argparse and uses none of it: its constants are its flags."""

import argparse

greeting = "schön"
text = "line 1\nline 2"

if __name__ == "__main__":
    print(argparse.__name__, ascii(greeting), text)
