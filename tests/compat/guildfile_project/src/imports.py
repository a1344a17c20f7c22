import beside
import pkg.other

print(beside.x, pkg.other.x)
