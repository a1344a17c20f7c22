params = {"lr": 0.2, "model": {"depth": 3}}
print(params["lr"], params["model"]["depth"])
