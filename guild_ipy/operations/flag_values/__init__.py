"""Values of flags: as text, as annotations promise them, and as values of Python are recorded.

``text`` · ``annotations`` · ``fitting`` a text to a shape · ``holding`` whether a value fits · ``recording``
"""
