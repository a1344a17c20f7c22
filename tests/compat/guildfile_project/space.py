from types import SimpleNamespace

space = SimpleNamespace(rate=0.3)
print(space.rate)
