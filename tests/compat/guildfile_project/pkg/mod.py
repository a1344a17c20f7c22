from . import other

print(__name__, __package__, other.x)
