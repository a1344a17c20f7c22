import beside

print(beside.x)
